import {
  props,
  type BilledUnit,
  type BilledUnits,
  isConventionUnit,
  isObject,
  type SpanAttributes,
  text,
  UNIT_KEYS,
} from '@spanline/record';
import type { PriceConditions } from './conditions.ts';
import { type Counts, readObject } from './read-counts.ts';
import { reconcile, type UsageIssue } from './reconcile.ts';
import { serverTools } from './server-tools.ts';
import { COHERE_UNITS, ESTIMATED_WRAPPER, NO_SPELLINGS, type Reading, USAGE, WRAPPERS } from './spellings.ts';

/** Usage of one model call, as it will be billed. */
export interface NormalizedUsage {
  /** Quantities as OpenTelemetry counts them: the input includes cached tokens, the output includes reasoning. */
  readonly units: BilledUnits;
  readonly source: 'provider' | 'estimated';
  readonly issue?: UsageIssue;
  /** Paths of numbers that nobody knows. The call may have cost more than its units. */
  readonly unknown?: readonly string[];
  /** Conditions of the price that the answer names. */
  readonly conditions?: PriceConditions;
  /** Cost that the provider or a gateway reported, in US dollars. */
  readonly costUsd?: number;
}

/** Facts about a call besides its answer. */
export interface UsageContext {
  readonly provider?: string | undefined;
  /** @defaultValue the `model` of the answer */
  readonly model?: string | undefined;
}

type Source = NormalizedUsage['source'];
type Raw = Record<string, unknown>;

/** Keys by which an answer differs from the usage object in it. */
const ANSWER_KEYS: ReadonlySet<string> = new Set([
  'model',
  'modelVersion',
  'choices',
  'candidates',
  'content',
  'message',
  'output',
  'data',
  'text',
  'embeddings',
  'results',
  'created_at',
]);

/** Keys that are a usage only inside of a usage object. */
const NO_USAGE_IN_ANSWERS: ReadonlySet<string> = new Set([
  'seconds',
  'characters',
  'search_units',
  'audio_seconds',
  'cost',
  'total_cost',
  'cost_usd',
  'estimated_cost',
]);

const WRAPPER_KEYS = [...WRAPPERS, ESTIMATED_WRAPPER];
const WRAPPER_PLACES: ReadonlyMap<string, number> = new Map(WRAPPER_KEYS.map((key, place) => [key, place]));

/**
 * The wrappers that an object has, the most telling first. It is asked for the keys that it has: to look for one that
 * it has not costs more.
 */
function wrappersOf(raw: Raw): readonly string[] {
  const prototype: unknown = Object.getPrototypeOf(raw);
  if (prototype !== Object.prototype && prototype !== null) {
    return WRAPPER_KEYS.filter((key) => raw[key] !== undefined);
  }
  const found: string[] = [];
  for (const key in raw) if (WRAPPER_PLACES.has(key) && raw[key] !== undefined) found.push(key);
  return found.length < 2
    ? found
    : found.sort((one, other) => (WRAPPER_PLACES.get(one) ?? 0) - (WRAPPER_PLACES.get(other) ?? 0));
}

const unitsIn = (units: BilledUnits): BilledUnit[] => Object.keys(units) as BilledUnit[];

function isAnswer(raw: Raw): boolean {
  for (const key in raw) if (ANSWER_KEYS.has(key)) return true;
  return false;
}

function isEmpty({ readings }: Counts): boolean {
  for (const _ in readings) return false;
  return true;
}

/**
 * Anthropic leaves compactions out of the counts at the top, and adds up the others. An advisor is another model with
 * prices of its own, so that its tokens are unknown here.
 */
