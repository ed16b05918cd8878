import type { EndedSpan } from '@spanline/core';
import { BoundedMap } from '@spanline/record';
import type { Start } from './daily-spend.ts';
import type { BudgetStore } from './store.ts';

/** A reservation whose call was never seen to end is given back after this time. */
const FORGOTTEN_MS = 600_000;
/** Of the day, and of its users. */
const MAX_COUNTERS = 100_000;

/** A counter of the store, as this process knows it. */
interface Counter {
  usd: number;
  /** Amounts that the store did not take: they are added once it works again. */
  owedUsd: number;
  /** The first answer of the store. */
  start: Start | undefined;
}

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
  readonly #counters = new BoundedMap<string, Counter>(MAX_COUNTERS);
  #open: Reservation[] = [];
  #calls = 0;
  #usd = 0;
  #hasWarned = false;

  constructor(parts: SharedSpendParts) {
    this.#parts = parts;
  }

  #counterOf(key: string): Counter {
    let counter = this.#counters.get(key);
    if (counter === undefined) this.#counters.set(key, (counter = { usd: 0, owedUsd: 0, start: undefined }));
    return counter;
  }

  /** Adds to a counter. With a store that answers later, or fails, the value is what this process knows. */
  #add(key: string, usd: number): number {
    const { store, clock, expiresAt } = this.#parts;
    const counter = this.#counterOf(key);
    const amount = usd + counter.owedUsd;
    counter.owedUsd = 0;
    counter.usd += usd;
    const onAnswer = (value: number): void => {
      counter.start ??= { usd: value - amount, at: clock.now() };
      counter.usd = value;
    };
    const onFailure = (error: unknown): void => {
      counter.owedUsd += amount;
      this.#failed(error);
    };
    try {
      const answer = store.add(key, amount, expiresAt());
      if (typeof answer === 'number') onAnswer(answer);
      else answer.then(onAnswer).catch(onFailure);
    } catch (error) {
      onFailure(error);
    }
    return counter.usd;
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
    return this.#counters.get(key)?.usd ?? 0;
  }

  /** The first value that this process saw of a counter. Others may have begun before. */
  startOf(key: string): Start | undefined {
    return this.#counters.get(key)?.start;
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
