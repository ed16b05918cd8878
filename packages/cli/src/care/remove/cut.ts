/** Parts of a file that go: byte ranges in the order of the file, of its content where it is compressed. */

/** Bytes from an offset up to another one. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** Collects ranges. Those that follow each other become one. */
export interface Ranges {
  add(from: number, to: number): void;
  read(): readonly Range[];
}

/** Creates a collection. Ranges may be added in any order and must not overlap. */
export function createRanges(): Ranges {
  const ranges: { from: number; to: number }[] = [];
  let isSorted = true;
  return {
    add(from, to) {
      const last = ranges.at(-1);
      if (last?.to === from) {
        last.to = to;
        return;
      }
      if (last !== undefined && from < last.to) isSorted = false;
      ranges.push({ from, to });
    },
    read() {
      if (!isSorted) ranges.sort((a, b) => a.from - b.from);
      isSorted = true;
      return ranges;
    },
  };
}

const SPACE = 0x20;
const LINE_FEED = 0x0a;

/** The bytes with spaces in the place of everything but line feeds. */
function blank(bytes: Buffer): Buffer {
  return Buffer.from(bytes.map((byte) => (byte === LINE_FEED ? LINE_FEED : SPACE)));
}

/**
 * The content without ranges.
 *
 * @param isFilled - spaces take the place of what goes, so that everything else stays at its offset
 */
export async function* without(
  chunks: AsyncIterable<Buffer>,
  ranges: readonly Range[],
  isFilled: boolean,
): AsyncGenerator<Buffer> {
  let offset = 0;
  let next = 0;
  for await (const chunk of chunks) {
    const end = offset + chunk.length;
    let at = offset;
    while (at < end) {
      const range = ranges[next];
      const from = Math.min(end, range?.from ?? end);
      if (from > at) yield chunk.subarray(at - offset, from - offset);
      at = Math.max(at, from);
      if (range === undefined || range.from >= end) break;
      const to = Math.min(end, range.to);
      if (isFilled && to > at) yield blank(chunk.subarray(at - offset, to - offset));
      at = to;
      if (range.to <= end) next++;
    }
    offset = end;
  }
}
