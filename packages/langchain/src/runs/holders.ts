/** Enough matches to trust holders for good. */
const ENOUGH = 64;

/**
 * Decides whether garbage collection of a start's tags array means that the run can no longer end. LangChain's run
 * managers keep that array and pass it again with the end. Another caller may pass an array that nobody keeps, so the
 * first ends are compared with their starts.
 */
export class Holders {
  #started = new WeakSet<object>();
  #matches = 0;
  #isRefuted = false;

  /** True once an end came with the array of its start, and none came with another. */
  get areTrusted(): boolean {
    return this.#matches > 0 && !this.#isRefuted;
  }

  /** The array of a start, unless holders are known to mean nothing. */
  of(tags: object | undefined): object | undefined {
    if (tags === undefined || this.#isRefuted) return undefined;
    if (this.#matches < ENOUGH) this.#started.add(tags);
    return tags;
  }

  /** Compares the array of an end with those of the starts. */
  ended(tags: object | undefined): void {
    if (tags === undefined || this.#matches >= ENOUGH || this.#isRefuted) return;
    if (!this.#started.has(tags)) this.#isRefuted = true;
    else if (++this.#matches === ENOUGH) this.#started = new WeakSet();
  }
}
