/** All change points of a series, by binary segmentation. */

import { type ChangePoint, changePoint } from '@spanline/record/statistics';

/** A figure moves below this probability. */
export const MOVE_LEVEL = 0.05;
const MOST = 20;

/** Adds the change points of a part. @param factor - number of tests that the level is corrected for */
function within(values: Float64Array, first: number, end: number, factor: number, found: ChangePoint[]): void {
  const point = found.length < MOST ? changePoint(values.subarray(first, end)) : undefined;
  const p = Math.min(1, (point?.p ?? 1) * factor);
  if (point === undefined || p >= MOVE_LEVEL) return;
  divide({ ...point, p }, values, first, end, factor, found);
}

function divide(
  { at, low, high, p }: ChangePoint,
  values: Float64Array,
  first: number,
  end: number,
  factor: number,
  found: ChangePoint[],
): void {
  found.push({ at: first + at, low: first + low, high: first + high, p });
  within(values, first, first + at, factor, found);
  within(values, first + at, end, factor, found);
}

/**
 * The points once more, each between its neighbours only. One that is not clear there is an effect of the others, and
 * is left out: the least clear first.
 */
function refine(points: readonly ChangePoint[], values: Float64Array, factor: number): ChangePoint[] {
  const known = new Map<string, ChangePoint | undefined>();
  function between(first: number, end: number): ChangePoint | undefined {
    const key = `${first} ${end}`;
    if (!known.has(key)) known.set(key, changePoint(values.subarray(first, end)));
    return known.get(key);
  }

  let left = points.toSorted((a, b) => a.at - b.at);
  for (;;) {
    const again = left.map((point, index) => {
      const first = left[index - 1]?.at ?? 0;
      const found = between(first, left[index + 1]?.at ?? values.length);
      return { point, first, found, p: left.length === 1 ? point.p : (found?.p ?? 1) * factor };
    });
    const worst = again.toSorted((a, b) => b.p - a.p)[0];
    if (worst === undefined || worst.p < MOVE_LEVEL) {
      return again.map(({ point, first, found }) =>
        found === undefined
          ? point
          : { at: first + found.at, low: first + found.low, high: first + found.high, p: point.p },
      );
    }
    left = left.filter((point) => point !== worst.point);
  }
}

/**
 * The change points of a series, in its order.
 *
 * @param factor - number of tests that the level is corrected for (Bonferroni)
 * @param first - the clearest change point of the whole series, where its corrected probability is known already
 */
export function changePoints(values: Float64Array, factor: number, first?: ChangePoint): ChangePoint[] {
  const found: ChangePoint[] = [];
  if (first === undefined) within(values, 0, values.length, factor, found);
  else if (first.p < MOVE_LEVEL) divide(first, values, 0, values.length, factor, found);
  return refine(found, values, factor);
}
