/**
 * Times of log lines, in the forms that loggers and servers write. A value is a time only if it lies between 1990 and
 * tomorrow: a small number is a duration, a far date is not when the line was written.
 */

const EARLIEST_MS = Date.UTC(1990, 0, 1);
const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const MILLISECOND_DIGITS = 3;
/** Nanoseconds. */
const MAX_DIGITS = 9;

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

const CLOCK = String.raw`(?<hour>\d{2}):(?<minute>\d{2})(?::(?<second>\d{2})(?:[.,](?<fraction>\d+))?)?`;
const ZONE = String.raw`(?<zone>Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)`;
const UTC = '(?:UTC|GMT)';
const MONTH = '(?<month>[A-Za-z]{3})';

const YEAR = String.raw`(?<year>\d{4})`;
const DAY = String.raw`(?<day>\d{1,2})`;
const DAY_DIGITS = String.raw`(?<day>\d{2})`;

/** The name of a zone behind its offset, as in Go's `+0000 UTC` and Java's `+01:00[Europe/Berlin]`. */
const ZONE_NAME = String.raw`(?: [A-Z]{3,5}|\[[\w/+-]{1,64}\])`;
const WEEKDAY = '[A-Za-z]{3}';

const FORMATS: readonly RegExp[] = [
  // ISO 8601, Python's `asctime`, nginx's error log: a date with digits. RFC 3339 allows lower case.
  new RegExp(String.raw`^${YEAR}([-/])(?<month>\d{2})\2(?<day>\d{2})[Tt ]${CLOCK} ?(?:${ZONE}${ZONE_NAME}?)?$`, 'i'),
  // The basic format of ISO 8601, which names a zone.
  new RegExp(
    String.raw`^${YEAR}(?<month>\d{2})${DAY_DIGITS}T(?<hour>\d{2})(?<minute>\d{2})(?<second>\d{2})(?:[.,](?<fraction>\d+))?${ZONE}$`,
  ),
  // Access logs of Apache, nginx, HAProxy and Django; Tomcat; RFC 2822 and HTTP; Redis.
  new RegExp(String.raw`^(?:[A-Za-z]{3}, )?${DAY}([-/ ])${MONTH}\2${YEAR}[: ]${CLOCK} ?${ZONE}?$`),
  // C's `asctime`, Apache's error log, osquery; with the zone, Java and `date`.
  new RegExp(String.raw`^${WEEKDAY} ${MONTH} {1,2}${DAY} ${CLOCK} ${YEAR}(?: ${UTC})?$`),
  new RegExp(String.raw`^${WEEKDAY} ${MONTH} {1,2}${DAY} ${CLOCK} ${UTC} ${YEAR}$`),
  // JavaScript's `Date`.
  new RegExp(String.raw`^${WEEKDAY} ${MONTH} ${DAY} ${YEAR} ${CLOCK} GMT${ZONE}(?: \([^)]{1,40}\))?$`),
  // Syslog (RFC 3164), which writes no year, and Cisco's, which does.
  new RegExp(String.raw`^${MONTH} {1,2}${DAY} (?:${YEAR} )?${CLOCK}$`),
];
/** Seconds, milliseconds, microseconds or nanoseconds since the epoch. */
const EPOCH = /^(?<seconds>\d{9,10})(?<rest>\d{3}|\d{6}|\d{9})?(?:\.(?<fraction>\d+))?$/;
const MAX_LENGTH = 100;
/** Hours of the largest offset that is in use. */
const MAX_OFFSET = 14;

/** A time, and whether it has every digit of the value. */
export interface ExactTime {
  /** ISO 8601 in UTC with 3 to 9 digits of the second. */
  readonly time: string;
  readonly isExact: boolean;
}

