/** Prices one model's units: which unit is billed at which price, and which has none. */
import { type BilledUnit, type BilledUnits, detailOf, isPartOf } from '@spanline/record';
import type { TokenPrice } from '../api/index.ts';

/** A price, or prices by the number of input tokens of the call, in rising order. */
export type UnitPrice = TokenPrice;

/** Prices in US dollars for one of each unit, a token or a search. */
export type UnitPrices = ReadonlyMap<BilledUnit, UnitPrice>;

/** List prices of units. */
export interface Priced {
  usd: number;
  /** The part of `usd` to which discounts and surcharges apply: all but the calls of tools. */
  factoredUsd: number;
  /** The part of `factoredUsd` that is for reads of the cache. */
  cacheReadUsd: number;
  /** True if every unit that was used has a price. */
  isComplete: boolean;
  /** True if the price depends on an overlap that no report states. */
  isAmbiguous: boolean;
  /** True if cached tokens were used whose price nobody lists. They are priced like the rest of the input. */
  isAssumed: boolean;
  /** The units one by one, if they were asked for. */
  items?: PricedItem[];
}

/** The part of a unit that is billed at its own price: of the input, the tokens that were not cached. */
export interface PricedItem {
  readonly unit: BilledUnit;
  readonly quantity: number;
  /** US dollars for one. */
  readonly price: number;
  readonly isFactored: boolean;
  readonly isCacheRead: boolean;
}

/**
 * Units without a price of their own that are billed like the unit that they are part of. All others would be priced
 * wrongly.
 */
const LIKE_THEIR_WHOLE =
  /^(?:cache_(?:read|write|write_5m|write_30m|text_\w+|image_\w+|video_\w+)_tokens|input_(?:text|image|video|tool|\w+_tool)_tokens|output_(?:reasoning|text|citation|\w+_reasoning)_tokens|input_audio_seconds|output_audio_seconds)$/;

/** Units that cost the same in every tier. */
const AT_LIST_PRICE = /searches$|^(?:requests|search_sources|code_executions|image_generations)$/;

/** Cached tokens cost less or more than the rest of the input, wherever a provider counts them. */
const CACHED = /^cache_/;

interface PricedUnit {
  readonly unit: BilledUnit;
  readonly price: UnitPrice;
  readonly isFactored: boolean;
  readonly isCacheRead: boolean;
  /** Indices of priced units that are part of this one. */
  readonly parts: readonly number[];
  /** The two priced units that overlap in this one. */
  readonly overlapOf: readonly [BilledUnit, BilledUnit] | undefined;
}

const MODAL_READS = [
  'cache_text_read_tokens',
  'cache_audio_read_tokens',
  'cache_image_read_tokens',
  'cache_video_read_tokens',
] as const satisfies readonly BilledUnit[];

/** Cached tokens whose modality is known. */
const knownReads = (units: BilledUnits): number => MODAL_READS.reduce((sum, unit) => sum + (units[unit] ?? 0), 0);

function overlapOf(unit: BilledUnit, priced: readonly BilledUnit[]): readonly [BilledUnit, BilledUnit] | undefined {
  if (!/^cache_(?:audio|image|video|text)_read_tokens$/.test(unit)) return undefined;
  const modality = priced.find(
    (other) => other.startsWith('input_') && other !== 'input_tokens' && isPartOf(unit, other),
  );
  return modality !== undefined && priced.includes('cache_read_tokens') ? ['cache_read_tokens', modality] : undefined;
}

/** Puts the parts before their wholes, so that a whole knows what is left of it. */
function order(prices: UnitPrices): PricedUnit[] {
  const units = [...prices.keys()].toSorted((a, b) => detailOf(b) - detailOf(a));
  return units.map((unit) => ({
    unit,
    price: prices.get(unit) ?? 0,
    isFactored: !AT_LIST_PRICE.test(unit),
    isCacheRead: isPartOf(unit, 'cache_read_tokens') || unit === 'cache_read_tokens',
    parts: units.flatMap((other, index) => (isPartOf(other, unit) ? [index] : [])),
    overlapOf: overlapOf(unit, units),
  }));
}

function priceFor(price: UnitPrice, inputTokens: number): number {
  if (typeof price === 'number') return price;
  let found = price.base;
  for (const { above, price: higher } of price.steps) if (inputTokens > above) found = higher;
  return found;
}

/** Prices the units of a call. @param isItemized - the units one by one, too */
export type UnitPricer = (units: BilledUnits, isItemized?: boolean) => Priced;

/** True for prices of input, output and cached tokens that do not depend on the size of the call. */
function isFlat(prices: UnitPrices): boolean {
  for (const price of prices.values()) if (typeof price !== 'number') return false;
  return prices.has('input_tokens') && prices.has('output_tokens');
}

const PLAIN: ReadonlySet<string> = new Set([
  'input_tokens',
  'output_tokens',
  'cache_read_tokens',
  'cache_write_tokens',
  'output_reasoning_tokens',
  'requests',
]);

function isPlain(units: BilledUnits): boolean {
  for (const unit in units) if (!PLAIN.has(unit) && (units[unit as BilledUnit] ?? 0) > 0) return false;
  return true;
}

