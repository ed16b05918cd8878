/** The course of a move: one step, a drift, a level that passes, or a weekend at the edge of the log. */

import { isDrift } from '@spanline/record/statistics';

/**
 * - `step`: the figure moved at one time, and stayed.
 * - `gradual`: a line describes the moves in one direction that follow each other better than steps do.
 * - `passing`: the figure goes back to its former level later, or comes back to it. A weekend does, and an incident.
 * - `weekend`: the log begins or ends with a weekend, and the figure moved at its border. The log has no other one to
 *   compare it with.
 */
export type Course = 'step' | 'gradual' | 'passing' | 'weekend';

interface Placed {
  /** Index of the first value after the move. */
  readonly at: number;
  readonly before: { readonly value: number };
  readonly after: { readonly value: number };
  readonly fromMs: number;
  readonly toMs: number;
}

/** The course of a move, and the places of the moves that undo it or that it undoes. */
interface Coursed {
  readonly course: Course;
  readonly counterparts: readonly { readonly fromMs: number; readonly toMs: number }[];
}

/** Share of the smaller of two moves that may be left of both together. */
const LEFT = 0.25;

const sizeOf = ({ before, after }: Placed): number => after.value - before.value;

/** True if a later move undoes an earlier one: both together leave less than a quarter of either. */
function isUndone(earlier: Placed, later: Placed): boolean {
  const [there, back] = [sizeOf(earlier), sizeOf(later)];
  const left = Math.abs(later.after.value - earlier.before.value);
  return there * back < 0 && left < LEFT * Math.min(Math.abs(there), Math.abs(back));
}

/** True if the moves in one direction around a move are a drift. */
function isGradual(moves: readonly Placed[], index: number, values: Float64Array): boolean {
  const sign = Math.sign(sizeOf(moves[index] as Placed));
  const isOther = (move: Placed): boolean => Math.sign(sizeOf(move)) !== sign;
  const first = moves.slice(0, index).findLastIndex(isOther) + 1;
  const next = moves.findIndex((move, place) => place > index && isOther(move));
  const run = moves.slice(first, next < 0 ? undefined : next);
  const [start, end] = [moves[first - 1]?.at ?? 0, next < 0 ? values.length : moves[next]?.at];
  const steps = run.map(({ at }) => at - start);
  return isDrift(values.subarray(start, end), steps);
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const WEEK = 7;
/** The first of their kind since 1970, in days. */
const [SATURDAY, MONDAY] = [2, 4];
/** Midnight in New Zealand comes so long before that of UTC, and midnight in California so long after it. */
const [EAST_MS, WEST_MS] = [13 * HOUR_MS, 8 * HOUR_MS];

/** The midnight in UTC that begins a day of the week, nearest to a time. */
const midnightNear = (ms: number, day: number): number =>
  (Math.round((ms / DAY_MS - day) / WEEK) * WEEK + day) * DAY_MS;

/** True if all before a move may be a weekend that ends with it, in a time zone from New Zealand to California. */
function followsWeekend({ fromMs, toMs }: Placed, firstMs: number): boolean {
  const monday = midnightNear(fromMs, MONDAY);
  const end = Math.max(fromMs, monday - EAST_MS);
  return end <= Math.min(toMs, monday + WEST_MS) && firstMs < monday && firstMs >= end - 2 * DAY_MS;
}

/** True if all after a move may be a weekend that begins with it. */
function precedesWeekend({ fromMs, toMs }: Placed, lastMs: number): boolean {
  const saturday = midnightNear(toMs, SATURDAY);
  const start = Math.min(toMs, saturday + WEST_MS);
  return start >= Math.max(fromMs, saturday - EAST_MS) && lastMs >= saturday && lastMs < start + 2 * DAY_MS;
}

/**
 * Adds the courses of the moves of a figure.
 *
 * @param moves - in the order of time
 * @param times - of the values
 */
export function coursesOf<Kind extends Placed>(
  moves: readonly Kind[],
  values: Float64Array,
  times: Float64Array,
): (Kind & Coursed)[] {
  const [firstMs = NaN, lastMs = NaN] = [times[0], times.at(-1)];
  return moves.map((move, index) => {
    const [earlier, later] = [moves[index - 1], moves[index + 1]];
    const counterparts = [
      ...(earlier !== undefined && isUndone(earlier, move) ? [earlier] : []),
      ...(later !== undefined && isUndone(move, later) ? [later] : []),
    ].map(({ fromMs, toMs }) => ({ fromMs, toMs }));
    if (counterparts.length > 0) return { ...move, course: 'passing', counterparts };
    const isAtWeekend =
      (earlier === undefined && followsWeekend(move, firstMs)) ||
      (later === undefined && precedesWeekend(move, lastMs));
    if (isAtWeekend) return { ...move, course: 'weekend', counterparts };
    return { ...move, course: isGradual(moves, index, values) ? 'gradual' : 'step', counterparts };
  });
}
