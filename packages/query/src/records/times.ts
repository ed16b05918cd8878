/** When a span began and ended, in milliseconds since the epoch. */

import type { SpanRecord } from '@spanline/record';

const NANOS = /\.\d{3}(\d{1,6})/;
const ZERO = 0x30;
const T = 0x54;
const Z = 0x5a;
const COLON = 0x3a;
const POINT = 0x2e;
const DATE = 10;
/** `2026-11-23T09:12:34.123Z` */
const SHORTEST = 24;
const POWERS = [1, 10, 100, 1e3, 1e4, 1e5, 1e6];

/** The date that was read last: lines are of few days. Its bytes are those of three words that overlap. */
let lastDate = [0, 0, 0];
let lastMidnight = Number.NaN;

/** The time of the midnight of a date. */
function midnightOf(view: DataView, at: number): number {
  const first = view.getInt32(at);
  const middle = view.getInt32(at + 4);
  const last = view.getInt32(at + 6);
  if (first !== lastDate[0] || middle !== lastDate[1] || last !== lastDate[2]) {
    const date = Array.from({ length: DATE }, (_, index) => String.fromCharCode(view.getUint8(at + index))).join('');
    lastDate = [first, middle, last];
    lastMidnight = Date.parse(`${date}T00:00:00.000Z`);
  }
  return lastMidnight;
}

/** The number that two digits make; not finite if there is another character. */
function twoDigits(view: DataView, at: number): number {
  const tens = view.getUint8(at) - ZERO;
  const ones = view.getUint8(at + 1) - ZERO;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN;
}

/** The fraction of a second that digits make, in milliseconds. */
function millis(view: DataView, from: number, end: number): number {
  let whole = 0;
  let rest = 0;
  for (let at = from; at < end; at++) {
    const digit = view.getUint8(at) - ZERO;
    if (digit < 0 || digit > 9) return Number.NaN;
    if (at < from + 3) whole = whole * 10 + digit;
    else rest = rest * 10 + digit;
  }
  return whole + rest / (POWERS[end - from - 3] ?? 1);
}

/** The time in the form that tracers write, `2026-11-23T09:12:34.123456Z`; not finite for any other form. */
export function timeIn(view: DataView, from: number, end: number): number {
  const isForm =
    end - from >= SHORTEST &&
    end - from <= SHORTEST + 6 &&
    view.getUint8(from + DATE) === T &&
    view.getUint8(from + 13) === COLON &&
    view.getUint8(from + 16) === COLON &&
    view.getUint8(from + 19) === POINT &&
    view.getUint8(end - 1) === Z;
  if (!isForm) return Number.NaN;
  const hour = twoDigits(view, from + 11);
  const minute = twoDigits(view, from + 14);
  const second = twoDigits(view, from + 17);
  if (!(hour < 24 && minute < 60 && second < 60)) return Number.NaN;
  return midnightOf(view, from) + ((hour * 60 + minute) * 60 + second) * 1000 + millis(view, from + 20, end - 1);
}

/** Where the bytes of a text are written. */
const scratch = Buffer.alloc(SHORTEST + 6);
const scratchView = new DataView(scratch.buffer, scratch.byteOffset, scratch.length);

function parseUtc(time: string): number {
  if (time.length > scratch.length) return Number.NaN;
  return timeIn(scratchView, 0, scratch.write(time));
}

/** A compact time is its milliseconds. */
function parse(time: unknown): number | undefined {
  if (typeof time === 'number') return time;
  if (typeof time !== 'string') return undefined;
  const utc = parseUtc(time);
  if (!Number.isNaN(utc)) return utc;
  const ms = Date.parse(time);
  if (Number.isNaN(ms)) return undefined;
  const rest = NANOS.exec(time)?.[1];
  return rest === undefined ? ms : ms + Number(`0.${rest}`);
}

const finite = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) ? value : undefined;

/** The start; of a line that has none, its end less its duration. */
export function startMs(record: SpanRecord): number | undefined {
  const start = parse(record['event.start']);
  if (start !== undefined) return start;
  const end = parse(record['@timestamp']);
  return end === undefined ? undefined : end - (finite(record.duration_ms) ?? 0);
}

/** The start and the duration, or else the time of the line. */
export function endMs(record: SpanRecord, start = startMs(record)): number | undefined {
  const duration = finite(record.duration_ms);
  return start === undefined || duration === undefined ? parse(record['@timestamp']) : start + duration;
}

/** The time of the line, or else the end of its span. */
export function lineMs(record: SpanRecord): number | undefined {
  return parse(record['@timestamp']) ?? endMs(record);
}

/** True for the line of a whole span, and not for its start or for content that is kept apart. */
export function isSpanEnd(kind: string, record: SpanRecord): boolean {
  return kind === 'span' && (record['event.name'] === undefined || record['event.name'] === 'span.end');
}