/** ISO 8601 in UTC, in milliseconds or, if the value has more digits, with up to nine of them. */
function toIso(wholeMs: number, digits: string, now: number): ExactTime | undefined {
  if (!(wholeMs >= EARLIEST_MS && wholeMs <= now + DAY_MS)) return undefined;
  const significant = digits.replace(/0+$/, '');
  const fraction = significant.slice(0, MAX_DIGITS).padEnd(MILLISECOND_DIGITS, '0');
  const time = `${new Date(wholeMs).toISOString().slice(0, -'.000Z'.length)}.${fraction}Z`;
  return { time, isExact: significant.length <= MAX_DIGITS };
}

/** Minutes before UTC; `undefined` for an offset that no place has. */
function offsetMinutes(zone: string | undefined): number | undefined {
  const [, sign, hours = '0', minutes = '0'] = /^([+-])(\d{2}):?(\d{2})?$/.exec(zone ?? '') ?? [];
  if (Number(hours) > MAX_OFFSET || Number(minutes) > 59) return undefined;
  const offset = Number(hours) * 60 + Number(minutes);
  return sign === '-' ? -offset : offset;
}

function monthIndex(text = ''): number {
  return /^\d/.test(text) ? Number(text) - 1 : MONTHS.indexOf(text.toLowerCase());
}

/** The latest year in which a date is not in the future. */
function yearOf(month: number, day: number, now: number): number {
  const thisYear = new Date(now).getUTCFullYear();
  return Date.UTC(thisYear, month, day) > now + DAY_MS ? thisYear - 1 : thisYear;
}

function fromCalendar(parts: Readonly<Record<string, string | undefined>>, now: number): ExactTime | undefined {
  const month = monthIndex(parts['month']);
  const day = Number(parts['day']);
  const year = parts['year'] === undefined ? yearOf(month, day, now) : Number(parts['year']);
  const hour = Number(parts['hour']);
  const minute = Number(parts['minute']);
  const second = Number(parts['second'] ?? 0);
  const date = new Date(Date.UTC(year, month, day));
  // `Date.UTC` takes 31 February for 3 March. 60 is a leap second.
  if (month < 0 || date.getUTCMonth() !== month || date.getUTCDate() !== day) return undefined;
  const offset = offsetMinutes(parts['zone']);
  if (hour > 23 || minute > 59 || second > 60 || offset === undefined) return undefined;
  const ms = date.getTime() + ((hour * 60 + minute) * 60 + second) * 1000;
  return toIso(ms - offset * MINUTE_MS, parts['fraction'] ?? '', now);
}

/** Reads a time as {@link readTime} does, and says whether it has every digit of the value. */
export function readExactTime(value: unknown, now: number): ExactTime | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const text = String(value).trim();
  if (text.length > MAX_LENGTH) return undefined;
  const epoch = EPOCH.exec(text)?.groups;
  if (epoch !== undefined) {
    const { seconds = '', rest = '', fraction = '' } = epoch;
    return toIso(Number(seconds) * 1000, rest + fraction, now);
  }
  for (const format of FORMATS) {
    const parts = format.exec(text)?.groups;
    if (parts !== undefined) return fromCalendar(parts, now);
  }
  return undefined;
}

/**
 * Reads a time. A time without a zone counts as UTC, one without a year as of the last twelve months.
 *
 * - Numbers, and texts of digits: seconds, milliseconds, microseconds or nanoseconds since the epoch.
 * - Texts: ISO 8601 of any precision (`.` or `,` before the fraction, `T` or a space), access and error logs of Apache
 *   and nginx, logs of HAProxy, Django, Tomcat and Redis, RFC 2822, C's `asctime`, dates of Java, Go and JavaScript,
 *   syslog (RFC 3164).
 *
 * @param now - milliseconds since the epoch; a time more than a day later is none
 * @returns ISO 8601 in UTC with 3 to 9 digits of the second, or `undefined` if the value is no time of a log
 */
export function readTime(value: unknown, now: number): string | undefined {
  return readExactTime(value, now)?.time;
}
