const ENOUGH = 64;

/**
 * Whether the arrays of tags that starts pass are kept by whoever reports the ends. LangChain's run managers keep them and pass them again; a caller of another kind may pass an array to the start that nobody keeps, so that its
 * collection would mean nothing. Learnt from the first ends.
 */
export class Holders {
  #started = new WeakSet<object>();
  #matches = 0;
  #isRefuted = false;

  /** True once an end came with the array of its start, and none came with another. */
  get areTrusted(): boolean {
    return this.#matches > 0 && !this.#isRefuted;
  }

  /** The array of a start, where its collection may mean something. */
  of(tags: object | undefined): object | undefined {
    if (tags === undefined || this.#isRefuted) return undefined;
    if (this.#matches < ENOUGH) this.#started.add(tags);
    return tags;
  }

  /** An end came with this array. */
  ended(tags: object | undefined): void {
    if (tags === undefined || this.#matches >= ENOUGH || this.#isRefuted) return;
    if (!this.#started.has(tags)) this.#isRefuted = true;
    else if (++this.#matches === ENOUGH) this.#started = new WeakSet();
  }
}
