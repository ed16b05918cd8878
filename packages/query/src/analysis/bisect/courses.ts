/** The course of a move: one step, a drift, or a level that passes. */

import { isDrift } from '@spanline/record/statistics';

/**
 * - `step`: the figure moved at one time, and stayed.
 * - `gradual`: a line describes the moves in one direction that follow each other better than steps do.
 * - `passing`: the figure goes back to its former level later, or comes back to it. A weekend does, and an incident.
 */
export type Course = 'step' | 'gradual' | 'passing';

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

/** Adds the courses of the moves of a figure. @param moves - in the order of time */
export function coursesOf<Kind extends Placed>(moves: readonly Kind[], values: Float64Array): (Kind & Coursed)[] {
  return moves.map((move, index) => {
    const [earlier, later] = [moves[index - 1], moves[index + 1]];
    const counterparts = [
      ...(earlier !== undefined && isUndone(earlier, move) ? [earlier] : []),
      ...(later !== undefined && isUndone(move, later) ? [later] : []),
    ].map(({ fromMs, toMs }) => ({ fromMs, toMs }));
    if (counterparts.length > 0) return { ...move, course: 'passing', counterparts };
    return { ...move, course: isGradual(moves, index, values) ? 'gradual' : 'step', counterparts };
  });
}
