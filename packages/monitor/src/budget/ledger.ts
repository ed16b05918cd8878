import type { EndedSpan } from '@spanline/core';

const DAY_MS = 86_400_000;
const MAX_USERS = 100_000;
/** A clock that is put back, or jumps ahead and comes back, finds its day as it was. */
const MAX_DAYS = 3;

/** What was spent on one UTC day, and what was said about it. */
interface Day {
  totalUsd: number;
  readonly users: Map<string, number>;
  readonly told: Set<string>;
}

/** What was spent, by day and user. */
export class Ledger {
  readonly #clock: { now(): number };
  readonly #days = new Map<number, Day>();

  constructor(clock: { now(): number }) {
    this.#clock = clock;
  }

  get #today(): Day {
    const number = Math.floor(this.#clock.now() / DAY_MS);
    let day = this.#days.get(number);
    if (day === undefined) {
      day = { totalUsd: 0, users: new Map(), told: new Set() };
      this.#days.set(number, day);
      const [oldest] = this.#days.keys();
      if (this.#days.size > MAX_DAYS && oldest !== undefined) this.#days.delete(oldest);
    }
    return day;
  }

  /** @returns false where its user is one too many to be watched */
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

  /** Today, by all or by one user; in US dollars. */
  spent(userId: string | undefined): number {
    const { totalUsd, users } = this.#today;
    return userId === undefined ? totalUsd : (users.get(userId) ?? 0);
  }

  /** @returns true once a day */
  isNews(what: string): boolean {
    const { told } = this.#today;
    if (told.has(what) || told.size > MAX_USERS) return false;
    told.add(what);
    return true;
  }
}
