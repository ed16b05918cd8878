import { ATTRIBUTE_KEYS, type AttributeKind, attributeRow, isOpenKey, type SpanRecord } from '../schema/index.ts';
import { correlationKeys } from './correlation-keys.ts';
import { PROFILE_NAMES } from './names.ts';
import { DATADOG, ECS, type Spelling } from './spellings.ts';
import { fromStructured } from './structured.ts';

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
}

type Props = Record<string, unknown>;

const MAX_DEPTH = 10;
/** pino's level numbers. */
const LEVELS: readonly (readonly [number, string])[] = [
  [10, 'trace'],
  [20, 'debug'],
  [30, 'info'],
  [40, 'warn'],
  [50, 'error'],
  [60, 'fatal'],
];

function invert(spelling: Readonly<Record<string, string>>): Map<string, string> {
  return new Map(Object.entries(spelling).map(([canonical, name]) => [name, canonical]));
}

/** Names of the ids that `correlation` adds to lines of a user's own logger. */
const FROM_CORRELATION = new Map(
  PROFILE_NAMES.flatMap((profile) =>
    Object.entries(correlationKeys(profile)).map(([canonical, name]): [string, string] => [name, canonical]),
  ),
);
/** Fields that a profile derives from the record. */
const DERIVED: ReadonlySet<string> = new Set([
  'ecs.version',
  'transaction.id',
  'client.ip',
  'ddsource',
  'ddtags',
  'duration',
]);

const hasType: Readonly<Record<AttributeKind, (value: unknown) => boolean>> = {
  string: (value) => typeof value === 'string',
  text: (value) => typeof value === 'string',
  json: (value) => typeof value === 'string',
  boolean: (value) => typeof value === 'boolean',
  int: (value) => Number.isInteger(value),
  double: (value) => typeof value === 'number' && Number.isFinite(value),
  strings: (value) => Array.isArray(value) && value.every((entry) => typeof entry === 'string'),
};

function isBag(value: unknown): value is Props {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Sets an own property, also for `__proto__`. */
function put(target: Props, key: string, value: unknown): void {
  if (key === '__proto__')
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
  else target[key] = value;
}

/** True for an object that is flattened further. Content stays in one piece. */
function isNested(path: string, value: unknown, depth: number): value is Props {
  return isBag(value) && depth < MAX_DEPTH && attributeRow(path)?.kind !== 'json';
}

function flattenInto(target: Props, source: Props, prefix: string, depth: number): void {
  for (const key of Object.keys(source)) {
    const path = prefix + key;
    const value = source[key];
    if (isNested(path, value, depth)) flattenInto(target, value, `${path}.`, depth + 1);
    else target[path] = value;
  }
}

/** Flattens nested objects to dotted keys. Returns the line itself if nothing in it is nested. */
function flatten(source: Props, keys: readonly string[]): Props {
  if (!keys.some((key) => isNested(key, source[key], 0))) return source;
  const flat = Object.create(null) as Props;
  flattenInto(flat, source, '', 0);
  return flat;
}

const LEVEL_NAMES: ReadonlySet<unknown> = new Set(LEVELS.map(([, name]) => name));

function levelName(value: unknown): string | undefined {
  if (typeof value === 'string') return value.toLowerCase();
  if (typeof value !== 'number') return undefined;
  return LEVELS.findLast(([number]) => number <= value)?.[1] ?? 'trace';
}

function scalar(value: unknown): boolean {
  return (
    typeof value === 'string' || typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))
  );
}

/** How the value of a key is read. */
interface Reading {
  readonly canonical: string;
  readonly kind: AttributeKind;
  /**
   * The profile's own name of the canonical key. If the line has it, another instrumentation of the same logger wrote
   * this field.
   */
  readonly rival: string | undefined;
}

interface Tongue {
  /** The profile also writes fields that it derives from the record. */
  readonly isProfile: boolean;
  readonly readings: ReadonlyMap<string, Reading>;
}

const kindOf = (key: string): AttributeKind => attributeRow(key)?.kind ?? 'string';

function tongue(names: ReadonlyMap<string, string>, profile?: Spelling): Tongue {
  const own = ATTRIBUTE_KEYS.map((key): [string, Reading] => [
    key,
    { canonical: key, kind: kindOf(key), rival: profile?.[key] },
  ]);
  const renamed = [...names].map(([name, canonical]): [string, Reading] => [
    name,
    { canonical, kind: kindOf(canonical), rival: undefined },
  ]);
  return { isProfile: profile !== undefined, readings: new Map([...own, ...renamed]) };
}

