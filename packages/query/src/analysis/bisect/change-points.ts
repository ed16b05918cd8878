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

/** The places once more, each between its neighbours only. */
function refine(points: readonly ChangePoint[], values: Float64Array): ChangePoint[] {
  const sorted = points.toSorted((a, b) => a.at - b.at);
  return sorted.map((point, index) => {
    const first = sorted[index - 1]?.at ?? 0;
    const again = changePoint(values.subarray(first, sorted[index + 1]?.at ?? values.length), { rounds: 1 });
    if (again === undefined) return point;
    return { at: first + again.at, low: first + again.low, high: first + again.high, p: point.p };
  });
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
  return refine(found, values);
}
