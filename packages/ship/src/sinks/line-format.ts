import { createHash } from 'node:crypto';
import { isDerivedKey, parseExactJson, type ParsedLine, parseLine, setOwn, toDatadog, toEcs } from '@spanline/record';
import type { EncodedLine } from '../contracts/sink.ts';
import type { SourceLine } from '../contracts/source.ts';

type Fields = Record<string, unknown>;

const MAX_ID_LENGTH = 128;
/** Keys that a record has in a profile, and keys that show that the line is none. */
const RECORDS = {
  ecs: { marker: 'ecs.version', level: 'log.level', foreign: ['level', 'time', 'msg', 'severity'] },
  otel: {
    marker: 'spanline.schema',
    level: 'level',
    foreign: ['ecs.version', 'log.level', 'ddsource', 'time', 'msg', 'severity'],
  },
} as const;

/** Treatment of a line that is not a JSON object. */
export type Unreadable = Exclude<EncodedLine<never>, { kind: 'entry' }>;

function parseObject(text: string): Fields | undefined {
  try {
    const value = parseExactJson(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
  } catch {
    return undefined;
  }
}

/** Parses a line as a JSON object. Never throws. */
export function parseFields(line: SourceLine): { readonly kind: 'fields'; readonly fields: Fields } | Unreadable {
  const text = line.bytes.toString('utf8');
  const fields = parseObject(text);
  if (fields !== undefined) return { kind: 'fields', fields };
  if (text.trim() === '') return { kind: 'skip' };
  return { kind: 'reject', reason: line.torn ? 'the line is torn' : 'the line is no JSON object' };
}

/** Reads the fields of a line. A line without a time has that of the container runtime that wrote it. */
export function toParsed(fields: Fields, line: SourceLine): ParsedLine | undefined {
  const { timeKey } = line;
  const parsed = parseLine(fields, timeKey === undefined ? {} : { timeKey });
  if (parsed !== undefined && line.time !== undefined) parsed.record['@timestamp'] ??= line.time;
  return parsed;
}

/** Parses a line of any profile. Never throws. */
export function parseRecord(line: SourceLine): { readonly kind: 'record'; readonly parsed: ParsedLine } | Unreadable {
  const result = parseFields(line);
  if (result.kind !== 'fields') return result;
  const parsed = toParsed(result.fields, line);
  return parsed === undefined ? { kind: 'reject', reason: 'the line cannot be read' } : { kind: 'record', parsed };
}

/**
 * Whether a line is already a document of a profile, as `createLogger` writes it. An application's own pino adds keys
 * with other names. Nothing that a document needs may be missing.
 */
export function isDocument(profile: 'ecs' | 'otel', fields: Readonly<Fields>): boolean {
  const { marker, level, foreign } = RECORDS[profile];
  return (
    [marker, level, '@timestamp', 'event.id'].every((key) => typeof fields[key] === 'string') &&
    (fields['event.id'] as string).length <= MAX_ID_LENGTH &&
    !foreign.some((key) => Object.hasOwn(fields, key))
  );
}

/** Adds fields that are not part of the schema. One with a name of the record gets an underscore before its name. */
function addRest(line: Fields, rest: Readonly<Fields>): Fields {
  for (const key of Object.keys(rest)) {
    let free = key;
    while (Object.hasOwn(line, free) && !isDerivedKey(free)) free = `_${free}`;
    setOwn(line, free, rest[key]);
  }
  return line;
}

/** A record with a time: its own or, if the line had none, that of reading, which is in `spanline.read_at` as well. */
function withTime(record: ParsedLine['record']): Fields {
  if (record['@timestamp'] !== undefined) return { ...record };
  const now = new Date().toISOString();
  return { ...record, '@timestamp': now, 'spanline.read_at': now };
}

const TO_PROFILE = { ecs: toEcs, datadog: toDatadog, otel: (record: ParsedLine['record']): Fields => record };

/** Converts a line to a profile. Fields that are not part of the schema are kept. */
export function toProfile({ record, rest }: ParsedLine, profile: 'otel' | 'ecs' | 'datadog'): Fields {
  return addRest(TO_PROFILE[profile](withTime(record) as ParsedLine['record']), rest);
}

/** Stable id of a line: `event.id` of a Spanline record, else a hash of the line and of its place. */
export function idOf({ record }: ParsedLine, line: SourceLine): string {
  const id = record['event.id'];
  if (record['spanline.schema'] !== undefined && id !== undefined && id.length <= MAX_ID_LENGTH) return id;
  const place = `${line.source}\n${line.offset}\n`;
  return createHash('sha256').update(place).update(line.bytes).digest('base64url').slice(0, 27);
}
