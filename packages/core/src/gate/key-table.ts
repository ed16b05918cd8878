/** An entry of a table of keys. */
export interface KeyEntry {
  readonly key: string;
  /** That of the key that came after this one last. Only {@link KeyTable.after} sets it. */
  next: KeyEntry | undefined;
}

/**
 * A table with an entry for each of some keys. Objects have most of their keys in the order of the object before, so
 * that the entry of a key is found by a comparison with the key that came after the previous one last, without a hash.
 */
export class KeyTable<Entry extends KeyEntry> {
  readonly #entries: ReadonlyMap<string, Entry>;
  #first: KeyEntry | undefined;

  constructor(entries: readonly Entry[]) {
    this.#entries = new Map(entries.map((entry) => [entry.key, entry]));
  }

  get(key: string): Entry | undefined {
    return this.#entries.get(key);
  }

  /**
   * The entry of a key of an object.
   *
   * @param before - that of the key before it; `undefined` for the first key
   */
  after(before: Entry | undefined, key: string): Entry | undefined {
    const next = before === undefined ? this.#first : before.next;
    // Entries of a table follow entries of the same table only.
    return next !== undefined && next.key === key ? (next as Entry) : this.#find(before, key);
  }

  #find(before: Entry | undefined, key: string): Entry | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    if (before === undefined) this.#first = entry;
    else before.next = entry;
    return entry;
  }
}
