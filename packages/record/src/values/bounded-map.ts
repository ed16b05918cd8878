/**
 * A map of at most `maxEntries` entries that drops those not used lately. It keeps two generations: when the young one
 * is full, it becomes the old one, and the previous old one is dropped. The last `maxEntries / 2` keys that were read
 * or written are always present; a hit costs one lookup.
 *
 * `undefined` counts as absent.
 */
export class BoundedMap<K, V> {
  readonly #generationSize: number;
  #young = new Map<K, V>();
  #old = new Map<K, V>();

  /** @param maxEntries - an integer of 2 or more */
  constructor(maxEntries: number) {
    this.#generationSize = Math.max(1, Math.floor(maxEntries / 2));
  }

  get size(): number {
    return this.#young.size + this.#old.size;
  }

  get(key: K): V | undefined {
    const value = this.#young.get(key);
    return value !== undefined || this.#old.size === 0 ? value : this.#revive(key);
  }

  has(key: K): boolean {
    return this.get(key) !== undefined;
  }

  set(key: K, value: V): void {
    if (this.#old.size > 0) this.#old.delete(key);
    if (this.#young.size >= this.#generationSize && !this.#young.has(key)) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, value);
  }

  delete(key: K): void {
    this.#young.delete(key);
    if (this.#old.size > 0) this.#old.delete(key);
  }

  #revive(key: K): V | undefined {
    const value = this.#old.get(key);
    if (value !== undefined) this.set(key, value);
    return value;
  }
}

/** Names are shorter. Longer texts come from outside. */
const MAX_LENGTH = 1000;

/**
 * Remembers the results of a pure function for the last `maxEntries` or so arguments. A result of `undefined` is
 * computed again each time, and so is that of a long text, so that texts from outside take little memory.
 *
 * @param maxEntries - an integer of 2 or more
 * @param maxLength - characters of the longest text that is kept. @defaultValue 1000
 */
export function memoize<K, V>(maxEntries: number, compute: (key: K) => V, maxLength = MAX_LENGTH): (key: K) => V {
  const results = new BoundedMap<K, V>(maxEntries);
  return (key) => {
    if (typeof key === 'string' && key.length > maxLength) return compute(key);
    const known = results.get(key);
    if (known !== undefined) return known;
    const result = compute(key);
    if (result !== undefined) results.set(key, result);
    return result;
  };
}
