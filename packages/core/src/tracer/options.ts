/** The options of a tracer, checked and with every default filled in. */
import type { Logger } from 'pino';
import { checkOptions, PROFILE_NAMES, SpanlineError } from '@spanline/record';
import {
  CAPTURE_MODES,
  type CaptureSetting,
  type DeltaMode,
  type PriceTable,
  type Profile,
  type SamplingOptions,
  type ServiceOptions,
  type TracerOptions,
} from '../api/index.ts';
import type { LineMode } from '../capture/index.ts';
import { profileOf, redactsLines, STANDARD_LEVELS } from '../log/index.ts';
import type { Resource } from '../pipeline/index.ts';
import {
  type Environment,
  nearestPackage,
  readBoolean,
  readNumber,
  readOneOf,
  readResourceAttributes,
  readVariable,
} from './environment.ts';
import { TRACER_OPTIONS } from './option-shape.ts';
import { readPriceFile } from './price-list.ts';

/** Options with every default filled in. */
export interface ResolvedOptions {
  readonly resource: Resource;
  readonly enabled: boolean;
  readonly level: string;
  /** The option or variable that has the level. */
  readonly levelOption: string;
  readonly profile: Profile;
  readonly capture: CaptureSetting;
  readonly lines: LineMode;
  readonly deltas: DeltaMode;
  readonly sampling: SamplingOptions & { readonly ratio: number };
  readonly statsIntervalSeconds: number;
  readonly hashKey: string | undefined;
  readonly maxOpenSpans: number;
  readonly maxLabels: number;
  readonly emitStarts: boolean;
  readonly prices: PriceTable;
}

const DEFAULT_STATS_INTERVAL_SECONDS = 60;
const DEFAULT_MAX_OPEN_SPANS = 50_000;
const DEFAULT_MAX_LABELS = 32;
const PRICE_FILE = 'SPANLINE_PRICES';
const LEVEL = 'SPANLINE_LEVEL';
const CAPTURE = 'SPANLINE_CAPTURE';
const HASH_KEY = 'SPANLINE_HASH_KEY';

function resolveService(service: ServiceOptions, env: Environment): Omit<Resource, 'project'> {
  const attributes = readResourceAttributes(env);
  const name = service.name ?? readVariable(env, 'OTEL_SERVICE_NAME') ?? attributes.get('service.name');
  const version = service.version ?? attributes.get('service.version');
  const found = name === undefined || version === undefined ? nearestPackage() : {};
  return {
    serviceName: name ?? found.name,
    serviceVersion: version ?? found.version,
    environment:
      service.environment ?? attributes.get('deployment.environment.name') ?? attributes.get('deployment.environment'),
  };
}

function resolveProfile({ profile, logger }: TracerOptions, env: Environment): Profile {
  const given = profile ?? (logger === undefined ? undefined : profileOf(logger));
  return given ?? readOneOf(env, 'SPANLINE_PROFILE', PROFILE_NAMES) ?? 'otel';
}

function resolveLines({ redactLines, logger }: TracerOptions, capture: CaptureSetting): LineMode {
  if (!(redactLines ?? (logger === undefined || redactsLines(logger)))) return 'unchanged';
  return capture === 'full' ? 'full' : 'redacted';
}

/**
 * Checks that a logger has a level.
 *
 * @throws SpanlineError `ERR_INVALID_OPTION`
 */
export function checkLevel({ level, levelOption }: ResolvedOptions, { levels }: Logger): void {
  const known = Object.keys(levels?.values ?? {});
  // Loggers with levels of their own write pino's levels at their nearest ones.
  if (known.length === 0 || known.includes(level) || Object.hasOwn(STANDARD_LEVELS, level)) return;
  throw new SpanlineError({
    code: 'ERR_INVALID_OPTION',
    option: levelOption,
    expected: `one of ${known.join(', ')}`,
    got: level,
  });
}

/** Reads the mode of capture. The variable alone asks for hashes: its error names variables. */
function resolveCapture({ capture, hashKey }: TracerOptions, env: Environment): CaptureSetting {
  if (capture !== undefined) return capture;
  const mode = readOneOf(env, CAPTURE, CAPTURE_MODES) ?? 'redacted';
  if (mode !== 'hashed' || (hashKey ?? readVariable(env, HASH_KEY)) !== undefined) return mode;
  throw new SpanlineError({
    code: 'ERR_INVALID_OPTION',
    option: HASH_KEY,
    expected: `set when ${CAPTURE} is hashed, since a hash without a key can be looked up`,
  });
}

/** Prices in code win over those of the file, model by model. */
export function resolvePrices({ prices = {} }: Pick<TracerOptions, 'prices'>, env: Environment): PriceTable {
  const path = readVariable(env, PRICE_FILE);
  return path === undefined ? prices : { ...readPriceFile(PRICE_FILE, path), ...prices };
}

/**
 * Checks the options and fills in the defaults. Options take precedence over environment variables, and these over
 * the facts of the process.
 *
 * @throws SpanlineError `ERR_INVALID_OPTION`, which names the option or variable
 */
export function resolveOptions(options: TracerOptions, env: Environment): ResolvedOptions {
  checkOptions(TRACER_OPTIONS, options);
  const { sampling = {}, deltas = 'containers' } = options;
  const capture = resolveCapture(options, env);
  return {
    resource: {
      ...resolveService(options.service ?? {}, env),
      project: options.project ?? readVariable(env, 'SPANLINE_PROJECT', 'LANGSMITH_PROJECT', 'LANGCHAIN_PROJECT'),
    },
    enabled: options.enabled ?? readBoolean(env, 'SPANLINE_ENABLED') ?? true,
    level: options.level ?? readVariable(env, LEVEL) ?? 'info',
    levelOption: options.level === undefined && readVariable(env, LEVEL) !== undefined ? LEVEL : 'level',
    profile: resolveProfile(options, env),
    capture,
    lines: resolveLines(options, capture),
    deltas: sampling.spans === 'roots' ? 'none' : deltas,
    sampling: {
      ...sampling,
      ratio: sampling.ratio ?? readNumber(env, 'SPANLINE_SAMPLE_RATIO', { min: 0, max: 1 }) ?? 1,
    },
    statsIntervalSeconds:
      options.statsIntervalSeconds ??
      readNumber(env, 'SPANLINE_STATS_INTERVAL', { min: 0 }) ??
      DEFAULT_STATS_INTERVAL_SECONDS,
    hashKey: options.hashKey ?? readVariable(env, HASH_KEY),
    maxOpenSpans: options.maxOpenSpans ?? DEFAULT_MAX_OPEN_SPANS,
    maxLabels: options.limits?.labels ?? DEFAULT_MAX_LABELS,
    emitStarts: options.emitStarts ?? false,
    prices: resolvePrices(options, env),
  };
}
