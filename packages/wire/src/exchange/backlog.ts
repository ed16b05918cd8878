/** The bytes of an answer that have come and wait to be read: to read many small chunks together costs less. */

import type { ByteSink } from './decoding.ts';
import type { Framing } from './pieces.ts';

/** Bytes that wait at most. To read them takes about a millisecond, in which nothing else runs. */
const MAX_WAITING = 64 * 1024;
const FIRST_SIZE = 4 * 1024;

/**
 * Keeps the bytes of an answer, with the time at which each chunk came, until they are read. They are copied into one
 * block: the application gets the same chunks and may write to them, and many small objects that live for a while are
 * work for the garbage collector.
 */
export class Backlog implements ByteSink {
  readonly #framing: Framing;
  #block: Buffer = Buffer.alloc(0);
  #length = 0;
  /** Where the chunks end in the block. */
  #ends: number[] = [];
  #times: number[] = [];
  /** `performance.now()` when the latest chunk came. */
  #latestMs = 0;

  constructor(framing: Framing) {
    this.#framing = framing;
  }

  bytes(chunk: Uint8Array): void {
    const { byteLength } = chunk;
    if (this.#length + byteLength > MAX_WAITING) this.read();
    if (this.#length + byteLength > this.#block.length) this.#grow(this.#length + byteLength);
    this.#block.set(chunk, this.#length);
    this.#length += byteLength;
    this.#ends.push(this.#length);
    this.#times.push((this.#latestMs = performance.now()));
  }

  #grow(least: number): void {
    const block = Buffer.allocUnsafeSlow(Math.max(least, FIRST_SIZE, 2 * this.#block.length));
    block.set(this.#block.subarray(0, this.#length));
    this.#block = block;
  }

  /** Reads all that waits. */
  read(): void {
    if (this.#length === 0) return;
    const [block, length, ends, times] = [this.#block, this.#length, this.#ends, this.#times];
    [this.#block, this.#ends, this.#times, this.#length] = [Buffer.alloc(0), [], [], 0];
    this.#framing.read({ bytes: block.subarray(0, length), ends, times });
  }

  end(): void {
    this.read();
    this.#framing.end(this.#latestMs);
  }
}
