/** The keys of JSON objects, as bytes. */

/** Keys that are kept. They are those of the attribute table, and labels. */
const MAX_KEYS = 2000;
const MAX_KEY = 128;
const MAX_BYTES = 65_536;
const MAX_KEY_BYTES = 2 * MAX_KEY;
/** Bytes are copied eight at a time. */
const WORD = 8;
/** {@link JsonKeys.write} writes up to seven bytes more than the key has. */
export const KEY_ROOM = MAX_KEY_BYTES + WORD;

/** The bytes of the keys seen lately, `,"service.name":,"host.name":…`, in one place. */
export interface JsonKeys {
  /** The next key is the first one of an object. */
  begin(): void;
  /**
   * Writes the next key of an object: `,"host.name":`.
   *
   * @param target - has {@link KEY_ROOM} bytes from `at` on
   * @returns where the key ends; `at` for a key that is not kept
   */
  write(target: DataView, at: number, key: string): number;
}

/**
 * Creates a store of keys. Objects have most of their keys in the same order, so that the bytes of the next key are
 * found by a comparison with the one that came last, without its hash.
 */
export function createJsonKeys(): JsonKeys {
  const source = Buffer.alloc(MAX_BYTES);
  const words = new DataView(source.buffer, source.byteOffset, source.length);
  const numbers = new Map<string, number>();
  /** By number. Zero is the place before the first key of an object. All are texts, which V8 compares fastest. */
  const keys = [''];
  const starts = new Uint32Array(MAX_KEYS + 2);
  /** For each key, the two that came after it last. */
  const next = new Uint16Array(2 * (MAX_KEYS + 1));
  let previous = 0;

  function forget(): void {
    numbers.clear();
    keys.length = 1;
    next.fill(0);
    previous = 0;
  }

  /** Keeps a key whose JSON is ASCII: eight bytes of ASCII are no NaN, whose bits a copy may change. */
  function keep(key: string): number {
    if (key.length > MAX_KEY) return 0;
    const bytes = Buffer.from(`,${JSON.stringify(key)}:`);
    if (bytes.length > MAX_KEY_BYTES || bytes.some((byte) => byte > 0x7f)) return 0;
    if (keys.length > MAX_KEYS || (starts[keys.length] ?? 0) + bytes.length + WORD > MAX_BYTES) forget();
    const number = keys.push(key) - 1;
    const start = starts[number] ?? 0;
    bytes.copy(source, start);
    starts[number + 1] = start + bytes.length;
    numbers.set(key, number);
    return number;
  }

  /** The number of a key that is not the last one that came after the previous; zero for a key that is not kept. */
  function find(key: string): number {
    const second = next[2 * previous + 1] ?? 0;
    const number = keys[second] === key ? second : (numbers.get(key) ?? keep(key));
    const place = 2 * previous;
    next[place + 1] = next[place] ?? 0;
    next[place] = number;
    return number;
  }

  return {
    begin(): void {
      previous = 0;
    },
    write(target, at, key): number {
      let number = next[2 * previous] ?? 0;
      if (keys[number] !== key) number = find(key);
      previous = number;
      if (number === 0) return at;
      const start = starts[number] ?? 0;
      const end = starts[number + 1] ?? 0;
      let to = at;
      for (let from = start; from < end; from += WORD) {
        target.setFloat64(to, words.getFloat64(from, true), true);
        to += WORD;
      }
      return at + end - start;
    },
  };
}
