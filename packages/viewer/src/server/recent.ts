/** Keeps the values that were used last. */

/** A map that drops the value that was not used for longest. */
export interface Recent<V> {
  get(key: string): V | undefined;
  set(key: string, value: V): void;
  delete(key: string): void;
  clear(): void;
  /** Keys and values, the one that was used last at the end. */
  entries(): (readonly [string, V])[];
}

/**
 * @param max - values at most
 * @param onDrop - called with a value that was dropped, deleted or replaced
 */
export function createRecent<V>(max: number, onDrop: (value: V) => void = () => {}): Recent<V> {
  const values = new Map<string, V>();
  function drop(key: string): void {
    const value = values.get(key);
    if (value === undefined) return;
    values.delete(key);
    onDrop(value);
  }
  return {
    get(key) {
      const value = values.get(key);
      if (value === undefined) return undefined;
      values.delete(key);
      values.set(key, value);
      return value;
    },
    set(key, value) {
      drop(key);
      values.set(key, value);
      for (const oldest of values.keys()) {
        if (values.size <= max) return;
        drop(oldest);
      }
    },
    delete: drop,
    entries: () => [...values],
    clear: () => [...values.keys()].forEach(drop),
  };
}
