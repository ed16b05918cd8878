/** Where the lines since a time begin in a file. Lines of a log stand in the order of their times, or nearly. */

import { type LogFile, lineMs } from '@spanline/query/internal';
import { unwrapLine } from '@spanline/record';
import { readLine } from './live-printer.ts';

/** Smallest part that is searched. Its lines are read in any case. */
const STEP_BYTES = 262_144;
/** Bytes that are read at once. Longer lines are not looked at. */
const WINDOW_BYTES = 1_048_576;
/** Traces that take longer lack their first spans. */
const MARGIN_MS = 600_000;
const LINE_FEED = 0x0a;

const timeOf = (bytes: Uint8Array): number | undefined => {
  const line = readLine(unwrapLine(bytes)?.bytes ?? bytes);
  return line === undefined ? undefined : lineMs(line.record);
};

/** The first line with a time behind a place: its time, and where it begins. */
function lineBehind(file: LogFile, place: number, end: number): { time: number; from: number } | undefined {
  let at = place;
  // A place in the middle of a file is in the middle of a line.
  let isStart = place === 0;
  while (at < end) {
    const bytes = file.readAt(at, WINDOW_BYTES);
    let from = 0;
    for (let to = bytes.indexOf(LINE_FEED); to >= 0; to = bytes.indexOf(LINE_FEED, from)) {
      const time = isStart ? timeOf(bytes.subarray(from, to)) : undefined;
      if (time !== undefined) return { time, from: at + from };
      from = to + 1;
      isStart = true;
    }
    // A line that is longer than the window is left out.
    isStart &&= from > 0;
    at += from > 0 ? from : bytes.length;
    if (bytes.length === 0) break;
  }
  return undefined;
}

/**
 * The start of a line at or before the first one since a time. It is some minutes earlier, so that a trace that ends
 * since then has its first spans, too.
 */
export function offsetSince(file: LogFile, since: number): number {
  let low = 0;
  let high = file.size();
  while (high - low > STEP_BYTES) {
    const middle = Math.floor((low + high) / 2);
    const found = lineBehind(file, middle, high);
    if (found === undefined || found.time >= since - MARGIN_MS) high = middle;
    else low = found.from;
  }
  return low;
}
