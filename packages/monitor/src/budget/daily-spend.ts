import type { EndedSpan } from '@spanline/core';

const DAY_MS = 86_400_000;
const MAX_USERS = 100_000;
/** A clock that jumps ahead and comes back finds its day again. */
const MAX_DAYS = 3;

/** An amount that was spent at a time, from which spending is watched. */
export interface Start {
  readonly usd: number;
  /** Epoch milliseconds. */
  readonly at: number;
}

/** Spending of one UTC day. */
interface Day {
  /** Time of the first cost, in epoch milliseconds. */
  firstAt: number;
  totalUsd: number;
  readonly users: Map<string, number>;
  /** Messages that were written. */
  readonly notices: Set<string>;
}

/** Sums up costs by day and user. */
export class DailySpend {
  readonly #clock: { now(): number };
  readonly #days = new Map<number, Day>();

  constructor(clock: { now(): number }) {
    this.#clock = clock;
  }

  get #today(): Day {
    const number = Math.floor(this.#clock.now() / DAY_MS);
    let day = this.#days.get(number);
    if (day === undefined) {
      day = { firstAt: this.#clock.now(), totalUsd: 0, users: new Map(), notices: new Set() };
      this.#days.set(number, day);
      const [oldest] = this.#days.keys();
      if (this.#days.size > MAX_DAYS && oldest !== undefined) this.#days.delete(oldest);
    }
    return day;
  }

  /** @returns false if there are too many users to count this one's spending */
  add({ costUsd, values: { userId } }: EndedSpan): boolean {
    if (costUsd === undefined || !(costUsd > 0)) return true;
    const day = this.#today;
    day.totalUsd += costUsd;
    if (userId === undefined) return true;
    const spent = day.users.get(userId);
    if (spent === undefined && day.users.size >= MAX_USERS) return false;
    day.users.set(userId, (spent ?? 0) + costUsd);
    return true;
  }

  /** US dollars spent today, in total or by one user. */
  spentUsd(userId?: string): number {
    const { totalUsd, users } = this.#today;
    return userId === undefined ? totalUsd : (users.get(userId) ?? 0);
  }

  /**
   * The time at which the rest of a limit is spent if the day goes on as it did since it was watched.
   *
   * @param start - @defaultValue nothing, at the first cost that this process saw
   * @returns epoch milliseconds; `Infinity` if it lasts for the day, `undefined` if that is not known yet
   */
  exhaustedAt(spentUsd: number, limitUsd: number, start?: Start): number | undefined {
    const now = this.#clock.now();
    const { usd, at: from } = start ?? { usd: 0, at: this.#today.firstAt };
    if (now <= from) return undefined;
    const at = spentUsd > usd ? now + ((limitUsd - spentUsd) * (now - from)) / (spentUsd - usd) : Infinity;
    return Math.floor(at / DAY_MS) > Math.floor(now / DAY_MS) ? Infinity : at;
  }

  /** @returns true at the first call of the day with this key */
  isFirstToday(key: string): boolean {
    const { notices } = this.#today;
    if (notices.has(key) || notices.size > MAX_USERS) return false;
    notices.add(key);
    return true;
  }
}
