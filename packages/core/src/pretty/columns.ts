/** Widths of the tree's columns; zero hides a column. */
export interface Columns {
  readonly name: number;
  readonly type: number;
  /** What the sign behind the duration adds to the gap there. */
  readonly slowest: number;
  readonly bar: number;
  readonly facts: number;
}

/** How wide each column would like to be. */
export interface Wishes {
  readonly name: number;
  readonly type: number;
  readonly slowest: boolean;
  readonly facts: number;
}

/** Mark and blank before the tree. */
export const GUTTER = 2;
/** Blanks between columns. */
export const GAP = 2;
/** Widest duration. */
export const DURATION = 7;
/** From this width on the type is written out. */
export const FULL_TYPES = 100;

const TYPES_FROM = 56;
const BAR_FROM = 72;
const MIN_BAR = 8;
const MAX_BAR = 48;
const MIN_FACTS = 12;

/** The widest that the name column gets. */
export function maxName(width: number): number {
  if (width < TYPES_FROM) return width - GUTTER - GAP - DURATION - GAP;
  return Math.floor(width * (width < BAR_FROM ? 0.45 : 0.33));
}

/** Shares `width` among the columns: the name first, then type, then the bar beside what is known of each span. */
export function shareWidth(width: number, wishes: Wishes): Columns {
  const name = Math.min(wishes.name, maxName(width));
  const type = width >= TYPES_FROM ? wishes.type : 0;
  const slowest = wishes.slowest ? 1 : 0;
  const rest = width - GUTTER - name - GAP - DURATION - slowest - (type > 0 ? GAP + type : 0);
  let bar = 0;
  if (width >= BAR_FROM) {
    const behind = wishes.facts > 0 ? GAP + wishes.facts : 0;
    bar = Math.min(Math.max(rest - GAP - behind, MIN_BAR), MAX_BAR, rest - GAP);
  }
  const facts = rest - (bar > 0 ? GAP + bar : 0) - GAP;
  return { name, type, slowest, bar: Math.max(bar, 0), facts: facts >= Math.min(MIN_FACTS, wishes.facts) ? facts : 0 };
}
