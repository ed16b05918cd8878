import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PROFILE_NAMES, SpanlineError } from '@spanline/record';
import {
  CAPTURE_MODES,
  type CaptureSetting,
  type ContentOptions,
  DELTA_MODES,
  type DeltaMode,
  type Profile,
  type SamplingOptions,
  type ServiceOptions,
  type TracerOptions,
} from '../api/index.ts';
import { profileOf } from '../log/index.ts';
import type { Resource } from '../pipeline/envelope.ts';

/** Environment variables that spanline reads; the list is closed. */
export type Environment = Readonly<Record<string, string | undefined>>;

const KNOWN_OPTIONS: ReadonlySet<string> = new Set<keyof TracerOptions>([
  'service',
  'project',
  'logger',
  'enabled',
  'level',
  'profile',
  'capture',
  'redact',
  'deltas',
  'limits',
  'sampling',
  'content',
  'prices',
  'parentContext',
  'clock',
  'emitStarts',
  'statsIntervalSeconds',
  'hashKey',
  'maxOpenSpans',
]);

function fail(option: string, expected: string, got: unknown): never {
  throw new SpanlineError({ code: 'ERR_INVALID_OPTION', option, expected, got });
}

function oneOf<T extends string>(option: string, value: unknown, allowed: readonly T[]): T {
  if (!allowed.includes(value as T)) fail(option, `one of ${allowed.join(', ')}`, value);
  return value as T;
}

function optionalString(option: string, value: unknown): string | undefined {
  if (value !== undefined && (typeof value !== 'string' || value === '')) fail(option, 'a non-empty string', value);
  return value;
}

function atLeast(option: string, value: unknown, minimum: number): number {
  if (typeof value !== 'number' || !Number.isFinite(value) || value < minimum) {
    fail(option, `a number of at least ${minimum}`, value);
  }
  return value;
}

function optionalBoolean(option: string, value: unknown): boolean | undefined {
  if (value !== undefined && typeof value !== 'boolean') fail(option, 'a boolean', value);
  return value;
}

function optionalFunction(option: string, value: unknown): void {
  if (value !== undefined && typeof value !== 'function') fail(option, 'a function', value);
}

/** An empty variable counts as not set, as the OpenTelemetry specification says. */
function variable(env: Environment, ...names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = env[name]?.trim();
    if (value !== undefined && value !== '') return value;
  }
  return undefined;
}

function booleanVariable(env: Environment, name: string): boolean | undefined {
  const value = variable(env, name)?.toLowerCase();
  if (value === undefined) return undefined;
  if (['true', '1', 'yes', 'on'].includes(value)) return true;
  if (['false', '0', 'no', 'off'].includes(value)) return false;
  return fail(name, 'true or false', value);
}

function numberVariable(env: Environment, name: string): number | undefined {
  const value = variable(env, name);
  if (value === undefined) return undefined;
  const number = Number(value);
  return Number.isFinite(number) ? number : fail(name, 'a number', value);
}

/** `OTEL_RESOURCE_ATTRIBUTES`: `key=value,…` with percent-encoding, as the OpenTelemetry resource specification defines it. */
function resourceAttributes(env: Environment): Record<string, string> {
  const attributes: Record<string, string> = Object.create(null);
  for (const pair of (env.OTEL_RESOURCE_ATTRIBUTES ?? '').split(',')) {
    const equals = pair.indexOf('=');
    if (equals < 1) continue;
    try {
      attributes[pair.slice(0, equals).trim()] = decodeURIComponent(pair.slice(equals + 1).trim());
    } catch {
      // A broken member says nothing; the others still hold.
    }
  }
  return attributes;
}

