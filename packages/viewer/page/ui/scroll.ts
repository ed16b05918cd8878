/**
 * Scrolling of lists that are taller than an element may be. Browsers limit the height of an element to some 17 million
 * pixels. A taller list is drawn at that height: a jump of the scroll bar goes to the same share of the list, a small
 * step moves the list by as many pixels as the wheel did.
 */

/** Height of the tallest element, in pixels. */
const MAX_HEIGHT = 10_000_000;
/** A step of so many heights of the view is a jump. */
const JUMP = 4;
/** Pixels from an end of the list within which the end of the bar is the end of the list. */
const EDGE = 100;
/** Pixels by which the scroll bar may stand beside its place. */
const DRIFT = 20_000;

/** Where a list stands. */
export interface Position {
  /** First pixel of the list that can be seen. */
  readonly top: number;
  /** Scroll position of the element. */
  readonly scrollTop: number;
}

/** The height that the rows have in the element. */
export const drawnHeight = (height: number): number => Math.min(height, MAX_HEIGHT);

/** Extents of an element and its list. */
interface Extents {
  /** Last scroll position of the element. */
  readonly most: number;
  /** Pixels of the list that have no place in the element. */
  readonly hidden: number;
  readonly view: number;
}

function scrollTopOf(top: number, { most, hidden }: Extents): number {
  return hidden === 0 || most <= 0 ? top : (top / (most + hidden)) * most;
}

/** The position after the element was scrolled. `scrollTop` differs from the given one if the bar must be moved. */
export function scrolled(before: Position, scrollTop: number, extents: Extents): Position {
  const { most, hidden, view } = extents;
  if (hidden === 0 || most <= 0) return { top: scrollTop, scrollTop };
  const step = scrollTop - before.scrollTop;
  if (Math.abs(step) > view * JUMP) return { top: (scrollTop / most) * (most + hidden), scrollTop };
  const moved = Math.max(0, Math.min(most + hidden, before.top + step));
  const top =
    scrollTop <= 0 && moved < EDGE ? 0 : scrollTop >= most && moved > most + hidden - EDGE ? most + hidden : moved;
  const place = scrollTopOf(top, extents);
  const isAtEdge = (scrollTop <= 0 && top > 0) || (scrollTop >= most && top < most + hidden);
  return { top, scrollTop: isAtEdge || Math.abs(place - scrollTop) > DRIFT ? place : scrollTop };
}

/** The position at a pixel of the list. */
export function movedTo(top: number, extents: Extents): Position {
  const inside = Math.max(0, Math.min(extents.most + extents.hidden, top));
  return { top: inside, scrollTop: scrollTopOf(inside, extents) };
}
