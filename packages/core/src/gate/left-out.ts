/** Evidence of values that the gate did not let through, or not whole. */

/** Something that values are given to: a span, the values of a context, an event. */
export interface LeftOut {
  /** Keys of which the record has less than was given. They are written as `spanline.truncated`. */
  leftOut: Set<string> | undefined;
}

/** Notes that the value of a key did not get into the record, or not whole. */
export function noteLeftOut(target: LeftOut, key: string): void {
  (target.leftOut ??= new Set()).add(key);
}
