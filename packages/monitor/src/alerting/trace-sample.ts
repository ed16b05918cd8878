const PERIOD_MS = 1000;
const MOST_PER_PERIOD = 40;
/** Values of the last four hexadecimal digits of a trace id, which are random. */
const VALUES = 65_536;

/**
 * Which traces are looked at: all of a service with up to forty requests a second, and of a busier one so large a share that they are about as many. A trace that belongs to a small share belongs to a
 * larger one as well, so that what was looked at goes on to be while the traffic grows slowly.
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
    if (this.#requests > MOST_PER_PERIOD) this.#share = Math.min(this.#share, shareOf(this.#requests));
  }

  has(traceId: string): boolean {
    if (this.#share === 1) return true;
    // An id that is none of ours is looked at.
    return !(Number.parseInt(traceId.slice(-4), 16) >= this.#share * VALUES);
  }
}

function shareOf(requests: number): number {
  return Math.min(1, MOST_PER_PERIOD / requests);
}
