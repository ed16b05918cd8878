/** Applies a search to a text that comes in pieces, with a bounded window. */
import type { Found, Matcher, Step } from './rule.ts';

/** A search over a part of a text. */
export interface Search {
  /** Places in `text` that begin at `from` or behind it, from left to right. They do not overlap. */
  find(text: string, from: number): Iterable<Omit<Found, 'explanation'>>;
  /** Where a match may begin that a longer text would show, or show to be none. */
  undecidedFrom(text: string): number;
  /** Characters before a place that may decide about it. */
  readonly before: number;
}

/** Undecided text that is longer is not searched again for each piece, but when it has grown by a part of itself. */
const OFTEN = 4096;
const GROWTH = 1 / 8;

/**
 * Tells each match as soon as no further text can change it. The matches are those of the whole text, however it was
 * cut into pieces.
 */
export class WindowMatcher implements Matcher {
  readonly #search: Search;
  /** The undecided text, and what stands before it as far as it may matter. */
  #text = '';
  /** Place of `#text` in the whole text. */
  #base = 0;
  #decided = 0;
  /** Length of `#text` from which on it is searched again: a long match takes time in proportion to its length. */
  #next = 0;

  constructor(search: Search) {
    this.#search = search;
  }

  push(piece: string): Step {
    this.#text += piece;
    if (this.#text.length < this.#next) return { found: [], decided: this.#decided };
    return this.#step(this.#search.undecidedFrom(this.#text));
  }

  end(): Step {
    return this.#step(this.#text.length);
  }

  #step(undecided: number): Step {
    const from = this.#decided - this.#base;
    let until = Math.max(from, undecided);
    const found: Found[] = [];
    for (const { start, end, rule } of this.#search.find(this.#text, from)) {
      if (end <= from) continue;
      // A match that may grow has to end first.
      if (start >= until || end > until) {
        until = Math.min(until, Math.max(start, from));
        break;
      }
      found.push({ start: Math.max(start, from) + this.#base, end: end + this.#base, rule });
    }
    this.#decided = this.#base + until;
    const unused = until - this.#search.before;
    if (unused > this.#search.before) {
      this.#text = this.#text.slice(unused);
      this.#base += unused;
    }
    const open = this.#base + this.#text.length - this.#decided;
    this.#next = open > OFTEN ? this.#text.length + open * GROWTH : 0;
    return { found, decided: this.#decided };
  }
}
