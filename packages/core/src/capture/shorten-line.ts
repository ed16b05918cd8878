import { CONTENT_KEYS, type ContentKey, type Plain } from '@spanline/record';
import { fitField } from '../content/index.ts';
import { byteLength, LABELS, truncate } from '../gate/index.ts';
import { NEEDED, OWN_KEYS, SHRINK_ORDER } from './keys.ts';

/** A line that is too long. */
export interface LongLine {
  readonly record: Record<string, unknown>;
  /** The content fields, as data. */
  readonly fields: ReadonlyMap<ContentKey, Plain>;
  readonly protectedKeys: ReadonlySet<string>;
  /** Gets the names of the fields that are shortened. */
  readonly truncated: Set<string>;
  /** Writes a content field to the record, shortened to `maxBytes`. */
  readonly write: (key: ContentKey, plain: Plain, maxBytes: number) => void;
}

const CONTENT: ReadonlySet<string> = new Set(CONTENT_KEYS);
const MIN_FIELD = 64;
const MIN_ATTRIBUTE = 64;
const MAX_ATTEMPTS = 3;
/** Bytes of a truncation marker. */
const MARKER_BYTES = 32;

const bytesOnLine = (value: unknown): number => byteLength(JSON.stringify(value));

/**
 * Shortens one field by `excess` bytes of the line, where the quotes of content are escaped. Returns what remains of
 * the excess.
 */
function shortenField(key: ContentKey, plain: Plain, excess: number, line: LongLine): number {
  let remaining = excess;
  for (let attempt = 0; attempt < MAX_ATTEMPTS && remaining > 0; attempt++) {
    const text = line.record[key] as string;
    const onLine = bytesOnLine(text);
    if (onLine <= MIN_FIELD) break;
    const target = Math.max(MIN_FIELD, Math.floor(((onLine - remaining) * byteLength(text)) / onLine) - MARKER_BYTES);
    line.truncated.add(key);
    line.write(key, fitField(key, plain, target), target);
    remaining -= onLine - bytesOnLine(line.record[key]);
  }
  return remaining;
}

const isShortenable = (value: unknown): value is string | readonly string[] =>
  typeof value === 'string' || Array.isArray(value);

/** The first elements of a list, or the beginning of a text. */
function shortened(value: string | readonly string[], maxBytes: number): string | readonly string[] {
  if (typeof value === 'string') return truncate(value, maxBytes);
  let bytes = 2;
  const end = value.findIndex((entry) => (bytes += bytesOnLine(entry) + 1) > maxBytes);
  return end < 0 ? value : value.slice(0, end);
}

/** Keys of a record by the length of their values, the longest first. */
function longestFirst(record: Readonly<Record<string, unknown>>, test: (key: string) => boolean): string[] {
  return Object.keys(record)
    .filter((key) => record[key] !== undefined && !CONTENT.has(key) && test(key))
    .map((key) => ({ key, bytes: bytesOnLine(record[key]) }))
    .toSorted((a, b) => b.bytes - a.bytes)
    .map(({ key }) => key);
}

/** Shortens attributes, the longest first: stacks, lists, labels. Returns what remains of the excess. */
function shortenAttributes(excess: number, { record, truncated }: LongLine, test: (key: string) => boolean): number {
  let remaining = excess;
  for (const key of remaining > 0 ? longestFirst(record, test) : []) {
    const value = record[key];
    if (remaining <= 0) break;
    if (!isShortenable(value)) continue;
    const before = bytesOnLine(value);
    const kept = shortened(value, Math.max(MIN_ATTRIBUTE, before - remaining - MARKER_BYTES));
    if (kept === value) continue;
    record[key] = kept;
    truncated.add(key);
    remaining -= before - bytesOnLine(kept);
  }
  return remaining;
}

const LABEL_PREFIX = 'labels.';
const isLabel = (key: string): boolean => key.startsWith(LABEL_PREFIX);
/** Keys that make a line valid, and those that join it to others. */
const isKept = (key: string): boolean => OWN_KEYS.has(key) || NEEDED.has(key);

/** Leaves attributes out: labels first, then the longest. Only needed if there are very many. */
function leaveOut(excess: number, excessKeys: number, { record, truncated }: LongLine): void {
  let bytes = excess;
  let keys = excessKeys;
  const rest = longestFirst(record, (key) => !isLabel(key) && !isKept(key));
  for (const key of [...longestFirst(record, isLabel), ...rest]) {
    if (bytes <= 0 && keys <= 0) return;
    bytes -= bytesOnLine(record[key]) + key.length;
    keys--;
    record[key] = undefined;
    truncated.add(isLabel(key) ? LABELS : key);
  }
}

/** Shortens a line by `excess` bytes and `excessKeys` keys: content fields in a fixed order, then attributes. */
export function shortenLine(excess: number, excessKeys: number, line: LongLine): void {
  const { protectedKeys } = line;
  let remaining = excess;
  for (const key of SHRINK_ORDER) {
    const plain = line.fields.get(key);
    if (remaining > 0 && plain !== undefined) remaining = shortenField(key, plain, remaining, line);
  }
  remaining = shortenAttributes(remaining, line, (key) => !protectedKeys.has(key));
  remaining = shortenAttributes(remaining, line, (key) => !isKept(key) && protectedKeys.has(key));
  leaveOut(remaining, excessKeys, line);
}
