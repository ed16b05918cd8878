/** A place on a dashboard's grid, in its units. */
export interface Place {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

/** The place of the n-th panel, two side by side. */
export function placeOf(index: number, { columns, height }: { columns: number; height: number }): Place {
  const w = columns / 2;
  return { x: index % 2 === 0 ? 0 : w, y: Math.floor(index / 2) * height, w, h: height };
}
