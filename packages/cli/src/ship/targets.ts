import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { checkOptions, option, type Shape } from '@spanline/record';
import {
  datadog,
  datadogLlmObs,
  elasticsearch,
  file,
  grafana,
  honeycomb,
  jaeger,
  kafka,
  langfuse,
  langsmith,
  opensearch,
  otlp,
  phoenix,
  type SinkSpec,
  victorialogs,
} from '@spanline/ship';
import { messageOf } from '../command.ts';
import { fail } from '../fail.ts';
import { redactionFromConfig } from './redaction.ts';

type Environment = Readonly<Record<string, string | undefined>>;
type Options = Record<string, unknown>;

/** A sink of the user's own in the configuration file. */
interface CustomTarget {
  name: string;
  module: string;
  options?: unknown;
}

/** Sinks by type. Each checks its own options. */
const SINKS: Readonly<Record<string, (options: never) => SinkSpec>> = {
  elasticsearch,
  opensearch,
  datadog,
  otlp,
  langfuse,
  langsmith,
  phoenix,
  'datadog-llmobs': datadogLlmObs,
  grafana,
  honeycomb,
  jaeger,
  kafka,
  victorialogs,
  file,
};

const CUSTOM: Shape<CustomTarget> = {
  name: option.required(option.string()),
  module: option.required(option.string()),
  options: option.any(),
};

/** Sinks that can write trace documents. */
const TRACERS: ReadonlySet<string> = new Set(['elasticsearch', 'opensearch']);

/** Name of the option that follows `=`; `url` for the others. */
const VALUE_NAMES: Readonly<Record<string, string>> = {
  datadog: 'site',
  'datadog-llmobs': 'site',
  kafka: 'brokers',
  file: 'path',
};

/** Creates a sink by its type. @throws SpanlineError `ERR_INVALID_OPTION` */
function createTarget(type: unknown, options: Options): SinkSpec {
  const create = typeof type === 'string' && Object.hasOwn(SINKS, type) ? SINKS[type] : undefined;
  return create === undefined ? fail('--to', `one of ${Object.keys(SINKS).join(', ')}`) : create(options as never);
}

/** Loads a sink from a module whose path is relative to `folder`. @throws SpanlineError `ERR_INVALID_OPTION` */
async function loadTarget(given: Options, folder: string): Promise<SinkSpec> {
  checkOptions(CUSTOM, given, '--config.to');
  const { name, module: path, options = {} } = given;
  const module = pathToFileURL(resolve(folder, path)).href;
  let loaded: Partial<Pick<SinkSpec, 'createSink'>>;
  try {
    loaded = (await import(module)) as typeof loaded;
  } catch (error) {
    return fail('--config.to.module', `a module that can be loaded (${messageOf(error)})`);
  }
  const { createSink } = loaded;
  if (createSink === undefined) return fail('--config.to.module', 'a module that exports createSink');
  return { name, module, options, createSink };
}

/**
 * Creates a sink from an entry of the configuration file: `{ type, … }`, or `{ name, module, options }` for a sink of
 * the user's own. Both may have `redact`.
 *
 * @throws SpanlineError `ERR_INVALID_OPTION`
 */
export async function targetFromConfig({ redact, ...entry }: Options, folder: string): Promise<SinkSpec> {
  const { type, ...options } = entry;
  const spec = 'module' in entry ? await loadTarget(entry, folder) : createTarget(type, options);
  return redact === undefined ? spec : { ...spec, redact: await redactionFromConfig(redact) };
}

function required(environment: Environment, name: string): { env: string } {
  if (!environment[name]) fail(name, 'an environment variable that holds the key');
  return { env: name };
}

const optional = (environment: Environment, key: string, name: string): Options =>
  environment[name] ? { [key]: { env: name } } : {};

/** Keys come from the environment, because every user of the machine can see a command line. */
function keysOf(type: string, environment: Environment): Options {
  switch (type) {
    case 'elasticsearch':
    case 'opensearch':
      if (environment['ES_API_KEY']) return { apiKey: { env: 'ES_API_KEY' } };
      return optional(environment, 'basic', 'ES_BASIC');
    case 'datadog':
    case 'datadog-llmobs':
      return { apiKey: required(environment, 'DD_API_KEY') };
    case 'otlp':
      return optional(environment, 'bearer', 'OTLP_BEARER');
    case 'grafana': {
      const tenant = environment['GRAFANA_TENANT'];
      return { ...optional(environment, 'keys', 'GRAFANA_KEYS'), ...(tenant ? { tenant } : {}) };
    }
    case 'honeycomb': {
      const dataset = environment['HONEYCOMB_DATASET'];
      return { apiKey: required(environment, 'HONEYCOMB_API_KEY'), ...(dataset ? { dataset } : {}) };
    }
    case 'langsmith': {
      const project = environment['LANGSMITH_PROJECT'];
      return { apiKey: required(environment, 'LANGSMITH_API_KEY'), ...(project ? { project } : {}) };
    }
    case 'langfuse': {
      const names = [required(environment, 'LANGFUSE_PUBLIC_KEY'), required(environment, 'LANGFUSE_SECRET_KEY')];
      return { keys: names.map(({ env }) => environment[env]).join(':') };
    }
    case 'kafka': {
      const topic = environment['KAFKA_TOPIC'];
      return { ...optional(environment, 'basic', 'KAFKA_BASIC'), ...(topic ? { topic } : {}) };
    }
    case 'victorialogs':
      return optional(environment, 'basic', 'VICTORIALOGS_BASIC');
    case 'phoenix':
      return optional(environment, 'apiKey', 'PHOENIX_API_KEY');
    default:
      return {};
  }
}

const typeOf = (text: string): string => text.split('=', 1)[0] ?? '';

/**
 * Creates sinks from `type=value` and keys of the environment.
 *
 * @param hasTraces - sinks that can write trace documents do
 * @throws SpanlineError `ERR_INVALID_OPTION`
 */
export function targetsFromFlags(texts: readonly string[], hasTraces: boolean, environment: Environment): SinkSpec[] {
  if (hasTraces && !texts.some((text) => TRACERS.has(typeOf(text))))
    fail('--traces', `given with --to ${[...TRACERS].join('=… or ')}=…; in --config, a target has "traces": true`);
  return texts.map((text) => targetFromFlag(text, hasTraces, environment));
}

function targetFromFlag(text: string, hasTraces: boolean, environment: Environment): SinkSpec {
  const equals = text.indexOf('=');
  const type = typeOf(text);
  const value = equals === -1 ? {} : { [VALUE_NAMES[type] ?? 'url']: text.slice(equals + 1) };
  const traces = hasTraces && TRACERS.has(type) ? { traces: true } : {};
  return createTarget(type, { ...value, ...traces, ...keysOf(type, environment) });
}
