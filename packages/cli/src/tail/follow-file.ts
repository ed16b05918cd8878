/** The bytes of a file as it grows, and of the files that take its place. */

import { setTimeout as sleep } from 'node:timers/promises';
import { type LogFile, openLogFile } from '@spanline/query/internal';

/** Options of {@link followFile}. */
export interface FollowOptions {
  /** Where to begin in what is in the file already: its offset. @defaultValue at its end */
  readonly startIn?: ((file: LogFile) => number) | undefined;
  readonly stop: AbortSignal;
}

const CHUNK_BYTES = 1_048_576;
const EVERY_MS = 100;
/** Bytes at the start of a file that distinguish it from the content that replaced it. */
const HEAD_BYTES = 256;
const NEWLINE = Buffer.from('\n');

/** A file, and how far it was read. */
interface Reader {
  readonly file: LogFile;
  position: number;
  /** The first bytes, as far as they were there. */
  head: Buffer;
  /** A line feed was read last. */
  isAtLineStart: boolean;
}

function openReader(path: string): Reader | undefined {
  try {
    return { file: openLogFile(path), position: 0, head: Buffer.alloc(0), isAtLineStart: true };
  } catch {
    return undefined;
  }
}

/** The end, or the start of a line that is not whole yet. */
function endOf(file: LogFile): number {
  let end = file.size();
  while (end > 0) {
    const from = Math.max(0, end - CHUNK_BYTES);
    const newline = file.readAt(from, end - from).lastIndexOf(NEWLINE);
    if (newline >= 0) return from + newline + 1;
    end = from;
  }
  return 0;
}

/** Starts again where the content was replaced: the file is shorter than it was, or begins with other bytes. */
function noticeReplacement(reader: Reader): boolean {
  const { file, position, head } = reader;
  const now = file.readAt(0, HEAD_BYTES);
  const isSame = file.size() >= position && now.subarray(0, head.length).equals(head);
  reader.head = now;
  if (isSame) return false;
  reader.position = 0;
  return true;
}

function readOn(reader: Reader): Buffer | undefined {
  const left = Math.min(reader.file.size() - reader.position, CHUNK_BYTES);
  const bytes = left > 0 ? reader.file.readAt(reader.position, left) : undefined;
  if (bytes === undefined || bytes.length === 0) return undefined;
  reader.position += bytes.length;
  reader.isAtLineStart = bytes.at(-1) === NEWLINE[0];
  return bytes;
}

/**
 * Follows a file through rotation by renaming and by copying. It ends with the signal.
 *
 * @throws the system's error while a file is read
 */
export async function* followFile(path: string, { startIn = endOf, stop }: FollowOptions): AsyncGenerator<Buffer> {
  let reader = openReader(path);
  if (reader !== undefined) {
    reader.head = reader.file.readAt(0, HEAD_BYTES);
    reader.position = startIn(reader.file);
  }
  try {
    for (;;) {
      const isReplaced = reader !== undefined && noticeReplacement(reader);
      if (isReplaced && reader?.isAtLineStart === false) yield NEWLINE;
      for (let bytes = reader && readOn(reader); bytes !== undefined; bytes = reader && readOn(reader)) yield bytes;
      if (stop.aborted) return;
      const next = openReader(path);
      if (next !== undefined && next.file.id !== reader?.file.id) {
        // The old file may have got its last lines between the last reading and the renaming.
        const last = reader && readOn(reader);
        if (last !== undefined) yield last;
        if (reader?.isAtLineStart === false) yield NEWLINE;
        reader?.file.close();
        reader = next;
        continue;
      }
      next?.file.close();
      await sleep(EVERY_MS, undefined, { signal: stop }).catch(() => {});
    }
  } finally {
    reader?.file.close();
  }
}
