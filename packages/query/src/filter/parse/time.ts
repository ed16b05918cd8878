/** Times as people write them: ISO 8601 of any precision, `now-1h`, `today`. Without a zone they are UTC. */

/** A time as long as its precision: `2026-11-23` is a day. */
export interface Period {
  /** First millisecond. */
  readonly from: number;
  /** First millisecond behind it. */
  readonly to: number;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const STEPS: Readonly<Record<string, number>> = {
  ms: 1,
  s: SECOND,
  m: MINUTE,
  min: MINUTE,
  h: HOUR,
  d: DAY,
  w: 7 * DAY,
};
/** Years that a four-digit year and a date of JavaScript have in common. */
const LAST_MS = Date.UTC(9999, 11, 31);

const AGO = /^(?:now)?(?:(?<sign>[+-])(?<count>\d{1,9})(?<step>ms|s|min|m|h|d|w))?$/;
const ISO =
  /^(?<year>\d{4})(?:-(?<month>\d\d)(?:-(?<day>\d\d)(?:[Tt ](?<hour>\d\d)(?::(?<minute>\d\d)(?::(?<second>\d\d)(?:[.,](?<fraction>\d{1,9}))?)?)?(?<zone>[Zz]|[+-]\d\d(?::?\d\d)?)?)?)?)?$/;

const instant = (from: number): Period => ({ from, to: from + 1 });

function offsetOf(zone: string | undefined): number {
  const {
    sign,
    hours = '0',
    minutes = '0',
  } = /^(?<sign>[+-])(?<hours>\d\d):?(?<minutes>\d\d)?$/.exec(zone ?? '')?.groups ?? {};
  const offset = Number(hours) * HOUR + Number(minutes) * MINUTE;
  return sign === '-' ? -offset : offset;
}

function fromIso(text: string): Period | undefined {
  const parts = ISO.exec(text)?.groups;
  if (parts === undefined) return undefined;
  const { year, month, day, hour, minute, second, fraction, zone } = parts;
  const [monthIndex, date] = [Number(month ?? 1) - 1, Number(day ?? 1)];
  const [hours, minutes, seconds] = [Number(hour ?? 0), Number(minute ?? 0), Number(second ?? 0)];
  const midnight = new Date(Date.UTC(Number(year), monthIndex, date));
  // `Date.UTC` takes 31 February for 3 March.
  if (midnight.getUTCMonth() !== monthIndex || midnight.getUTCDate() !== date) return undefined;
  if (hours > 23 || minutes > 59 || seconds > 59) return undefined;
  const ms = Number((fraction ?? '').slice(0, 3).padEnd(3, '0'));
  const from = midnight.getTime() + hours * HOUR + minutes * MINUTE + seconds * SECOND + ms - offsetOf(zone);
  if (fraction !== undefined) return instant(from);
  if (hour !== undefined)
    return { from, to: from + (second === undefined ? (minute === undefined ? HOUR : MINUTE) : SECOND) };
  if (day !== undefined) return { from, to: from + DAY };
  return { from, to: month === undefined ? Date.UTC(Number(year) + 1, 0) : Date.UTC(Number(year), monthIndex + 1) };
}

function fromWord(text: string, now: number): Period | undefined {
  const today = Math.floor(now / DAY) * DAY;
  if (text === 'today') return { from: today, to: today + DAY };
  if (text === 'yesterday') return { from: today - DAY, to: today };
  const parts = text === '' ? undefined : AGO.exec(text)?.groups;
  if (parts === undefined) return undefined;
  const { sign = '+', count = '0', step = 's' } = parts;
  return instant(now + (sign === '-' ? -1 : 1) * Number(count) * (STEPS[step] ?? 0));
}

/** Reads a time. @returns `undefined` if the text is none */
export function readPeriod(text: string, now: number): Period | undefined {
  const period = fromIso(text) ?? fromWord(text, now);
  return period !== undefined && Math.abs(period.from) <= LAST_MS ? period : undefined;
}

/** Reads a length of time, such as `90m`, in milliseconds. @returns `undefined` if the text is none */
export function readSpan(text: string): number | undefined {
  const { count, step = '' } = /^(?<count>\d{1,9})(?<step>ms|s|min|m|h|d|w)$/.exec(text)?.groups ?? {};
  return count === undefined ? undefined : Number(count) * (STEPS[step] ?? 0);
}
