import {
  datadog,
  datadogLlmObs,
  elasticsearch,
  file,
  jaeger,
  langfuse,
  langsmith,
  otlp,
  phoenix,
  type SinkSpec,
} from '@spanline/ship';
import { fail } from './fail.ts';

type Environment = Readonly<Record<string, string | undefined>>;
type Options = Record<string, unknown>;

/** Makes a sink of options; what they hold is checked there. */
const MAKERS: Readonly<Record<string, (options: never) => SinkSpec>> = {
  elasticsearch,
  datadog,
  otlp,
  langfuse,
  langsmith,
  phoenix,
  'datadog-llmobs': datadogLlmObs,
  jaeger,
  file,
};

/** A sink of a type and its options. @throws SpanlineError `ERR_INVALID_OPTION`, or an error that names the types */
export function makeTarget(type: unknown, options: Options): SinkSpec {
  const make = typeof type === 'string' && Object.hasOwn(MAKERS, type) ? MAKERS[type] : undefined;
  if (make === undefined) return fail('--to', `one of ${Object.keys(MAKERS).join(', ')}`);
  return make(options as never);
}

function required(environment: Environment, name: string): { env: string } {
  if (!environment[name]) fail(name, 'an environment variable that holds the key');
  return { env: name };
}

const optional = (environment: Environment, option: string, name: string): Options =>
  environment[name] ? { [option]: { env: name } } : {};

/** Keys stand in the environment: a command line is seen by every user of the machine. */
function keysOf(type: string, environment: Environment): Options {
  switch (type) {
    case 'elasticsearch':
      if (environment['ES_API_KEY']) return { apiKey: { env: 'ES_API_KEY' } };
      return optional(environment, 'basic', 'ES_BASIC');
    case 'datadog':
    case 'datadog-llmobs':
      return { apiKey: required(environment, 'DD_API_KEY') };
    case 'otlp':
      return optional(environment, 'bearer', 'OTLP_BEARER');
    case 'langsmith': {
      const project = environment['LANGSMITH_PROJECT'];
      return { apiKey: required(environment, 'LANGSMITH_API_KEY'), ...(project ? { project } : {}) };
    }
    case 'langfuse': {
      const names = [required(environment, 'LANGFUSE_PUBLIC_KEY'), required(environment, 'LANGFUSE_SECRET_KEY')];
      return { keys: names.map(({ env }) => environment[env]).join(':') };
    }
    case 'phoenix':
      return optional(environment, 'apiKey', 'PHOENIX_API_KEY');
    default:
      return {};
  }
}

/** What the part behind `=` is called. */
const VALUE_NAMES: Readonly<Record<string, string>> = { datadog: 'site', 'datadog-llmobs': 'site', file: 'path' };

/** A sink of `type=value`, with keys from the environment. @throws an error whose message says what is wrong */
export function parseTarget(text: string, environment: Environment): SinkSpec {
  const equals = text.indexOf('=');
  const type = equals === -1 ? text : text.slice(0, equals);
  const value = equals === -1 ? {} : { [VALUE_NAMES[type] ?? 'url']: text.slice(equals + 1) };
  return makeTarget(type, { ...value, ...keysOf(type, environment) });
}
