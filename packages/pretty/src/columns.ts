/** Widths of the tree's columns. A column of width 0 is hidden. */
export interface Columns {
  readonly name: number;
  readonly type: number;
  /** Extra width for the sign of the slowest step, behind the duration. */
  readonly slowest: number;
  readonly bar: number;
  readonly details: number;
}

/** The width that each column needs. */
export interface Wishes {
  readonly name: number;
  readonly type: number;
  readonly slowest: boolean;
  readonly details: number;
}

/** The mark of the status and a blank, before the tree. */
export const GUTTER = 2;
/** Blanks between columns. */
export const GAP = 2;
/** Widest duration. */
export const DURATION = 7;
/** From this terminal width on, types are written out. */
export const FULL_TYPES = 100;

const TYPES_FROM = 56;
const BAR_FROM = 72;
const MIN_BAR = 8;
const MAX_BAR = 48;
const MIN_DETAILS = 12;

/** Maximum width of the name column. */
export function maxName(width: number): number {
  if (width < TYPES_FROM) return width - GUTTER - GAP - DURATION - GAP;
  return Math.floor(width * (width < BAR_FROM ? 0.45 : 0.33));
}

/** Distributes `width` over the columns: first the name, then the type, then the bar and the details. */
export function shareWidth(width: number, wishes: Wishes): Columns {
  const name = Math.min(wishes.name, maxName(width));
  const type = width >= TYPES_FROM ? wishes.type : 0;
  const slowest = wishes.slowest ? 1 : 0;
  const rest = width - GUTTER - name - GAP - DURATION - slowest - (type > 0 ? GAP + type : 0);
  let bar = 0;
  if (width >= BAR_FROM) {
    const behind = wishes.details > 0 ? GAP + wishes.details : 0;
    bar = Math.min(Math.max(rest - GAP - behind, MIN_BAR), MAX_BAR, rest - GAP);
  }
  const details = rest - (bar > 0 ? GAP + bar : 0) - GAP;
  return {
    name,
    type,
    slowest,
    bar: Math.max(bar, 0),
    details: details >= Math.min(MIN_DETAILS, wishes.details) ? details : 0,
  };
}
