/** A change point of a series: whether its level moves, where, and how certain both are. */

import { randomNumbers } from './intervals.ts';
import type { Resampling } from './resampling.ts';

/** Where the level of a series moves. */
export interface ChangePoint {
  /** Index of the first value after the change. */
  readonly at: number;
  /** Interval of 95 % of `at`. */
  readonly low: number;
  readonly high: number;
  /** Probability of a change at least as clear in a series whose blocks come in any order. */
  readonly p: number;
}

const ROUNDS = 1999;
const BOOTSTRAPS = 400;
/** Blocks that a permutation moves, and values that a bootstrap draws; longer series are summed up. */
const MAX_BLOCKS = 50;
const LEAST_BLOCKS = 16;
const MAX_BINS = 2000;
/** Values that each side of a change needs, and the share of all values. */
const LEAST = 10;
const LEAST_SHARE = 0.02;

/** Values that a series needs. */
export const LEAST_SERIES = 3 * LEAST;

/** Ranks around 0; equal values share theirs. */
function centredRanks(values: Float64Array): Float64Array {
  const order = Uint32Array.from(values.keys()).sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0));
  const ranks = new Float64Array(values.length);
  const middle = (values.length - 1) / 2;
  for (let from = 0; from < order.length;) {
    let to = from;
    while (to < order.length && values[order[to] ?? 0] === values[order[from] ?? 0]) to++;
    for (let index = from; index < to; index++) ranks[order[index] ?? 0] = (from + to - 1) / 2 - middle;
    from = to;
  }
  return ranks;
}

/** A series in pieces: the sum and the number of values of each. */
interface Pieces {
  readonly sums: Float64Array;
  readonly counts: Float64Array;
}

function piecesOf(ranks: Float64Array, count: number): Pieces {
  const sums = new Float64Array(count);
  const counts = new Float64Array(count);
  for (let index = 0; index < ranks.length; index++) {
    const piece = Math.floor((index * count) / ranks.length);
    sums[piece] = (sums[piece] ?? 0) + (ranks[index] ?? 0);
    counts[piece] = (counts[piece] ?? 0) + 1;
  }
  return { sums, counts };
}

/** The border of two pieces at which the levels of both sides differ most: a standardised CUSUM of ranks. */
function clearest(
  { sums, counts }: Pieces,
  all: number,
  least: number,
): { readonly at: number; readonly size: number } {
  const total = sums.reduce((sum, value) => sum + value, 0);
  let [at, size, sum, before] = [0, 0, 0, 0];
  for (let piece = 0; piece < sums.length - 1; piece++) {
    sum += sums[piece] ?? 0;
    before += counts[piece] ?? 0;
    const after = all - before;
    if (before < least || after < least) continue;
    const distance = Math.abs(sum - (total * before) / all) / Math.sqrt(before * after);
    if (distance > size) [at, size] = [piece + 1, distance];
  }
  return { at, size };
}

/** The largest standardised difference of a part of a series, of any length, from the rest. */
function largestPart({ sums, counts }: Pieces, all: number, least: number): number {
  let largest = 0;
  for (let first = 0; first < sums.length; first++) {
    let [sum, size] = [0, 0];
    for (let last = first; last < sums.length; last++) {
      sum += sums[last] ?? 0;
      size += counts[last] ?? 0;
      if (size < least || all - size < least) continue;
      const squared = (sum * sum) / (size * (all - size));
      if (squared > largest) largest = squared;
    }
  }
  return largest;
}

function shuffle({ sums, counts }: Pieces, random: () => number): void {
  for (let last = sums.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    const [sum, count] = [sums[last] ?? 0, counts[last] ?? 0];
    [sums[last], counts[last]] = [sums[other] ?? 0, counts[other] ?? 0];
    [sums[other], counts[other]] = [sum, count];
  }
}

/** Length of the pieces that stay together, because neighbours are alike. A short series has 16 of them. */
const blockLength = (count: number): number =>
  Math.max(1, Math.min(Math.round(count / LEAST_BLOCKS), Math.round(1.5 * Math.cbrt(count))));

