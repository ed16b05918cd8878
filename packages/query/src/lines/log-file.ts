/** One open file of a log. Reading by its handle goes on through a rename or a removal of the file. */

import { closeSync, fstatSync, openSync, read as readAsync, readSync } from 'node:fs';
import { pipeline, Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { promisify } from 'node:util';
import { createGunzip } from 'node:zlib';

/** An open file of a log, or the standard input. */
export interface LogFile {
  /** Path, for people; `-` for the standard input. */
  readonly path: string;
  /** Device and inode; `undefined` for the standard input. */
  readonly id: string | undefined;
  /** A path that opens this file, whatever its name is by now; `undefined` where the system has none. */
  readonly handlePath: string | undefined;
  /** The content is compressed; offsets count in the content. */
  readonly isCompressed: boolean;
  /** Size in bytes now, as it is stored. 0 for the standard input. */
  size(): number;
  /** A text that changes when the stored content does: size and time of the last change. */
  stamp(): string;
  /** Reads bytes at a place, as they are stored. */
  readAt(offset: number, length: number): Buffer;
  /** Reads the content from an offset on. The memory of a chunk may be reused for the next one. */
  chunks(from: number): AsyncIterable<Buffer>;
  close(): void;
}

const CHUNK_BYTES = 1_048_576;
/** Memory gives a chunk in a tenth of this time. */
const SLOW_MS = 5;
const GZIP = Buffer.from([0x1f, 0x8b]);
const HEAD_BYTES = 4096;
/** A text has no control characters but white space and escape sequences. */
const isNoText = (byte: number): boolean => byte < 0x20 && (byte < 0x08 || byte > 0x0d) && byte !== 0x1b;

/** By its content. A `.gz` that is neither packed nor text has lost its beginning: unpacking it says so. */
function isPacked(path: string, head: Buffer): boolean {
  if (head.subarray(0, GZIP.length).equals(GZIP)) return true;
  return /\.gz$/i.test(path) && (head.length < GZIP.length || head.some(isNoText));
}

const read = promisify(readAsync);

/**
 * Reads at once, on this thread, while the system has the bytes in its memory: a turn through the pool of threads takes
 * longer than that. A disk that is slow, or far away, is waited for in the pool.
 */
function createReading(handle: number): (chunk: Buffer, offset: number) => Promise<number> {
  let isFast = true;
  return async (chunk, offset) => {
    if (!isFast) return (await read(handle, chunk, 0, chunk.length, offset)).bytesRead;
    const began = performance.now();
    const count = readSync(handle, chunk, 0, chunk.length, offset);
    isFast = performance.now() - began < SLOW_MS;
    // Signals and timers have their turn.
    await setImmediate();
    return count;
  };
}

async function* plainChunks(handle: number, from: number, isReused = true): AsyncGenerator<Buffer> {
  const readNext = createReading(handle);
  let chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  for (let offset = from; ;) {
    if (!isReused) chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    const count = await readNext(chunk, offset);
    if (count === 0) return;
    offset += count;
    yield chunk.subarray(0, count);
  }
}

async function* unpacked(handle: number, from: number): AsyncGenerator<Buffer> {
  // A stream of the file would close the handle when it is left early.
  const packed = Readable.from(plainChunks(handle, 0, false), { highWaterMark: 1 });
  // Its error comes out of the iteration.
  const gunzip = createGunzip();
  const content = pipeline(packed, gunzip, () => {});
  let skip = from;
  for await (const chunk of content as AsyncIterable<Buffer>) {
    if (skip >= chunk.length) skip -= chunk.length;
    else {
      yield chunk.subarray(skip);
      skip = 0;
    }
  }
  // Behind the last whole member may be padding of zeros. Anything else is a member that is damaged.
  for await (const rest of plainChunks(handle, gunzip.bytesWritten))
    if (rest.some((byte) => byte !== 0)) throw new Error('the compressed content ends in damaged bytes');
}

/** Reads at most `length` bytes at a place. */
function readPlace(handle: number, offset: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  let filled = 0;
  while (filled < length) {
    const count = readSync(handle, bytes, filled, length - filled, offset + filled);
    if (count === 0) break;
    filled += count;
  }
  return bytes.subarray(0, filled);
}

/** Opens a file. @throws the system's error */
export function openLogFile(path: string): LogFile {
  const handle = openSync(path, 'r');
  let isOpen = true;
  const stats = fstatSync(handle, { bigint: true });
  const isCompressed = isPacked(path, readPlace(handle, 0, HEAD_BYTES));
  return {
    path,
    id: `${stats.dev}-${stats.ino}`,
    handlePath: process.platform === 'win32' ? undefined : `/dev/fd/${handle}`,
    isCompressed,
    size: () => fstatSync(handle).size,
    stamp() {
      const { size, mtimeNs } = fstatSync(handle, { bigint: true });
      return `${size}-${mtimeNs}`;
    },
    readAt: (offset, length) => readPlace(handle, offset, length),
    chunks: (from) => (isCompressed ? unpacked(handle, from) : plainChunks(handle, from)),
    close() {
      if (isOpen) closeSync(handle);
      isOpen = false;
    },
  };
}

/** A stream as a file that can be read once, such as the standard input. */
export function streamLogFile(stream: AsyncIterable<Uint8Array | string>, path = '-'): LogFile {
  async function* chunks(): AsyncGenerator<Buffer> {
    for await (const chunk of stream) yield Buffer.from(chunk as Uint8Array);
  }
  return {
    path,
    id: undefined,
    handlePath: undefined,
    isCompressed: false,
    size: () => 0,
    stamp: () => '',
    readAt: () => Buffer.alloc(0),
    chunks,
    close: () => {},
  };
}
