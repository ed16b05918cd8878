/** Conditions of a price: the service tier and the region that served a call. */

import { props, type SpanAttributes } from '@spanline/record';

/** Conditions that an answer reports. */
export interface PriceConditions {
  /** `flex`, `priority`, `batch`, `fast` and so on; one of {@link isStandard} if the answer says so. */
  tier?: string;
  /** `us`, `eu`, `global`, as the provider names it. */
  region?: string;
}

/** The tier without discount and without surcharge. */
const DEFAULT = 'default';

/** Anthropic's word for that tier. It leaves open whether the fast mode served the call. */
const STANDARD = 'standard';

/** True for the tier without discount and without surcharge. */
export const isStandard = (tier: string): boolean => tier === DEFAULT || tier === STANDARD;

const TIERS: Readonly<Record<string, string>> = {
  on_demand: DEFAULT,
  'on-demand': DEFAULT,
  on_demand_priority: 'priority',
  on_demand_flex: 'flex',
  provisioned_throughput: 'provisioned',
  standard_only: STANDARD,
};

/** The mode that a request for speed asks for. */
const FAST = 'fast';

/**
 * An answer for which another model of Anthropic took over, and one whose cached tokens were repriced for that
 * (https://platform.claude.com/docs/en/build-with-claude/refusals-and-fallback,
 * https://platform.claude.com/docs/en/build-with-claude/fallback-credit).
 */
export const FALLBACK = 'fallback';
const FALLBACK_CREDIT = 'fallback_credit';

/** Modes with a price of their own, whatever the tier. */
const MODES: ReadonlySet<string> = new Set([FAST, FALLBACK, FALLBACK_CREDIT]);

/** Tiers of a call: the one that the answer reports, and the one that the request asked for. */
export interface CallTiers {
  readonly tier?: string | undefined;
  readonly requestedTier?: string | undefined;
}

/** The tier that served a call, as far as the answer reports it. */
export const servedTier = ({ tier, requestedTier }: CallTiers): string | undefined =>
  tier === STANDARD && requestedTier === FAST ? undefined : tier;

/** Values that name a request and not what was served, or nothing. */
const NO_TIER: ReadonlySet<string> = new Set(['', 'auto', 'traffic_type_unspecified', 'unspecified', 'none', 'null']);

/** Tier by our name. `undefined` for a value without a tier, such as `auto`. */
export function tierOf(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const name = value.toLowerCase();
  return NO_TIER.has(name) ? undefined : (TIERS[name] ?? name);
}

const NO_REGION: ReadonlySet<string> = new Set(['', 'not_available', 'unspecified', 'none']);

/** Region by the provider's name, in lower case. */
export function regionOf(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const name = value.toLowerCase();
  return NO_REGION.has(name) ? undefined : name;
}

type Read = (conditions: PriceConditions, value: string) => void;

function setTier(conditions: PriceConditions, value: string): void {
  const tier = tierOf(value);
  if (tier === undefined || MODES.has(conditions.tier ?? '')) return;
  if (tier !== STANDARD || conditions.tier !== DEFAULT) conditions.tier = tier;
}

function setSpeed(conditions: PriceConditions, value: string): void {
  const speed = tierOf(value);
  if (speed === undefined) return;
  if (!isStandard(speed)) conditions.tier = speed;
  else if (conditions.tier === undefined || conditions.tier === STANDARD) conditions.tier = DEFAULT;
}

function setCredit(conditions: PriceConditions, value: string): void {
  if (value === 'redeemed') conditions.tier = FALLBACK_CREDIT;
}

/** Bedrock's `performanceConfig.latency`. */
function setLatency(conditions: PriceConditions, value: string): void {
  if (value === 'optimized') conditions.tier = 'latency_optimized';
}

function setRegion(conditions: PriceConditions, value: string): void {
  const region = regionOf(value);
  if (region !== undefined) conditions.region = region;
}

/** OpenTelemetry's name, with and without its former prefix. */
const TIER_ATTRIBUTE = 'openai.response.service_tier';

/** The keys of answers and of usage objects that hold a condition. */
const READERS: ReadonlyMap<string, Read> = new Map([
  ['service_tier', setTier],
  ['serviceTier', setTier],
  [TIER_ATTRIBUTE, setTier],
  [`gen_ai.${TIER_ATTRIBUTE}`, setTier],
  ['trafficType', setTier],
  ['traffic_type', setTier],
  ['speed', setSpeed],
  ['performanceConfig', setLatency],
  [FALLBACK_CREDIT, setCredit],
  ['inference_geo', setRegion],
]);

/** True for a key of an answer that holds a condition. */
export const isConditionKey = (key: string): boolean => READERS.has(key);

/** Reads a condition from one key of an answer. Bedrock and Anthropic wrap conditions in objects. */
export function readCondition(conditions: PriceConditions, key: string, value: unknown): boolean {
  const read = READERS.get(key);
  if (read === undefined) return false;
  const inner = props(value);
  const text =
    typeof value === 'string' ? value : (inner['type'] ?? inner['latency'] ?? props(inner['status'])['type']);
  if (typeof text === 'string') read(conditions, text);
  return true;
}

/** Conditions as attributes, for `span.set()`. */
export function conditionAttributes({ tier, region }: PriceConditions): SpanAttributes {
  return {
    ...(tier === undefined ? {} : { 'spanline.cost.tier': tier }),
    ...(region === undefined ? {} : { 'spanline.cost.region': region }),
  };
}