/** Fills a part of a series with blocks of the same part. */
function redraw(
  from: Pieces,
  to: Pieces,
  [first, end]: readonly [number, number],
  length: number,
  random: () => number,
) {
  const size = end - first;
  for (let index = first; index < end;) {
    const start = Math.floor(random() * size);
    for (let step = 0; step < length && index < end; step++, index++) {
      const source = first + ((start + step) % size);
      to.sums[index] = from.sums[source] ?? 0;
      to.counts[index] = from.counts[source] ?? 0;
    }
  }
}

/** Interval of the border, from series that are drawn again on both sides of it. */
function positionInterval(ranks: Float64Array, least: number, random: () => number): readonly [number, number, number] {
  const pieces = piecesOf(ranks, Math.min(MAX_BINS, ranks.length));
  const { at } = clearest(pieces, ranks.length, least);
  const drawn: Pieces = { sums: new Float64Array(pieces.sums.length), counts: new Float64Array(pieces.sums.length) };
  const length = blockLength(pieces.sums.length);
  const distances = Float64Array.from({ length: BOOTSTRAPS }, () => {
    redraw(pieces, drawn, [0, at], length, random);
    redraw(pieces, drawn, [at, pieces.sums.length], length, random);
    const all = drawn.counts.reduce((sum, count) => sum + count, 0);
    return Math.abs(clearest(drawn, all, least).at - at);
  }).sort();
  const reach = distances[Math.ceil(BOOTSTRAPS * 0.95) - 1] ?? 0;
  const scale = ranks.length / pieces.sums.length;
  const index = (border: number): number => Math.min(ranks.length - 1, Math.max(1, Math.round(border * scale)));
  return [index(at), index(at - reach), index(at + reach)];
}

/**
 * The one place at which the level of a series moves most.
 *
 * - Values become ranks, so that a few long requests move nothing.
 * - The test permutes blocks of neighbours, which may be alike. Its statistic is the largest standardised difference
 *   of the mean rank of a part from that of the rest, over all parts (circular binary segmentation).
 * - The place is the border at which the mean ranks of both sides differ most. Its interval comes from a bootstrap of
 *   blocks on each side.
 *
 * @param values - in the order of time
 * @returns `undefined` for fewer than {@link LEAST_SERIES} values, and if all are the same
 */
export function changePoint(
  values: Float64Array,
  { rounds = ROUNDS, seed = 1 }: Resampling = {},
): ChangePoint | undefined {
  if (values.length < LEAST_SERIES) return undefined;
  const ranks = centredRanks(values);
  if (ranks.every((rank) => rank === 0)) return undefined;
  const least = Math.max(LEAST, Math.ceil(values.length * LEAST_SHARE));
  const count = Math.min(MAX_BLOCKS, Math.floor(values.length / blockLength(values.length)));
  const blocks = piecesOf(ranks, count);
  const size = largestPart(blocks, values.length, least);
  const random = randomNumbers(seed);
  let extreme = 0;
  for (let round = 0; round < rounds; round++) {
    shuffle(blocks, random);
    if (largestPart(blocks, values.length, least) >= size * (1 - 1e-12)) extreme++;
  }
  const [at, low, high] = positionInterval(ranks, least, random);
  return { at, low, high, p: (extreme + 1) / (rounds + 1) };
}

/**
 * True if a line describes a series better than levels between steps do: it drifts. Both are fitted to its ranks, and
 * each step beyond the first costs what two parameters do (Bayesian information criterion).
 *
 * @param steps - indexes of the first values of new levels, in their order
 */
export function isDrift(values: Float64Array, steps: readonly number[]): boolean {
  const { length } = values;
  const ranks = centredRanks(values);
  const borders = [0, ...steps, length];
  let [bySteps, slope, all] = [0, 0, 0];
  for (const [index, end] of borders.slice(1).entries()) {
    const part = ranks.subarray(borders[index], end);
    if (part.length > 0) bySteps += part.reduce((sum, rank) => sum + rank, 0) ** 2 / part.length;
  }
  for (const [index, rank] of ranks.entries()) {
    slope += rank * (index - (length - 1) / 2);
    all += rank * rank;
  }
  const byLine = (12 * slope * slope) / (length * (length * length - 1));
  const penalty = 2 * (steps.length - 1) * Math.log(length);
  return length * Math.log(all - byLine) < length * Math.log(Math.max(all - bySteps, 1e-9 * all)) + penalty;
}