/** Name and version of the package that the main module belongs to. */
function nearestPackage(): { name?: string; version?: string } {
  let folder = process.argv[1] === undefined ? process.cwd() : dirname(process.argv[1]);
  for (;;) {
    try {
      const { name, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Record<
        string,
        unknown
      >;
      return {
        ...(typeof name === 'string' ? { name } : {}),
        ...(typeof version === 'string' ? { version } : {}),
      };
    } catch {
      const parent = dirname(folder);
      if (parent === folder) return {};
      folder = parent;
    }
  }
}

function resolveService(service: ServiceOptions, env: Environment): Omit<Resource, 'project'> {
  if (typeof service !== 'object' || service === null) fail('service', 'an object', service);
  const attributes = resourceAttributes(env);
  const name =
    optionalString('service.name', service.name) ?? variable(env, 'OTEL_SERVICE_NAME') ?? attributes['service.name'];
  const version = optionalString('service.version', service.version) ?? attributes['service.version'];
  const found = name === undefined || version === undefined ? nearestPackage() : {};
  return {
    serviceName: name ?? found.name,
    serviceVersion: version ?? found.version,
    environment:
      optionalString('service.environment', service.environment) ??
      attributes['deployment.environment.name'] ??
      attributes['deployment.environment'],
  };
}

function resolveCapture(options: TracerOptions, env: Environment): CaptureSetting {
  if (typeof options.capture === 'function') return options.capture;
  if (options.capture !== undefined) return oneOf('capture', options.capture, CAPTURE_MODES);
  const fromEnvironment = variable(env, 'SPANLINE_CAPTURE');
  return fromEnvironment === undefined ? 'redacted' : oneOf('SPANLINE_CAPTURE', fromEnvironment, CAPTURE_MODES);
}

function resolveProfile(options: TracerOptions, env: Environment): Profile {
  if (options.profile !== undefined) return oneOf('profile', options.profile, PROFILE_NAMES);
  const ofLogger = options.logger === undefined ? undefined : profileOf(options.logger);
  if (ofLogger !== undefined) return ofLogger;
  const fromEnvironment = variable(env, 'SPANLINE_PROFILE');
  return fromEnvironment === undefined ? 'otel' : oneOf('SPANLINE_PROFILE', fromEnvironment, PROFILE_NAMES);
}

/** Options with every default filled in. */
export interface ResolvedOptions {
  readonly resource: Resource;
  readonly enabled: boolean;
  readonly level: string;
  readonly profile: Profile;
  readonly capture: CaptureSetting;
  readonly deltas: DeltaMode;
  readonly sampling: SamplingOptions & { readonly ratio: number };
  readonly statsIntervalSeconds: number;
  readonly hashKey: string | undefined;
  readonly maxOpenSpans: number;
  readonly maxLabels: number;
  readonly emitStarts: boolean;
}

const DEFAULT_STATS_INTERVAL_SECONDS = 60;
const DEFAULT_MAX_OPEN_SPANS = 50_000;
const DEFAULT_MAX_LABELS = 32;

/**
 * Fills in defaults: code over environment over what the process tells.
 *
 * @throws SpanlineError `ERR_INVALID_OPTION` naming the option or variable, what was expected and what came
 */
export function resolveOptions(options: TracerOptions, env: Environment): ResolvedOptions {
  if (typeof options !== 'object' || options === null) fail('options', 'an object', options);
  for (const key of Object.keys(options)) {
    if (!KNOWN_OPTIONS.has(key)) fail(key, `a known option (${[...KNOWN_OPTIONS].join(', ')})`, 'an unknown one');
  }
  optionalFunction('parentContext', options.parentContext);
  optionalFunction('clock.now', options.clock?.now);
  optionalFunction('clock.monotonic', options.clock?.monotonic);
  if (
    options.content !== undefined &&
    typeof (options.content as Partial<ContentOptions> | null)?.destination?.info !== 'function'
  ) {
    fail('content.destination', 'a pino logger', options.content);
  }
  if (options.logger !== undefined && typeof (options.logger as { info?: unknown } | null)?.info !== 'function') {
    fail('logger', 'a pino logger', options.logger);
  }
  return {
    resource: {
      ...resolveService(options.service ?? {}, env),
      project:
        optionalString('project', options.project) ??
        variable(env, 'SPANLINE_PROJECT', 'LANGSMITH_PROJECT', 'LANGCHAIN_PROJECT'),
    },
    enabled: optionalBoolean('enabled', options.enabled) ?? booleanVariable(env, 'SPANLINE_ENABLED') ?? true,
    level: optionalString('level', options.level) ?? variable(env, 'SPANLINE_LEVEL') ?? 'info',
    profile: resolveProfile(options, env),
    capture: resolveCapture(options, env),
    deltas: options.sampling?.spans === 'roots' ? 'none' : oneOf('deltas', options.deltas ?? 'containers', DELTA_MODES),
    sampling: {
      ...options.sampling,
      ratio: options.sampling?.ratio ?? numberVariable(env, 'SPANLINE_SAMPLE_RATIO') ?? 1,
    },
    statsIntervalSeconds: atLeast(
      'statsIntervalSeconds',
      options.statsIntervalSeconds ?? numberVariable(env, 'SPANLINE_STATS_INTERVAL') ?? DEFAULT_STATS_INTERVAL_SECONDS,
      0,
    ),
    hashKey: optionalString('hashKey', options.hashKey) ?? variable(env, 'SPANLINE_HASH_KEY'),
    maxOpenSpans: atLeast('maxOpenSpans', options.maxOpenSpans ?? DEFAULT_MAX_OPEN_SPANS, 1),
    maxLabels: atLeast('limits.labels', options.limits?.labels ?? DEFAULT_MAX_LABELS, 0),
    emitStarts: optionalBoolean('emitStarts', options.emitStarts) ?? false,
  };
}
