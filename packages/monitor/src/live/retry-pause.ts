const FIRST_MS = 60_000;
const LONGEST_MS = 3_600_000;

/**
 * The pause before a channel that gave up is tried again: a minute at first, an hour at most, by the monitor's clock.
 */
export class RetryPause {
  #lengthMs = 0;
  #from = 0;

  /** The channel gave up. Alerts that it gives up within a pause do not make the pause longer. */
  extend(now: number): void {
    if (!this.isOver(now)) return;
    this.#from = now;
    this.#lengthMs = Math.min(Math.max(this.#lengthMs * 2, FIRST_MS), LONGEST_MS);
  }

  /** The channel works. */
  end(): void {
    this.#lengthMs = 0;
  }

  isOver(now: number): boolean {
    // A clock that was set back does not make the pause longer.
    return now >= this.#from + this.#lengthMs || now < this.#from;
  }
}
