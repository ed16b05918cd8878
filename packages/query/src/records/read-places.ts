/** Records at known places of a file: the places are read, and nothing between them that is long. */

import { type BadLineCounter, type BadLineReason, lineAt, type LogFile, type LogLine } from '../lines/index.ts';
import { readRecord, type ReadRecord } from './read-records.ts';

/** Where a line stands. */
export interface Place {
  readonly offset: number;
  /** Bytes up to the line feed. */
  readonly length: number;
}

/** Bytes of neighbouring places, read at once. */
interface Block {
  from: number;
  to: number;
  readonly places: Place[];
}

/** Places are read at once if no more than this is between them. */
const MAX_GAP = 65_536;
const MAX_BLOCK = 1_048_576;

/** The block that a place belongs to. A line in parts may begin before lines that ended earlier: they share a block. */
function blockOf(blocks: Block[], place: Place, end: number): Block | undefined {
  const last = blocks.at(-1);
  if (last === undefined) return undefined;
  const { offset } = place;
  const before = blocks.at(-2);
  if (before !== undefined && offset < before.to) {
    before.to = last.to;
    before.places.push(...last.places);
    blocks.pop();
    return blockOf(blocks, place, end);
  }
  const isNear = offset - last.to <= MAX_GAP && end - last.from <= MAX_BLOCK;
  return offset < last.to || isNear ? last : undefined;
}

function blocksOf(places: readonly Place[]): Block[] {
  const blocks: Block[] = [];
  for (const place of places) {
    const end = place.offset + place.length + 1;
    const block = blockOf(blocks, place, end);
    if (block === undefined) blocks.push({ from: place.offset, to: end, places: [place] });
    else {
      block.from = Math.min(block.from, place.offset);
      block.to = Math.max(block.to, end);
      block.places.push(place);
    }
  }
  return blocks;
}

/** Reads ranges of compressed content, which has to be unpacked from its start. */
async function* unpackedBlocks(file: LogFile, blocks: readonly Block[]): AsyncGenerator<readonly [Block, Buffer]> {
  let kept: Buffer[] = [];
  let start = 0;
  let end = 0;
  let next = 0;
  for await (const chunk of file.chunks(0)) {
    kept.push(Buffer.from(chunk));
    end += chunk.length;
    for (let block = blocks[next]; block !== undefined && block.to <= end; block = blocks[++next]) {
      const bytes = Buffer.concat(kept);
      yield [block, bytes.subarray(block.from - start, block.to - start)];
    }
    const wanted = blocks[next];
    if (wanted === undefined) return;
    if (wanted.from >= end) {
      kept = [];
      start = end;
    }
  }
  const bytes = Buffer.concat(kept);
  for (const block of blocks.slice(next)) {
    const from = Math.min(Math.max(0, block.from - start), bytes.length);
    yield [block, bytes.subarray(from, block.to - start)];
  }
}

async function* storedBlocks(file: LogFile, blocks: readonly Block[]): AsyncGenerator<readonly [Block, Buffer]> {
  for (const block of blocks) yield [block, await Promise.resolve(file.readAt(block.from, block.to - block.from))];
}

/** Options of {@link readPlaces}. */
interface ReadPlacesOptions {
  readonly bad: BadLineCounter;
  readonly signal?: AbortSignal | undefined;
  /** Why a place holds no record. @defaultValue it is `gone` */
  readonly reasonOf?: (line: LogLine | undefined) => BadLineReason;
}

/**
 * Reads the records at places, which must be in the order of their ends. Places that hold none are counted.
 *
 * @throws the system's error, or the reason of the signal
 */
export async function* readPlaces(
  file: LogFile,
  places: readonly Place[],
  { bad, signal, reasonOf = () => 'gone' }: ReadPlacesOptions,
): AsyncGenerator<readonly ReadRecord[]> {
  const blocks = blocksOf(places);
  for await (const [block, bytes] of file.isCompressed ? unpackedBlocks(file, blocks) : storedBlocks(file, blocks)) {
    signal?.throwIfAborted();
    yield block.places.flatMap(({ offset, length }) => {
      const from = offset - block.from;
      const line = lineAt(bytes.subarray(from, from + length + 1), offset);
      const record = line === undefined ? undefined : readRecord(file, line);
      if (record === undefined) bad.add({ reason: reasonOf(line), file: file.path, offset });
      return record ?? [];
    });
  }
}
