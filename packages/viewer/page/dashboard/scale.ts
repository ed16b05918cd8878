/** The scale of a chart, and the paths of its lines. */

/** A round number that is not smaller. */
export function roundUp(value: number): number {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return power * ([1, 2, 2.5, 5].find((factor) => factor * power >= value * 0.999_999) ?? 10);
}

type Points = readonly (readonly [timeMs: number, value: number])[];
type Place = (timeMs: number, value: number) => readonly [x: number, y: number];

const write = (at: readonly [number, number]): string => at.map((part) => part.toFixed(1)).join(' ');

/** The value at this place and the one before it are of neighbouring intervals. */
function isJoined(points: Points, index: number, barMs: number): boolean {
  const [one, other] = [points[index - 1], points[index]];
  return one !== undefined && other !== undefined && other[0] - one[0] <= barMs * 1.5;
}

/** The path of a line. Values of neighbouring intervals are joined. */
export function linePath(points: Points, barMs: number, place: Place): string {
  return points
    .map((point, index) => `${isJoined(points, index, barMs) ? 'L' : 'M'}${write(place(...point))}`)
    .join('');
}

/** The path of the values that have no neighbour, which are dots. */
export function dotPath(points: Points, barMs: number, place: Place): string {
  const isAlone = (index: number): boolean => !isJoined(points, index, barMs) && !isJoined(points, index + 1, barMs);
  return points
    .filter((_, index) => isAlone(index))
    .map((point) => `M${write(place(...point))}h0`)
    .join('');
}