function addIterations(counts: Counts, iterations: unknown): void {
  if (!Array.isArray(iterations)) return;
  for (const entry of iterations) {
    const { type, ...iteration } = props(entry);
    if (type !== 'compaction' && type !== 'advisor_message') continue;
    const inner: Counts = { readings: {}, conditions: {}, unknown: undefined };
    readObject(inner, type === 'compaction' ? USAGE : NO_SPELLINGS, iteration, `iterations.${type}`);
    for (const reading in inner.readings) {
      const key = reading as Reading;
      counts.readings[key] = (counts.readings[key] ?? 0) + (inner.readings[key] ?? 0);
    }
    if (inner.unknown !== undefined) counts.unknown = [...(counts.unknown ?? []), ...inner.unknown];
  }
}

/** Reads one object. Cohere bills `billed_units`; `tokens` beside them counts what it adds to the prompt as well. */
function read(counts: Counts, raw: Raw, isInside: boolean): void {
  const billed = raw['billed_units'] ?? raw['billedUnits'];
  if (isObject(billed)) {
    readObject(counts, COHERE_UNITS, billed as Raw, 'billed_units');
    return;
  }
  readObject(counts, USAGE, raw, '', !isInside && isAnswer(raw) ? NO_USAGE_IN_ANSWERS : undefined);
  addIterations(counts, raw['iterations']);
}

function find(raw: unknown, depth: number, isInside: boolean, counts: Counts): Source | undefined {
  if (!isObject(raw)) return undefined;
  read(counts, raw as Raw, isInside);
  if (!isEmpty(counts)) return 'provider';
  counts.unknown = undefined;
  if (depth === 0) return undefined;
  for (const wrapper of wrappersOf(raw as Raw)) {
    const source = find((raw as Raw)[wrapper], depth - 1, true, counts);
    if (source !== undefined) return wrapper === ESTIMATED_WRAPPER ? 'estimated' : source;
  }
  return undefined;
}

/** OpenRouter's `cost` is its own fee alone where the key of the provider is the application's. */
function reportedCost({ readings }: Counts, raw: Raw): number | undefined {
  const { cost_usd: usd, cost_ticks: ticks, upstream_cost_usd: upstream } = readings;
  if (usd === undefined) return ticks === undefined ? undefined : ticks / 1e10;
  const usage = props(raw['usage'] ?? raw);
  return usage['is_byok'] === true ? usd + (upstream ?? 0) : usd;
}

/** Gemini's total over OpenAI's API holds the thoughts, which no other key counts there. */
function hidesThoughts(model: string | undefined, provider: string | undefined): boolean {
  return (
    (model !== undefined && /(?:^|\/)gemini-/.test(model)) ||
    (provider !== undefined && /^gcp\.|^google/.test(provider))
  );
}

function readAnswer(raw: Raw, context: UsageContext): NormalizedUsage | undefined {
  const counts: Counts = { readings: {}, conditions: {}, unknown: undefined };
  const source = find(raw, 2, false, counts);
  const model = context.model ?? text(raw['model']) ?? text(raw['modelVersion']);
  const tools = serverTools(raw, model);
  if (source === undefined && tools === undefined) return undefined;
  const { units, issue } = reconcile(counts.readings, hidesThoughts(model, context.provider));
  for (const unit of unitsIn(tools ?? {})) units[unit] = Math.max(units[unit] ?? 0, tools?.[unit] ?? 0);
  const costUsd = reportedCost(counts, raw);
  if (unitsIn(units).length === 0 && costUsd === undefined) return undefined;
  const { tier, region } = counts.conditions;
  return {
    units,
    source: source ?? 'provider',
    ...(issue === undefined ? {} : { issue }),
    ...(counts.unknown === undefined ? {} : { unknown: counts.unknown }),
    ...(tier === undefined && region === undefined ? {} : { conditions: counts.conditions }),
    ...(costUsd === undefined ? {} : { costUsd }),
  };
}

/** The AI SDK keeps the provider's own usage beside its copy of it. */
function rawUsageIn(raw: Raw): unknown {
  return raw['raw'] ?? props(raw['usage'])['raw'];
}

