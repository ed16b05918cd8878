import type { EndedSpan } from '@spanline/core';
import type { BudgetStore } from './store.ts';

/** A reservation whose call was never seen to end is given back after this time. */
const FORGOTTEN_MS = 600_000;

/** Amounts that one call reserved. */
interface Reservation {
  readonly keys: readonly string[];
  readonly usd: number;
  readonly at: number;
}

/** Parts of a {@link SharedSpend}. */
export interface SharedSpendParts {
  readonly store: BudgetStore;
  readonly clock: { now(): number };
  /** End of the day, in epoch milliseconds. */
  readonly expiresAt: () => number;
  readonly warn: (message: string) => void;
}

/**
 * The spending of all processes. Each call reserves the average cost of the calls before it, so that calls in flight
 * count, also those of other processes. Its cost replaces the reservation when it ends.
 */
export class SharedSpend {
  readonly #parts: SharedSpendParts;
  /** The last known value of each counter. */
  readonly #known = new Map<string, number>();
  #open: Reservation[] = [];
  #calls = 0;
  #usd = 0;
  #hasWarned = false;

  constructor(parts: SharedSpendParts) {
    this.#parts = parts;
  }

  /** Adds to a counter. With a store that answers later, the value is the last known one. */
  #add(key: string, usd: number): number {
    try {
      const answer = this.#parts.store.add(key, usd, this.#parts.expiresAt());
      if (typeof answer === 'number') this.#known.set(key, answer);
      else {
        this.#known.set(key, (this.#known.get(key) ?? 0) + usd);
        answer.then((value) => void this.#known.set(key, value)).catch((error: unknown) => this.#failed(error));
      }
    } catch (error) {
      // Without the store, the process knows its own calls.
      this.#known.set(key, (this.#known.get(key) ?? 0) + usd);
      this.#failed(error);
    }
    return this.#known.get(key) ?? 0;
  }

  #failed(error: unknown): void {
    if (this.#hasWarned) return;
    this.#hasWarned = true;
    const { name } = (error ?? {}) as { name?: unknown };
    this.#parts.warn(`the store of the budget failed (${String(name)}); this process counts what it knows`);
  }

  /** Reserves the cost of a call. @returns what was spent or reserved before it, by key */
  reserve(keys: readonly string[]): ReadonlyMap<string, number> {
    const { clock } = this.#parts;
    const forgotten = this.#open.filter(({ at }) => clock.now() - at > FORGOTTEN_MS);
    this.#open = this.#open.filter((reservation) => !forgotten.includes(reservation));
    for (const reservation of forgotten) this.#giveBack(reservation);
    const usd = this.#calls === 0 ? 0 : this.#usd / this.#calls;
    this.#open.push({ keys, usd, at: clock.now() });
    return new Map(keys.map((key) => [key, this.#add(key, usd) - usd]));
  }

  /** Gives back the reservation of a call that is not made. */
  cancel(): void {
    const reservation = this.#open.pop();
    if (reservation !== undefined) this.#giveBack(reservation);
  }

  #giveBack({ keys, usd }: Reservation): void {
    for (const key of keys) if (usd !== 0) this.#add(key, -usd);
  }

  /** The last known value of a counter. */
  known(key: string): number {
    return this.#known.get(key) ?? 0;
  }

  /** Replaces the oldest reservation of the same counters by the cost of a call that has ended. */
  charge({ span, costUsd }: EndedSpan, keys: readonly string[]): void {
    const usd = costUsd !== undefined && costUsd > 0 ? costUsd : 0;
    const isCall = span.type === 'llm' || span.type === 'embedding';
    const index = isCall ? this.#open.findIndex((open) => open.keys.join() === keys.join()) : -1;
    const [reservation] = index === -1 ? [] : this.#open.splice(index, 1);
    if (usd > 0) {
      this.#calls++;
      this.#usd += usd;
    }
    const difference = usd - (reservation?.usd ?? 0);
    for (const key of keys) if (difference !== 0) this.#add(key, difference);
  }
}
