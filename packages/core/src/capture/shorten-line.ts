import { CONTENT_KEYS, type ContentKey, type Plain } from '@spanline/record';
import { byteLength, fitField, truncate } from '../content/index.ts';
import { SHRINK_ORDER } from './keys.ts';

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

/** Shortens attributes, the longest first: stacks and labels. Only needed if the attributes alone exceed the line. */
function shortenAttributes(excess: number, { record, protectedKeys, truncated }: LongLine): void {
  let remaining = excess;
  const candidates = Object.keys(record)
    .filter((key) => typeof record[key] === 'string' && !protectedKeys.has(key) && !CONTENT.has(key))
    .toSorted((a, b) => String(record[b]).length - String(record[a]).length);
  for (const key of candidates) {
    if (remaining <= 0) return;
    const before = bytesOnLine(record[key]);
    record[key] = truncate(String(record[key]), Math.max(MIN_ATTRIBUTE, before - remaining - MARKER_BYTES));
    truncated.add(key);
    remaining -= before - bytesOnLine(record[key]);
  }
}

/** Shortens a line by `excess` bytes: content fields in a fixed order, then attributes. */
export function shortenLine(excess: number, line: LongLine): void {
  let remaining = excess;
  for (const key of SHRINK_ORDER) {
    const plain = line.fields.get(key);
    if (remaining > 0 && plain !== undefined) remaining = shortenField(key, plain, remaining, line);
  }
  if (remaining > 0) shortenAttributes(remaining, line);
}
