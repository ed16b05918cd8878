/** The bytes of an answer that have come and wait to be read: to read many small chunks together costs less. */

import type { ByteSink } from './decoding.ts';
import type { Framing } from './pieces.ts';

/** Bytes that wait at most. To read them takes about a millisecond, in which nothing else runs. */
const MAX_WAITING = 64 * 1024;
const FIRST_SIZE = 4 * 1024;

/** Keeps the bytes of an answer until they are read. */
export interface Backlog extends ByteSink {
  /** Reads all that waits. */
  read(): void;
}

/**
 * Keeps the bytes of an answer, with the time at which each chunk came, until they are read. They are copied into one
 * block: the application gets the same chunks and may write to them, and many small objects that live for a while are
 * work for the garbage collector.
 */
export function createBacklog(framing: Framing): Backlog {
  let block = Buffer.alloc(0);
  let length = 0;
  /** Where the chunks end in the block. */
  let ends: number[] = [];
  let times: number[] = [];
  /** `performance.now()` when the latest chunk came. */
  let latestMs = 0;

  function grow(least: number): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(least, FIRST_SIZE, 2 * block.length));
    larger.set(block.subarray(0, length));
    block = larger;
  }

  function read(): void {
    if (length === 0) return;
    const received = { bytes: block.subarray(0, length), ends, times };
    [block, ends, times, length] = [Buffer.alloc(0), [], [], 0];
    framing.read(received);
  }

  return {
    read,
    bytes(chunk): void {
      const { byteLength } = chunk;
      if (length + byteLength > MAX_WAITING) read();
      if (length + byteLength > block.length) grow(length + byteLength);
      block.set(chunk, length);
      length += byteLength;
      ends.push(length);
      times.push((latestMs = performance.now()));
    },
    end(): void {
      read();
      framing.end(latestMs);
    },
  };
}
