const GENERATION = 500_000;

/** Tells keys that were seen before: exact within the last 500,000 distinct keys, and bounded. */
export class Once {
  #young = new Set<string>();
  #old = new Set<string>();

  isFirst(key: string): boolean {
    if (this.#young.has(key) || this.#old.has(key)) return false;
    if (this.#young.size >= GENERATION) {
      this.#old = this.#young;
      this.#young = new Set();
    }
    this.#young.add(key);
    return true;
  }
}
