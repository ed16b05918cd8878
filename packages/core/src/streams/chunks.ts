/** Gathers what a stream yielded, bounded: the span keeps at most this much by reference. */
export interface Chunks {
  add(chunk: unknown): void;
  /** What came last and is no chunk: a generator's return value. */
  end(returned: unknown): void;
  readonly count: number;
  /** Strings are joined; anything else is a list. `undefined` when nothing came. */
  value(): unknown;
}

const MAX_CHUNKS = 10_000;
const MAX_CHARACTERS = 1_048_576;

/** An empty gathering. */
export function createChunks(): Chunks {
  const kept: unknown[] = [];
  let count = 0;
  let characters = 0;
  let onlyText = true;
  const keep = (value: unknown): void => {
    if (kept.length >= MAX_CHUNKS || characters >= MAX_CHARACTERS) return;
    if (typeof value === 'string') characters += value.length;
    else onlyText = false;
    kept.push(value);
  };
  return {
    add(chunk): void {
      count++;
      keep(chunk);
    },
    end(returned): void {
      if (returned !== undefined) keep(returned);
    },
    get count(): number {
      return count;
    },
    value(): unknown {
      if (kept.length === 0) return undefined;
      return onlyText ? kept.join('') : kept;
    },
  };
}