/** Most calls use nothing but tokens, at flat prices: plain arithmetic. */
function flatPricer(prices: UnitPrices, isLikeWhole: IsLikeWhole, general: UnitPricer): UnitPricer {
  const price = (unit: BilledUnit, like: number): number => (prices.get(unit) as number | undefined) ?? like;
  const input = price('input_tokens', 0);
  const output = price('output_tokens', 0);
  const cacheRead = price('cache_read_tokens', input);
  const cacheWrite = price('cache_write_tokens', input);
  const isAssumed = (unit: BilledUnit): boolean => !prices.has(unit) && !isLikeWhole(unit);
  const assumesReads = isAssumed('cache_read_tokens');
  const assumesWrites = isAssumed('cache_write_tokens');
  const hasOthers = prices.has('requests') || prices.has('output_reasoning_tokens');
  return (units, isItemized) => {
    if (isItemized === true || hasOthers || !isPlain(units)) return general(units, isItemized);
    const { input_tokens: whole = 0, cache_read_tokens: read = 0, cache_write_tokens: written = 0 } = units;
    const cacheReadUsd = read * cacheRead;
    const usd =
      Math.max(0, whole - read - written) * input +
      cacheReadUsd +
      written * cacheWrite +
      (units.output_tokens ?? 0) * output;
    return {
      usd,
      factoredUsd: usd,
      cacheReadUsd,
      isComplete: true,
      isAmbiguous: false,
      isAssumed: (assumesReads && read > 0) || (assumesWrites && written > 0),
    };
  };
}

/** How a unit is priced: for certain, by a price that nobody lists, or not at all. */
type Coverage = 'listed' | 'assumed' | 'none';

/** A unit is covered by a price of its own, or by that of what it is part of. */
function coverageOf(unit: BilledUnit, prices: UnitPrices, isLikeWhole: IsLikeWhole): Coverage {
  if (prices.has(unit)) return 'listed';
  const isLike = isLikeWhole(unit);
  if (!isLike && !LIKE_THEIR_WHOLE.test(unit)) return 'none';
  const wholes = [...prices.keys()].filter((whole) => isPartOf(unit, whole));
  if (wholes.length === 0) return 'none';
  const isListed = isLike || !CACHED.test(unit) || wholes.some((whole) => CACHED.test(whole));
  return isListed ? 'listed' : 'assumed';
}

/** True for a unit that this model bills like what it is part of. */
export type IsLikeWhole = (unit: BilledUnit) => boolean;

/** Builds the pricer of one model. */
export function unitPricer(prices: UnitPrices, isLikeWhole: IsLikeWhole): UnitPricer {
  const ordered = order(prices);
  const isBySecond = !prices.has('input_tokens') && (prices.has('audio_seconds') || prices.has('input_audio_seconds'));
  const coverages = new Map<BilledUnit, Coverage>();

  const general: UnitPricer = (units, isItemized) => {
    const left: number[] = [];
    const result: Priced = {
      usd: 0,
      factoredUsd: 0,
      cacheReadUsd: 0,
      isComplete: true,
      isAmbiguous: false,
      isAssumed: false,
    };
    if (isItemized === true) result.items = [];
    const inputTokens = units.input_tokens ?? 0;
    const { requests = 1 } = units;
    for (const { unit, price, isFactored, isCacheRead, parts, overlapOf: overlap } of ordered) {
      let quantity = units[unit] ?? (unit === 'requests' ? 1 : 0);
      // The sum of several requests does not show which of them passed a step.
      if (requests > 1 && typeof price !== 'number') result.isAmbiguous ||= priceFor(price, inputTokens) !== price.base;
      if (overlap !== undefined && units[unit] === undefined) {
        const known = knownReads(units);
        const [read, modal] = [(units[overlap[0]] ?? 0) - known, units[overlap[1]] ?? 0];
        // As much of what was cached as can be is taken to be text.
        quantity = read <= 0 ? 0 : Math.max(0, read + modal - (inputTokens - known));
        result.isAmbiguous ||=
          read > 0 && modal > 0 && priceFor(price, inputTokens) !== priceFor(prices.get(overlap[0]) ?? 0, inputTokens);
      }
      let rest = quantity;
      for (const part of parts) rest -= left[part] ?? 0;
      rest = Math.max(0, rest);
      left.push(rest);
      const one = priceFor(price, inputTokens);
      const usd = rest * one;
      if (rest > 0) result.items?.push({ unit, quantity: rest, price: one, isFactored, isCacheRead });
      result.usd += usd;
      if (isFactored) result.factoredUsd += usd;
      if (isCacheRead) result.cacheReadUsd += usd;
    }
    for (const key in units) {
      const unit = key as BilledUnit;
      // Requests that are billed by their tokens have no price of their own. Nor have tokens of sound that is billed by
      // the second.
      const isFree =
        (unit === 'requests' && units.input_tokens !== undefined) ||
        (isBySecond && units.audio_seconds !== undefined && unit.endsWith('_tokens'));
      if (isFree || (units[unit] ?? 0) === 0) continue;
      let coverage = coverages.get(unit);
      if (coverage === undefined) {
        coverage = coverageOf(unit, prices, isLikeWhole);
        coverages.set(unit, coverage);
      }
      result.isComplete &&= coverage !== 'none';
      result.isAssumed ||= coverage === 'assumed';
    }
    return result;
  };
  return isFlat(prices) ? flatPricer(prices, isLikeWhole, general) : general;
}
