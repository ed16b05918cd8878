import { closeSync, fstatSync, fsync, fsyncSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { FILE_MODE, segmentName } from '../state/file-names.ts';
import { makeFolder } from '../state/folder.ts';

/** Appends lines to the segments of one folder. */
export interface SegmentWriter {
  /** Bytes in the current segment. */
  readonly bytes: number;
  /**
   * Appends a line and its newline.
   * @returns bytes written
   * @throws the system's error; the file then contains nothing of the line
   */
  append(line: string): number;
  /** Starts the next segment. @throws the system's error; the old segment then stays in use */
  rotate(): void;
  /** False when somebody has deleted the segment's file. */
  isLinked(): boolean;
  /** Starts an fsync. */
  sync(done: (error: Error | null) => void): void;
  /** @throws the system's error */
  syncNow(): void;
  close(): void;
}

const NEWLINE = 10;

interface OpenSegment {
  readonly fd: number;
  bytes: number;
  /** The file ends with a part of a line that could not be removed. */
  torn: boolean;
}

function open(folder: string, number: number): OpenSegment {
  makeFolder(folder);
  return { fd: openSync(join(folder, segmentName(number)), 'ax', FILE_MODE), bytes: 0, torn: false };
}

/**
 * Writes a line. A full disk may take only a part of it; that part is removed or, if that fails, ended by a newline
 * before the next line.
 */
function write(current: OpenSegment, text: string): number {
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

function truncate(current: OpenSegment, written: number): void {
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
