/** The end of a log: the files and the places where its last bytes begin. */

import type { LogFile } from './log-file.ts';

const STEP = 65_536;
const LINE_FEED = 0x0a;

/** The first start of a line at or after an offset; the size of the file if there is none. */
function lineStart(file: LogFile, offset: number): number {
  if (offset === 0) return 0;
  const size = file.size();
  for (let at = offset - 1; at < size; at += STEP) {
    const found = file.readAt(at, STEP).indexOf(LINE_FEED);
    if (found >= 0) return at + found + 1;
  }
  return size;
}

/**
 * The files of the last bytes, each with the offset of its first line. A compressed file is read whole or not at all.
 *
 * @param files - from the oldest to the newest
 */
export function newestLines(files: readonly LogFile[], lastBytes: number): ReadonlyMap<LogFile, number> {
  const starts: (readonly [LogFile, number])[] = [];
  let left = lastBytes;
  for (const file of files.toReversed()) {
    const size = file.size();
    if (left <= 0 || (file.isCompressed && size > left)) break;
    starts.push([file, file.isCompressed ? 0 : lineStart(file, Math.max(0, size - left))]);
    left -= size;
  }
  return new Map(starts.toReversed());
}
