import type { SpanRecord } from '../schema/index.ts';
import { parseExactJson } from '../values/exact-json.ts';
import { isProps } from '../values/props.ts';
import { readFields } from './fields.ts';
import { flatten } from './flatten.ts';
import { readTime } from './time.ts';

/** A line, read back. */
export interface ParsedLine {
  /** `log` is a line that the application wrote. */
  kind: 'span' | 'score' | 'alert' | 'stats' | 'log';
  /** The canonical record. For an application line: its time, level, message and ids. */
  record: SpanRecord;
  /** Every other field of the line: the logger's bindings, the application's fields. */
  rest: Record<string, unknown>;
}

/** Options of {@link parseLine}. */
export interface ParseOptions {
  /** Key under which the logger writes messages. @defaultValue `message`, else `msg` */
  messageKey?: string;
  /**
   * Key under which the logger writes times, dotted if it is nested.
   *
   * @defaultValue the first of `@timestamp`, `time`, `timestamp` and the keys of other loggers that has a time
   */
  timeKey?: string;
}

type Props = Record<string, unknown>;

/** Keys of times: pino, bunyan, winston, zerolog, zap, Serilog, python, CloudTrail, Log4j, journald, nginx, MongoDB. */
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
  't.$date',
];
/** Times in two fields: Log4j and Google Cloud. */
const SPLIT_TIMES = [
  ['instant.epochSecond', 'instant.nanoOfSecond'],
  ['timestamp.seconds', 'timestamp.nanos'],
] as const;
const NANO_DIGITS = 9;
const MAX_BYTE = 255;

/** How a family of loggers writes messages. */
interface MessageFamily {
  /** A field that shows the family. */
  readonly mark: string;
  readonly key: string;
  /** The text is a template: its field stays, beside the values of its holes. */
  readonly isTemplate?: boolean;
}

/** Serilog's compact and plain format, journald, GELF, Google Cloud, .NET and OpenTelemetry. */
const MESSAGES: readonly MessageFamily[] = [
  { mark: '@t', key: '@m' },
  { mark: '@t', key: '@mt', isTemplate: true },
  { mark: 'Timestamp', key: 'RenderedMessage' },
  { mark: 'Timestamp', key: 'MessageTemplate', isTemplate: true },
  { mark: '__REALTIME_TIMESTAMP', key: 'MESSAGE' },
  { mark: 'PRIORITY', key: 'MESSAGE' },
  { mark: 'host', key: 'short_message' },
  { mark: 'severity', key: 'textPayload' },
  { mark: 'LogLevel', key: 'Message' },
  { mark: 'SeverityText', key: 'Body' },
  { mark: 'SeverityNumber', key: 'Body' },
];

/** Removes a value that was used. */
function use(rest: Props, key: string): void {
  delete rest[key];
}

/** A text. journald writes one that is not UTF-8, or has control characters, as an array of its bytes. */
function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  const isBytes =
    Array.isArray(value) && value.every((byte) => Number.isInteger(byte) && byte >= 0 && byte <= MAX_BYTE);
  return isBytes && value.length > 0 ? new TextDecoder().decode(Uint8Array.from(value)) : undefined;
}

function readMessage(record: Props, rest: Props, messageKey: string | undefined): void {
  const isOwn = messageKey !== undefined && typeof rest[messageKey] === 'string';
  const key = isOwn ? messageKey : record['message'] === undefined ? 'msg' : undefined;
  if (key === undefined) return;
  if (typeof rest[key] !== 'string') return readFamilyMessage(record, rest);
  record['message'] = rest[key];
  use(rest, key);
}

function readFamilyMessage(record: Props, rest: Props): void {
  for (const { mark, key, isTemplate = false } of MESSAGES) {
    const message = textOf(rest[key]);
    if (message === undefined || !Object.hasOwn(rest, mark)) continue;
    record['message'] = message;
    if (!isTemplate && message === rest[key]) use(rest, key);
    return;
  }
}

function readSplitTime(rest: Props, now: number): string | undefined {
  for (const [secondsKey, nanosKey] of SPLIT_TIMES) {
    const { [secondsKey]: seconds, [nanosKey]: nanos } = rest;
    if (!Number.isInteger(seconds) || !Number.isInteger(nanos)) continue;
    const time = readTime(`${seconds as number}.${String(nanos).padStart(NANO_DIGITS, '0')}`, now);
    if (time === undefined) continue;
    use(rest, secondsKey);
    use(rest, nanosKey);
    return time;
  }
  return undefined;
}

/** Sets `@timestamp` from the first field that has a time. A field that has none stays in `rest`. */
function setTime(record: Props, rest: Props, timeKey: string | undefined): void {
  const now = Date.now();
  const standard = record['@timestamp'];
  if (standard !== undefined) rest['@timestamp'] = standard;
  delete record['@timestamp'];
  const keys = timeKey === undefined ? TIME_KEYS : [timeKey, ...TIME_KEYS];
  for (const key of keys) {
    if (!Object.hasOwn(rest, key)) continue;
    const time = readTime(rest[key], now);
    if (time === undefined) continue;
    use(rest, key);
    record['@timestamp'] = time;
    return;
  }
  const split = readSplitTime(rest, now);
  if (split !== undefined) record['@timestamp'] = split;
}

const KIND_OF_EVENT: ReadonlyMap<unknown, ParsedLine['kind']> = new Map([
  ['span.end', 'span'],
  ['span.start', 'span'],
  ['span.content', 'span'],
  ['gen_ai.evaluation.result', 'score'],
  ['alert', 'alert'],
  ['spanline.stats', 'stats'],
]);

/** The kind of a line of ours, from its `event.name`. */
export function kindOfEvent(event: unknown): ParsedLine['kind'] {
  return KIND_OF_EVENT.get(event) ?? 'log';
}

function parseJson(line: string): unknown {
  try {
    return parseExactJson(line);
  } catch {
    return undefined;
  }
}

/**
 * Reads a line of any profile, written by any logger, back into the canonical record.
 *
 * - Lines are hostile input: the function never throws, and a value that cannot be used stays in `rest`.
 * - A number that JavaScript cannot hold becomes a string of its digits.
 * - A level or time in the form of another logger is converted. If the level does not say exactly the same, its field
 *   stays in `rest` as well.
 *
 * @param line - text, or the parsed JSON
 * @returns `undefined` if the line is not a JSON object
 */
export function parseLine(line: string | object, options: ParseOptions = {}): ParsedLine | undefined {
  const source = typeof line === 'string' ? parseJson(line) : line;
  if (!isProps(source)) return undefined;
  try {
    const { record, rest } = readFields(flatten(source));
    readMessage(record, rest, options.messageKey);
    const isOurs = record['spanline.schema'] !== undefined;
    if (!isOurs || record['@timestamp'] === undefined) setTime(record, rest, options.timeKey);
    const kind = isOurs ? kindOfEvent(record['event.name']) : 'log';
    return { kind, record: record as SpanRecord, rest };
  } catch {
    return undefined;
  }
}
