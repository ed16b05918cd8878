const PERIOD_MS = 1000;
const MAX_PER_PERIOD = 40;
/** Number of values of the last four hexadecimal digits of a trace id, which are random. */
const VALUES = 65_536;

/**
 * Decides which traces are inspected: all traces up to 40 requests a second, and a share of them that keeps to about 40
 * a second beyond. A trace that belongs to a small share also belongs to each larger one, so that traces stay in the
 * sample while the traffic grows slowly.
 */
export class TraceSample {
  #period = -Infinity;
  #requests = 0;
  #share = 1;

  /** Counts a request. */
  count(epochMs: number): void {
    const period = Math.floor(epochMs / PERIOD_MS);
    if (period > this.#period) {
      this.#share = period === this.#period + 1 ? shareOf(this.#requests) : 1;
      this.#period = period;
      this.#requests = 0;
    }
    this.#requests++;
    if (this.#requests > MAX_PER_PERIOD) this.#share = Math.min(this.#share, shareOf(this.#requests));
  }

  /** True for an id that is not hexadecimal, too. */
  has(traceId: string): boolean {
    if (this.#share === 1) return true;
    return !(Number.parseInt(traceId.slice(-4), 16) >= this.#share * VALUES);
  }
}

function shareOf(requests: number): number {
  return Math.min(1, MAX_PER_PERIOD / requests);
}
