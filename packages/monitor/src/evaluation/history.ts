import { randomUUID } from 'node:crypto';
import { number, text } from '@spanline/record';

/** The place of a shared text among those before it, as JSON. */
export interface Place {
  /** The texts that go on from each other. A store that has lost one begins another. */
  readonly history: string;
  readonly step: number;
}

/** Tells a shared text that goes on from what this replica saved from one of a store that has lost it. */
export class History {
  #saved: Place | undefined;
  #next: Place = { history: randomUUID(), step: 0 };

  /**
   * Takes up the text that was read.
   *
   * @returns false if the store has lost what this replica saved: all of it, or the last steps
   */
  follow(json: Readonly<Record<string, unknown>>): boolean {
    const history = text(json['history']);
    const step = number(json['step']) ?? 0;
    const isSame = history !== undefined && history === this.#saved?.history;
    const isBack = isSame && step < (this.#saved?.step ?? 0);
    // Another one may have begun a new history already. This replica goes on with that, for all to agree on one.
    this.#next = { history: history === undefined || isBack ? randomUUID() : history, step: step + 1 };
    return this.#saved === undefined || (isSame && !isBack);
  }

  /** The place of the text that replaces the one that was read. */
  get next(): Place {
    return this.#next;
  }

  /** Says that this text was saved. */
  keep(): void {
    this.#saved = this.#next;
  }
}
