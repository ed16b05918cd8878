/** Gathers what a stream yielded, bounded: the span keeps at most this much by reference. */
export interface Chunks {
  add(chunk: unknown): void;
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
  return {
    add(chunk): void {
      count++;
      if (kept.length >= MAX_CHUNKS || characters >= MAX_CHARACTERS) return;
      if (typeof chunk === 'string') characters += chunk.length;
      else onlyText = false;
      kept.push(chunk);
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
