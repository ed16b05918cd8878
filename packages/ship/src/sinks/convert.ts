import { createHash } from 'node:crypto';
import { type ParsedLine, parseLine, toDatadog, toEcs } from '@spanline/record';
import type { SourceLine } from '../engine/types.ts';

type Fields = Record<string, unknown>;

const MAX_ID_LENGTH = 128;
/** What is on a record of a profile, and what is not. */
const RECORDS = {
  ecs: { mark: 'ecs.version', level: 'log.level', foreign: ['level', 'time', 'msg', 'severity'] },
  otel: {
    mark: 'spanline.schema',
    level: 'level',
    foreign: ['ecs.version', 'log.level', 'ddsource', 'time', 'msg', 'severity'],
  },
} as const;

/** A line that was read, or why it cannot be. */
export type ReadLine = { readonly parsed: ParsedLine } | Unreadable;

/** A line with nothing on it, or why it is no JSON object. */
export type Unreadable = { readonly problem: string } | { readonly isBlank: true };

function parseObject(text: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
  } catch {
    return undefined;
  }
}

/** Reads a line as JSON. Never throws. */
export function readFields(line: SourceLine): { readonly fields: Fields } | Unreadable {
  const text = line.bytes.toString('utf8');
  const fields = parseObject(text);
  if (fields !== undefined) return { fields };
  if (text.trim() === '') return { isBlank: true };
  return { problem: line.torn ? 'the line is torn' : 'the line is no JSON object' };
}

/** Reads a line of any profile. Never throws. */
export function readLine(line: SourceLine): ReadLine {
  const read = readFields(line);
  if (!('fields' in read)) return read;
  const parsed = parseLine(read.fields);
  return parsed === undefined ? { problem: 'the line cannot be read' } : { parsed };
}

/**
 * True for a line that `createLogger` wrote from a record in a profile: it is a document already. A pino of the application's own adds keys that are spelled otherwise, and nothing
 * that a document needs is missing.
 */
export function isRecordOf(profile: 'ecs' | 'otel', fields: Readonly<Fields>): boolean {
  const { mark, level, foreign } = RECORDS[profile];
  return (
    [mark, level, '@timestamp', 'event.id'].every((key) => typeof fields[key] === 'string') &&
    (fields['event.id'] as string).length <= MAX_ID_LENGTH &&
    !foreign.some((key) => Object.hasOwn(fields, key))
  );
}

function addRest(line: Fields, rest: Readonly<Fields>): Fields {
  for (const key of Object.keys(rest)) if (!Object.hasOwn(line, key)) line[key] = rest[key];
  return line;
}

/** A line in the spelling of a profile, with everything on it that no record has. */
export function spell({ record, rest }: ParsedLine, profile: 'otel' | 'ecs' | 'datadog'): Fields {
  if (profile === 'ecs') return addRest(toEcs(record), rest);
  if (profile === 'datadog') return addRest(toDatadog(record), rest);
  return addRest({ ...record }, rest);
}

/** `event.id`, which names a record of Spanline; for other lines a hash of where they stand and what they say. */
export function idOf({ record }: ParsedLine, line: SourceLine, source: string): string {
  const id = record['event.id'];
  if (record['spanline.schema'] !== undefined && id !== undefined && id.length <= MAX_ID_LENGTH) return id;
  const place = `${source}\n${line.file}\n${line.offset}\n`;
  return createHash('sha256').update(place).update(line.bytes).digest('base64url').slice(0, 27);
}
