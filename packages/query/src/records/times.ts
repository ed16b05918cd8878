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

/** The date that was read last: lines are of few days. */
let lastDate = '';
let lastMidnight = Number.NaN;

/** The number that two digits make; not finite if there is another character. */
function twoDigits(text: string, at: number): number {
  const [tens, ones] = [text.charCodeAt(at) - ZERO, text.charCodeAt(at + 1) - ZERO];
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN;
}

/** The fraction of a second that the digits from a place to the `Z` make, in milliseconds. */
function millis(text: string, from: number): number {
  const end = text.length - 1;
  let whole = 0;
  let rest = 0;
  for (let at = from; at < end; at++) {
    const digit = text.charCodeAt(at) - ZERO;
    if (digit < 0 || digit > 9) return Number.NaN;
    if (at < from + 3) whole = whole * 10 + digit;
    else rest = rest * 10 + digit;
  }
  return whole + rest / (POWERS[end - from - 3] ?? 1);
}

/** The time in the form that tracers write, `2026-11-23T09:12:34.123456Z`; not finite for any other form. */
function parseUtc(time: string): number {
  const { length } = time;
  const isForm =
    length >= SHORTEST &&
    length <= SHORTEST + 6 &&
    time.charCodeAt(DATE) === T &&
    time.charCodeAt(13) === COLON &&
    time.charCodeAt(16) === COLON &&
    time.charCodeAt(19) === POINT &&
    time.charCodeAt(length - 1) === Z;
  if (!isForm) return Number.NaN;
  if (lastDate === '' || !time.startsWith(lastDate)) {
    lastDate = time.slice(0, DATE);
    lastMidnight = Date.parse(`${lastDate}T00:00:00.000Z`);
  }
  const hour = twoDigits(time, 11);
  const minute = twoDigits(time, 14);
  const second = twoDigits(time, 17);
  if (!(hour < 24 && minute < 60 && second < 60)) return Number.NaN;
  return lastMidnight + ((hour * 60 + minute) * 60 + second) * 1000 + millis(time, 20);
}

function parse(time: string | undefined): number | undefined {
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
  const end = parse(record['@timestamp']);
  return parse(record['event.start']) ?? (end === undefined ? undefined : end - (finite(record.duration_ms) ?? 0));
}

/** The start and the duration, or else the time of the line. */
export function endMs(record: SpanRecord, start = startMs(record)): number | undefined {
  const duration = finite(record.duration_ms);
  return start === undefined || duration === undefined ? parse(record['@timestamp']) : start + duration;
}

/** True for the line of a whole span, and not for its start or for content that is kept apart. */
export function isSpanEnd(kind: string, record: SpanRecord): boolean {
  return kind === 'span' && (record['event.name'] === undefined || record['event.name'] === 'span.end');
}
