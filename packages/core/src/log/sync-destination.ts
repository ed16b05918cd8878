import { openSync, writeSync } from 'node:fs';
import { statOpen } from './destination.ts';

/** Lines are encoded here. Longer ones get a buffer of their own. */
const encoded = Buffer.allocUnsafe(65_536);
/** A UTF-16 code unit is at most this many bytes of UTF-8. */
const MAX_UTF8 = 3;
const LINE_FEED = Buffer.from('\n');
const MAX_WAIT_MS = 100;
const NEVER = new Int32Array(new SharedArrayBuffer(4));

/** True if a full pipe or a busy file system will take the rest later. */
function isBusy(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'EAGAIN' || code === 'EBUSY';
}

function wait(ms: number): void {
  Atomics.wait(NEVER, 0, 0, ms);
}

/**
 * Writes each line to a file or a file descriptor before `write` returns. It waits for a full pipe. It has no queue,
 * where `pino.destination({ sync: true })` queues, counts and copies each line (3 µs a line).
 */
export class SyncDestination {
  /** Path of the file; `undefined` for a descriptor. */
  readonly file: string | undefined;
  readonly fd: number;
  /** True if the last line was written in part. */
  #isTorn = false;

  /** @throws the system's error if the file cannot be opened for appending, or the descriptor is not open */
  constructor(target: string | number) {
    this.file = typeof target === 'string' ? target : undefined;
    this.fd = typeof target === 'string' ? openSync(target, 'a') : target;
    statOpen(this.fd);
  }

  /**
   * @throws the system's error (a full disk, a pipe without a reader). That line is lost; the next one is tried again.
   */
  write(line: string): void {
    const text = this.#isTorn ? `\n${line}` : line;
    if (text.length * MAX_UTF8 > encoded.length) this.#writeAll(Buffer.from(text));
    else this.#writeAll(encoded, encoded.write(text));
  }

  /**
   * Writes a line that is encoded already.
   *
   * @throws as {@link SyncDestination.write} does
   */
  writeEncoded(bytes: Buffer, length: number): void {
    if (this.#isTorn) this.#writeAll(LINE_FEED);
    this.#writeAll(bytes, length);
  }

  #writeAll(bytes: Buffer, length = bytes.length): void {
    let written = 0;
    let waitMs = 1;
    try {
      while (written < length) {
        try {
          written += writeSync(this.fd, bytes, written, length - written);
          waitMs = 1;
        } catch (error) {
          if (!isBusy(error)) throw error;
          wait(waitMs);
          waitMs = Math.min(waitMs * 2, MAX_WAIT_MS);
        }
      }
      this.#isTorn = false;
    } catch (error) {
      if (written > 0) this.#isTorn = true;
      throw error;
    }
  }
}
