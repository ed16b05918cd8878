/** Checksums of the content that was indexed, block by block: an index of other content is not used. */

import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { LogFile } from '../lines/index.ts';

/** Checksums of the content up to a length. */
export interface ContentCheck {
  readonly length: number;
  /** CRC-32 of each whole block. */
  readonly blocks: readonly number[];
  /** CRC-32 of the bytes behind the last whole block. */
  readonly rest: number;
}

/** Computes checksums while content is read. */
export interface ContentHasher {
  /** The same file; what is read of it is added. Reading must begin where the hasher ends, or before. */
  watch(file: LogFile): LogFile;
  read(): ContentCheck;
}

const BLOCK = 1_048_576;
const HEAD = 1024;
/** Blocks that are looked at in a file that has grown. */
const SAMPLES = 8;

/** Creates a hasher that goes on behind what was read before. */
export function createContentHasher(before: ContentCheck = { length: 0, blocks: [], rest: 0 }): ContentHasher {
  const blocks = [...before.blocks];
  let { rest, length } = before;

  function add(bytes: Buffer): void {
    for (let from = 0; from < bytes.length;) {
      const piece = bytes.subarray(from, from + BLOCK - (length % BLOCK));
      rest = crc32(piece, rest);
      length += piece.length;
      from += piece.length;
      if (length % BLOCK !== 0) continue;
      blocks.push(rest);
      rest = 0;
    }
  }

  return {
    watch(file) {
      async function* chunks(from: number): AsyncGenerator<Buffer> {
        let known = length - from;
        for await (const chunk of file.chunks(from)) {
          if (known < chunk.length) add(chunk.subarray(Math.max(0, known)));
          known -= chunk.length;
          yield chunk;
        }
      }
      return { ...file, chunks };
    },
    read: () => ({ length, blocks: [...blocks], rest }),
  };
}

async function isSameUnpacked(file: LogFile, check: ContentCheck): Promise<boolean> {
  const hasher = createContentHasher();
  try {
    for await (const _chunk of hasher.watch(file).chunks(0)) if (hasher.read().length > check.length) return false;
  } catch {
    return false;
  }
  const { length, blocks, rest } = hasher.read();
  return (
    length === check.length && rest === check.rest && blocks.every((block, index) => block === check.blocks[index])
  );
}

function sampled(count: number): number[] {
  const step = Math.max(1, Math.floor(count / SAMPLES));
  return Array.from({ length: count }, (_, index) => index).filter(
    (index) => index % step === 0 || index === count - 1,
  );
}

/**
 * Whether a file begins with the content that was checked. A compressed file must hold exactly that.
 *
 * @param isGrown - the file was appended to since: some blocks are compared, and the last bytes
 */
export async function holdsContent(file: LogFile, check: ContentCheck, isGrown: boolean): Promise<boolean> {
  if (file.isCompressed) return isSameUnpacked(file, check);
  if (file.size() < check.length) return false;
  const { blocks, rest, length } = check;
  const wanted = isGrown ? sampled(blocks.length) : blocks.keys();
  const start = blocks.length * BLOCK;
  if (crc32(file.readAt(start, length - start)) !== rest) return false;
  for (const index of wanted) if (crc32(file.readAt(index * BLOCK, BLOCK)) !== blocks[index]) return false;
  return true;
}

/** Names the content by its first bytes; `undefined` if there are too few of them. */
export async function contentName(file: LogFile): Promise<string | undefined> {
  let head = Buffer.alloc(0);
  try {
    for await (const chunk of file.chunks(0)) {
      head = Buffer.concat([head, chunk.subarray(0, HEAD - head.length)]);
      if (head.length === HEAD) return createHash('sha256').update(head).digest('hex').slice(0, 32);
    }
  } catch {
    // A compressed file that is damaged.
  }
  return undefined;
}
