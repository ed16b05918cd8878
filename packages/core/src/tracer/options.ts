import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Logger } from 'pino';
import { checkOptions, type NumberBounds, option, PROFILE_NAMES, SpanlineError } from '@spanline/record';
import {
  CAPTURE_MODES,
  type CaptureSetting,
  type DeltaMode,
  type Profile,
  type SamplingOptions,
  type ServiceOptions,
  type TracerOptions,
} from '../api/index.ts';
import { profileOf } from '../log/index.ts';
import type { Resource } from '../pipeline/index.ts';
import { TRACER_OPTIONS } from './option-shape.ts';

/** Environment variables that spanline reads; the list is closed. */
export type Environment = Readonly<Record<string, string | undefined>>;

function fail(option: string, expected: string, got: unknown): never {
  throw new SpanlineError({ code: 'ERR_INVALID_OPTION', option, expected, got });
}

function oneOf<T extends string>(option: string, value: unknown, allowed: readonly T[]): T {
  if (!allowed.includes(value as T)) fail(option, `one of ${allowed.join(', ')}`, value);
  return value as T;
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

function numberVariable(env: Environment, name: string, bounds: NumberBounds): number | undefined {
  const value = variable(env, name);
  if (value === undefined) return undefined;
  const number = Number(value);
  const { accepts, expected } = option.number(bounds);
  return accepts(number) ? number : fail(name, expected, value);
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
  const attributes = resourceAttributes(env);
  const name = service.name ?? variable(env, 'OTEL_SERVICE_NAME') ?? attributes['service.name'];
  const version = service.version ?? attributes['service.version'];
  const found = name === undefined || version === undefined ? nearestPackage() : {};
  return {
    serviceName: name ?? found.name,
    serviceVersion: version ?? found.version,
    environment:
      service.environment ?? attributes['deployment.environment.name'] ?? attributes['deployment.environment'],
  };
}

function resolveCapture(options: TracerOptions, env: Environment): CaptureSetting {
  if (options.capture !== undefined) return options.capture;
  const fromEnvironment = variable(env, 'SPANLINE_CAPTURE');
  return fromEnvironment === undefined ? 'redacted' : oneOf('SPANLINE_CAPTURE', fromEnvironment, CAPTURE_MODES);
}

function resolveProfile(options: TracerOptions, env: Environment): Profile {
  if (options.profile !== undefined) return options.profile;
  const ofLogger = options.logger === undefined ? undefined : profileOf(options.logger);
  if (ofLogger !== undefined) return ofLogger;
  const fromEnvironment = variable(env, 'SPANLINE_PROFILE');
  return fromEnvironment === undefined ? 'otel' : oneOf('SPANLINE_PROFILE', fromEnvironment, PROFILE_NAMES);
}

/**
 * Checks that a logger knows a level.
 *
 * @throws SpanlineError `ERR_INVALID_OPTION`
 */
export function checkLevel(level: string, { levels }: Logger): void {
  const known = Object.keys(levels?.values ?? {});
  if (known.length > 0 && !known.includes(level)) fail('level', `one of ${known.join(', ')}`, level);
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
  checkOptions(TRACER_OPTIONS, options);
  return {
    resource: {
      ...resolveService(options.service ?? {}, env),
      project: options.project ?? variable(env, 'SPANLINE_PROJECT', 'LANGSMITH_PROJECT', 'LANGCHAIN_PROJECT'),
    },
    enabled: options.enabled ?? booleanVariable(env, 'SPANLINE_ENABLED') ?? true,
    level: options.level ?? variable(env, 'SPANLINE_LEVEL') ?? 'info',
    profile: resolveProfile(options, env),
    capture: resolveCapture(options, env),
    deltas: options.sampling?.spans === 'roots' ? 'none' : (options.deltas ?? 'containers'),
    sampling: {
      ...options.sampling,
      ratio: options.sampling?.ratio ?? numberVariable(env, 'SPANLINE_SAMPLE_RATIO', { min: 0, max: 1 }) ?? 1,
    },
    statsIntervalSeconds:
      options.statsIntervalSeconds ??
      numberVariable(env, 'SPANLINE_STATS_INTERVAL', { min: 0 }) ??
      DEFAULT_STATS_INTERVAL_SECONDS,
    hashKey: options.hashKey ?? variable(env, 'SPANLINE_HASH_KEY'),
    maxOpenSpans: options.maxOpenSpans ?? DEFAULT_MAX_OPEN_SPANS,
    maxLabels: options.limits?.labels ?? DEFAULT_MAX_LABELS,
    emitStarts: options.emitStarts ?? false,
  };
}
