/** The pieces of a streamed answer that have a number: choices, tool calls, items, blocks. */

import { number } from '@spanline/record';

/** Limit of entries that are kept of one list. */
const MAX_ENTRIES = 256;

/** Entries by number, within a limit. */
export interface Entries<T> {
  /** The entry of a number, made if it is new; `undefined` beyond the limit. No number counts as 0. */
  at(index: unknown, create: () => T): T | undefined;
  /** The entries, by number. */
  all(): T[];
  /** How many entries were left out, if the provider numbers them one by one. */
  readonly leftOut: number;
}

/** A class, since V8 keeps a getter of a literal until a full collection, with all that it refers to. */
class Numbered<T> implements Entries<T> {
  /** Most answers have none of most lists. */
  #entries: Map<number, T> | undefined;
  #last = -1;

  at(index: unknown, create: () => T): T | undefined {
    const key = number(index) ?? 0;
    if (key > this.#last) this.#last = key;
    const entries = (this.#entries ??= new Map());
    const known = entries.get(key);
    if (known !== undefined || entries.size >= MAX_ENTRIES) return known;
    const made = create();
    entries.set(key, made);
    return made;
  }

  all(): T[] {
    return [...(this.#entries?.entries() ?? [])].sort(([a], [b]) => a - b).map(([, entry]) => entry);
  }

  get leftOut(): number {
    const size = this.#entries?.size ?? 0;
    return size < MAX_ENTRIES ? 0 : this.#last + 1 - size;
  }
}

/** Creates an empty list. */
export function createEntries<T>(): Entries<T> {
  return new Numbered<T>();
}

/** The part that stands for what was left out. */
export function leftOutPart(count: number, what: string): { type: 'text'; content: string } {
  return { type: 'text', content: `…[+${count} ${what}]` };
}
