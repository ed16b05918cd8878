/** The time of a line, from the first of the usual fields that has one. */

import type { LineFamily } from './families.ts';
import { type ExactTime, readExactTime } from './time.ts';
import { readTimeIn } from './zones.ts';

type Props = Record<string, unknown>;

/**
 * Keys of times: pino, bunyan, winston, zerolog, zap, Serilog, python, CloudTrail, Log4j, journald, nginx, MongoDB,
 * OpenTelemetry, Azure, Windows, the audit log of Kubernetes, tslog and loguru.
 */
const TIME_KEYS = [
  '@timestamp',
  'time',
  'timestamp',
  'ts',
  '@t',
  'datetime',
  'asctime',
  'Timestamp',
  'eventTime',
  'timeMillis',
  '_SOURCE_REALTIME_TIMESTAMP',
  '__REALTIME_TIMESTAMP',
  'time_iso8601',
  'time_local',
  'msec',
  't.$date',
  'timeUnixNano',
  'TimeGenerated',
  'TimeCreated',
  'stageTimestamp',
  'requestReceivedTimestamp',
  '_meta.date',
  'record.time.timestamp',
];
/** Times in two fields, seconds and nanoseconds: Log4j and Google Cloud. */
const SPLIT_TIMES = [
  ['instant.epochSecond', 'instant.nanoOfSecond'],
  ['timestamp.seconds', 'timestamp.nanos'],
  ['timestampSeconds', 'timestampNanos'],
] as const;
const NANO_DIGITS = 9;

/** A date of PHP, which Monolog 1 writes, and its zone: an offset, a name such as `UTC`, or a region. */
const PHP_DATE = ['datetime.date', 'datetime.timezone'] as const;

/** The digits of an integer from zero on. Google Cloud writes 64-bit integers as texts. */
function digitsOf(value: unknown): string | undefined {
  const text = typeof value === 'number' ? String(value) : value;
  return typeof text === 'string' && /^\d{1,20}$/.test(text) ? text : undefined;
}

function readSplitTime(rest: Props, now: number): string | undefined {
  for (const [secondsKey, nanosKey] of SPLIT_TIMES) {
    const seconds = digitsOf(rest[secondsKey]);
    const nanos = digitsOf(rest[nanosKey]);
    if (seconds === undefined || nanos === undefined || nanos.length > NANO_DIGITS) continue;
    const read = readExactTime(`${seconds}.${nanos.padStart(NANO_DIGITS, '0')}`, now);
    if (read === undefined) continue;
    delete rest[secondsKey];
    delete rest[nanosKey];
    return read.time;
  }
  return undefined;
}

/** @returns the time; its date is not in `rest` any more */
function readPhpDate(rest: Props, now: number): string | undefined {
  const [dateKey, zoneKey] = PHP_DATE;
  const read = readTimeIn(rest[dateKey], rest[zoneKey], now);
  if (read?.isExact === true) delete rest[dateKey];
  return read?.time;
}

/** The time of the first key that has one. Its field leaves `rest`, unless it has more digits. */
function readFirst(rest: Props, keys: readonly string[], now: number): string | undefined {
  for (const key of keys) {
    const read: ExactTime | undefined = Object.hasOwn(rest, key) ? readExactTime(rest[key], now) : undefined;
    if (read === undefined) continue;
    if (read.isExact) delete rest[key];
    return read.time;
  }
  return undefined;
}

/**
 * Sets `@timestamp` from the first field that has a time. A field that has none stays in `rest`, and so does one with
 * more digits than the time has.
 *
 * @param timeKey - the key that the logger is known to use
 * @param families - of the line
 */
export function setTime(
  record: Props,
  rest: Props,
  timeKey: string | undefined,
  families: () => readonly LineFamily[],
): void {
  const now = Date.now();
  const standard = record['@timestamp'];
  if (standard !== undefined) rest['@timestamp'] = standard;
  delete record['@timestamp'];
  const time =
    (timeKey === undefined ? undefined : readFirst(rest, [timeKey], now)) ??
    readFirst(rest, TIME_KEYS, now) ??
    readFirst(
      rest,
      families().flatMap((family) => family.time ?? []),
      now,
    ) ??
    readSplitTime(rest, now) ??
    readPhpDate(rest, now);
  if (time !== undefined) record['@timestamp'] = time;
}
