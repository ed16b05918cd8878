/** A line that is drawn around points. */

export type Place = readonly [x: number, y: number];

/** Whether a place is inside of a closed line: a ray from it crosses the line an odd number of times. */
export function isInside([x, y]: Place, line: readonly Place[]): boolean {
  let isIn = false;
  for (const [index, [ax, ay]] of line.entries()) {
    const [bx, by] = line[(index + 1) % line.length] ?? [ax, ay];
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) isIn = !isIn;
  }
  return isIn;
}
