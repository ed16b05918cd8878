const PERIOD_MS = 10_000;
const MOST_PER_PERIOD = 400;
/** Values of the last four hexadecimal digits of a trace id, which are random. */
const VALUES = 65_536;

/** Which traces are looked at: all of a service with up to forty requests a second, and of a busier one so large a share that they are about as many. */
export class TraceSample {
  #period = -Infinity;
  #requests = 0;
  #share = 1;

  /** Counts a request. */
  count(epochMs: number): void {
    const period = Math.floor(epochMs / PERIOD_MS);
    if (period > this.#period) {
      const isNext = period === this.#period + 1;
      this.#share = isNext && this.#requests > MOST_PER_PERIOD ? MOST_PER_PERIOD / this.#requests : 1;
      this.#period = period;
      this.#requests = 0;
    }
    this.#requests++;
  }

  has(traceId: string): boolean {
    if (this.#share === 1) return true;
    // An id that is none of ours is looked at.
    return !(Number.parseInt(traceId.slice(-4), 16) >= this.#share * VALUES);
  }
}