const IN_ECS = tongue(invert(ECS), ECS);
const IN_DATADOG = tongue(invert(DATADOG), DATADOG);
const OTHERWISE = tongue(FROM_CORRELATION);

const own = (flat: Props, key: string): unknown => (Object.hasOwn(flat, key) ? flat[key] : undefined);

/** Detects the profile. Application lines carry no mark of it. `status` counts as a level only if nothing else does. */
function tongueOf(flat: Props): Tongue {
  if (own(flat, 'ddsource') === 'nodejs') return IN_DATADOG;
  if (Object.hasOwn(flat, 'ecs.version') || Object.hasOwn(flat, 'log.level')) return IN_ECS;
  return !Object.hasOwn(flat, 'level') && LEVEL_NAMES.has(own(flat, 'status')) ? IN_DATADOG : OTHERWISE;
}

function readFields(flat: Props, keys: readonly string[]): { record: Props; rest: Props } {
  const { isProfile, readings } = tongueOf(flat);
  const record: Props = {};
  const rest: Props = {};
  for (const key of keys) {
    const value = flat[key];
    const reading = readings.get(key);
    if (reading === undefined) {
      if (isOpenKey(key) && scalar(value)) record[key] = value;
      else if (isOpenKey(key) || !isProfile || !DERIVED.has(key)) put(rest, key, value);
      continue;
    }
    const { canonical, kind, rival } = reading;
    if (rival !== undefined && Object.hasOwn(flat, rival)) {
      if (canonical !== 'level') put(rest, key, value);
      continue;
    }
    const read = kind === 'json' && typeof value === 'object' && value !== null ? fromStructured(value) : value;
    if (hasType[kind](read)) record[canonical] = canonical === 'level' ? levelName(read) : read;
    else if (key !== 'level') put(rest, key, value);
  }
  return { record, rest };
}

function take(rest: Props, ...keys: readonly (string | undefined)[]): unknown {
  for (const key of keys) {
    if (key === undefined || rest[key] === undefined) continue;
    const value = rest[key];
    delete rest[key];
    return value;
  }
  return undefined;
}

/** pino writes milliseconds, seconds (`unixTime`) or ISO text. A smaller number is in seconds. */
function isoTime(time: unknown): string | undefined {
  if (typeof time !== 'number' && typeof time !== 'string') return undefined;
  const date = new Date(typeof time === 'number' && time < 1e11 ? time * 1000 : time);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}

/** Reads pino's own fields: `level` as a number, `time` in milliseconds, `msg`. */
function readPino(source: Props, record: Props, rest: Props, messageKey: string | undefined): void {
  if (record['level'] === undefined) {
    const level = levelName(source['level'] ?? rest['severity']);
    if (level !== undefined) record['level'] = level;
  }
  const ownMessage = take(rest, messageKey) ?? (record['message'] === undefined ? take(rest, 'msg') : undefined);
  if (typeof ownMessage === 'string') record['message'] = ownMessage;
  if (record['@timestamp'] === undefined) {
    const iso = isoTime(take(rest, 'time', 'timestamp'));
    if (iso !== undefined) record['@timestamp'] = iso;
  }
}

const KIND_OF_EVENT: ReadonlyMap<unknown, ParsedLine['kind']> = new Map([
  ['span.end', 'span'],
  ['span.start', 'span'],
  ['span.content', 'span'],
  ['gen_ai.evaluation.result', 'score'],
  ['alert', 'alert'],
  ['spanline.stats', 'stats'],
]);

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/**
 * Reads a line of any profile, written by any pino logger, back into the canonical record.
 *
 * Lines are hostile input: the function never throws, and a value of the wrong type goes to `rest`.
 *
 * @returns `undefined` if the line is not a JSON object
 */
export function parseLine(line: string | object, options: ParseOptions = {}): ParsedLine | undefined {
  const source = typeof line === 'string' ? parseJson(line) : line;
  if (!isBag(source)) return undefined;
  try {
    const keys = Object.keys(source);
    const flat = flatten(source, keys);
    const { record, rest } = readFields(flat, flat === source ? keys : Object.keys(flat));
    readPino(source, record, rest, options.messageKey);
    const event = record['event.name'];
    const kind = record['spanline.schema'] === undefined ? undefined : KIND_OF_EVENT.get(event);
    return { kind: kind ?? 'log', record: record as SpanRecord, rest };
  } catch {
    return undefined;
  }
}
