import { closeSync, fstatSync, fsync, fsyncSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from './folder.ts';
import { FILE_MODE, segmentName } from './layout.ts';

/** Appends lines to the segments of one folder. */
export interface SegmentWriter {
  /** Name of the segment that is written. */
  readonly segment: string;
  /** Bytes in it. */
  readonly bytes: number;
  /**
   * Appends a line and its newline.
   * @returns bytes written
   * @throws the system's error; nothing of the line is in the file then
   */
  append(line: string): number;
  /** Begins the next segment. @throws the system's error; the old segment stays in use then */
  rotate(): void;
  /** True while the segment's file has a name; false when somebody deleted it. */
  isLinked(): boolean;
  /** Brings what was written to the disk, without waiting. */
  sync(done: (error: Error | null) => void): void;
  syncNow(): void;
  close(): void;
}

const NEWLINE = 10;

interface Open {
  readonly segment: string;
  readonly fd: number;
  bytes: number;
  /** A part of a line is in the file and could not be removed. */
  torn: boolean;
}

function open(folder: string, number: number): Open {
  makeFolder(folder);
  const segment = segmentName(number);
  return { segment, fd: openSync(join(folder, segment), 'ax', FILE_MODE), bytes: 0, torn: false };
}

/** A disk that is full takes a part of a line; the part is removed, or ended by a newline of its own before the next line. */
function write(current: Open, text: string): number {
  const line = current.torn ? `\n${text}` : text;
  let written = 0;
  try {
    written = writeSync(current.fd, line);
    if (written !== line.length && written < Buffer.byteLength(line)) {
      const bytes = Buffer.from(line);
      while (written < bytes.length) written += writeSync(current.fd, bytes, written);
    }
  } catch (error) {
    if (written > 0) truncate(current, written);
    throw error;
  }
  current.torn = false;
  current.bytes += written;
  return written;
}

function truncate(current: Open, written: number): void {
  try {
    ftruncateSync(current.fd, current.bytes);
  } catch {
    current.torn = true;
    current.bytes += written;
  }
}

/** Opens the first segment. @throws the system's error */
export function createSegmentWriter(folder: string): SegmentWriter {
  let number = 1;
  let current = open(folder, number);
  return {
    get segment() {
      return current.segment;
    },
    get bytes() {
      return current.bytes;
    },
    append: (line) => write(current, line.charCodeAt(line.length - 1) === NEWLINE ? line : `${line}\n`),
    rotate() {
      const next = open(folder, number + 1);
      number += 1;
      const old = current;
      current = next;
      fsync(old.fd, () => closeSync(old.fd));
    },
    isLinked: () => fstatSync(current.fd).nlink > 0,
    sync: (done) => fsync(current.fd, done),
    syncNow: () => fsyncSync(current.fd),
    close: () => closeSync(current.fd),
  };
}