function normalize(raw: Raw, context: UsageContext): NormalizedUsage | undefined {
  const usage = readAnswer(raw, context);
  const inner = usage === undefined ? undefined : rawUsageIn(raw);
  if (usage === undefined || !isObject(inner)) return usage;
  const provided = readAnswer(inner as Raw, context);
  return provided === undefined ? usage : moreExact(provided, usage);
}

/**
 * Reads what a call used, from a usage object or from the whole answer around it, in the shape of any provider or
 * framework. A whole answer tells more: its model, its service tier, its server tools. What is not reported stays
 * absent; an explicit 0 stays 0. Never throws.
 *
 * @returns `undefined` when there is no count in it
 */
export function normalizeUsage(raw: unknown, context: UsageContext = {}): NormalizedUsage | undefined {
  if (!isObject(raw)) return undefined;
  try {
    return normalize(raw as Raw, context);
  } catch {
    return undefined;
  }
}

/** Adds up the usage of two calls, or of two generations of one. */
export function addUsage(one: NormalizedUsage | undefined, other: NormalizedUsage): NormalizedUsage {
  if (one === undefined) return other;
  const units: BilledUnits = { ...one.units };
  for (const unit of unitsIn(other.units)) units[unit] = (units[unit] ?? 0) + (other.units[unit] ?? 0);
  const issue = one.issue ?? other.issue;
  const unknown = [...new Set([...(one.unknown ?? []), ...(other.unknown ?? [])])];
  const conditions = { ...one.conditions, ...other.conditions };
  const isCostKnown = one.costUsd !== undefined && other.costUsd !== undefined;
  return {
    units,
    source: one.source === other.source ? one.source : 'estimated',
    ...(issue === undefined ? {} : { issue }),
    ...(unknown.length === 0 ? {} : { unknown }),
    ...(Object.keys(conditions).length === 0 ? {} : { conditions }),
    ...(isCostKnown ? { costUsd: (one.costUsd ?? 0) + (other.costUsd ?? 0) } : {}),
  };
}

/** How much a report tells: its units, and the facts beside them. */
function detailOf({ units, conditions, costUsd, source }: NormalizedUsage): number {
  let detail = source === 'provider' ? 100 : 0;
  for (const unit of unitsIn(units)) if ((units[unit] ?? 0) > 0) detail++;
  return detail + (conditions === undefined ? 0 : 1) + (costUsd === undefined ? 0 : 1);
}

/**
 * The more exact of two reports on one call: the one without an issue, then the one with more detail, then the one with
 * more tokens, since frameworks keep the first count of a stream.
 */
export function moreExact(one: NormalizedUsage, other: NormalizedUsage): NormalizedUsage {
  const isOneSound = one.issue === undefined;
  if (isOneSound !== (other.issue === undefined)) return isOneSound ? one : other;
  const [a, b] = [detailOf(one), detailOf(other)];
  if (a !== b) return a > b ? one : other;
  const tokens = ({ units }: NormalizedUsage): number => (units.input_tokens ?? 0) + (units.output_tokens ?? 0);
  return tokens(other) > tokens(one) ? other : one;
}

/** The usage as span attributes, for `span.set()`. */
export function usageAttributes({
  units,
  source,
  issue,
  unknown,
  conditions,
  costUsd,
}: NormalizedUsage): SpanAttributes {
  const attributes: Record<string, unknown> = { 'spanline.usage.source': source };
  for (const unit of unitsIn(units)) {
    const quantity = units[unit];
    if (quantity !== undefined && (quantity > 0 || isConventionUnit(unit))) attributes[UNIT_KEYS[unit]] = quantity;
  }
  if (issue !== undefined) attributes['spanline.usage.issue'] = issue;
  if (unknown !== undefined) attributes['spanline.usage.unknown'] = unknown;
  if (conditions?.tier !== undefined) attributes['spanline.cost.tier'] = conditions.tier;
  if (conditions?.region !== undefined) attributes['spanline.cost.region'] = conditions.region;
  if (costUsd !== undefined) attributes['spanline.cost.reported_usd'] = costUsd;
  return attributes;
}
