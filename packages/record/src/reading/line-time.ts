/** The time of a line, from the first of the usual fields that has one. */

import { readExactTime } from './time.ts';

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
/**
 * Keys that are times in lines of one family alone, which another field shows: log15, Envoy, Fluent Bit, log4js,
 * osquery, Cloudflare and python.
 */
const MARKED_KEYS = [
  { mark: 'lvl', key: 't' },
  { mark: 'response_code', key: 'start_time' },
  { mark: 'stream', key: 'date' },
  { mark: 'categoryName', key: 'startTime' },
  { mark: 'hostIdentifier', key: 'unixTime' },
  { mark: 'Outcome', key: 'EventTimestampMs' },
  { mark: 'levelno', key: 'created' },
];
/** Times in two fields: Log4j and Google Cloud. */
const SPLIT_TIMES = [
  ['instant.epochSecond', 'instant.nanoOfSecond'],
  ['timestamp.seconds', 'timestamp.nanos'],
  ['timestampSeconds', 'timestampNanos'],
] as const;
const NANO_DIGITS = 9;

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

/**
 * Sets `@timestamp` from the first field that has a time. A field that has none stays in `rest`, and so does one with
 * more digits than the time has.
 *
 * @param timeKey - the key that the logger is known to use
 */
export function setTime(record: Props, rest: Props, timeKey: string | undefined): void {
  const now = Date.now();
  const standard = record['@timestamp'];
  if (standard !== undefined) rest['@timestamp'] = standard;
  delete record['@timestamp'];
  const marked = MARKED_KEYS.filter(({ mark }) => Object.hasOwn(rest, mark)).map(({ key }) => key);
  const keys = [...(timeKey === undefined ? [] : [timeKey]), ...TIME_KEYS, ...marked];
  for (const key of keys) {
    if (!Object.hasOwn(rest, key)) continue;
    const read = readExactTime(rest[key], now);
    if (read === undefined) continue;
    if (read.isExact) delete rest[key];
    record['@timestamp'] = read.time;
    return;
  }
  const split = readSplitTime(rest, now);
  if (split !== undefined) record['@timestamp'] = split;
}
