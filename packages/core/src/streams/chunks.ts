/** Chunks of a stream, kept by reference and within bounds. */
const MAX_CHUNKS = 10_000;
const MAX_CHARACTERS = 1_048_576;

/** Chunks of one stream. */
export interface Chunks {
  add(chunk: unknown): void;
  /** Adds a generator's return value, which is no chunk. */
  addReturned(value: unknown): void;
  /** Number of chunks, including those beyond the bounds. */
  count(): number;
  /** Returns the chunks: joined if all are strings, else as a list. `undefined` if there are none. */
  value(): unknown;
}

/**
 * Creates an empty collection. It keeps at most 10,000 chunks and stops after 1 MiB of text. It also keeps the last
 * chunk, in which models have their token counts.
 */
export function createChunks(): Chunks {
  const kept: unknown[] = [];
  let count = 0;
  let characters = 0;
  let isText = true;
  let last: unknown;
  const keep = (value: unknown): void => {
    if (kept.length >= MAX_CHUNKS || characters >= MAX_CHARACTERS) {
      last = value;
      return;
    }
    if (typeof value === 'string') characters += value.length;
    else isText = false;
    kept.push(value);
  };
  return {
    add(chunk): void {
      count++;
      keep(chunk);
    },
    addReturned: keep,
    // V8 keeps a getter of a literal until a full collection, with all that it refers to.
    count: () => count,
    value(): unknown {
      if (kept.length === 0) return undefined;
      if (isText) return kept.join('');
      return last === undefined ? kept : [...kept, last];
    },
  };
}
