import { CONTENT_KEYS, type ContentKey, type Plain } from '@spanline/record';
import { fitField } from './fit.ts';
import { SHRINK_ORDER } from './keys.ts';
import { byteLength, cut } from './text.ts';

/** A line that is too long. */
export interface LongLine {
  readonly record: Record<string, unknown>;
  /** The content fields, as data. */
  readonly fields: ReadonlyMap<ContentKey, Plain>;
  readonly protectedKeys: ReadonlySet<string>;
  /** Takes the names of what was cut. */
  readonly truncated: Set<string>;
  /** Writes a content field, cut to `maxBytes`, into the record. */
  readonly write: (key: ContentKey, plain: Plain, maxBytes: number) => void;
}

const CONTENT: ReadonlySet<string> = new Set(CONTENT_KEYS);
const MIN_FIELD = 64;
const MIN_FACT = 64;
const MAX_ATTEMPTS = 3;
/** What a marker of a cut takes. */
const MARKER_BYTES = 32;

const bytesOnLine = (value: unknown): number => byteLength(JSON.stringify(value));

/** Shortens one field by `excess` bytes as they count on the line, where quotes of content are escaped. */
function shortenField(key: ContentKey, plain: Plain, excess: number, line: LongLine): number {
  let left = excess;
  for (let attempt = 0; attempt < MAX_ATTEMPTS && left > 0; attempt++) {
    const text = line.record[key] as string;
    const onLine = bytesOnLine(text);
    if (onLine <= MIN_FIELD) break;
    const target = Math.max(MIN_FIELD, Math.floor(((onLine - left) * byteLength(text)) / onLine) - MARKER_BYTES);
    line.truncated.add(key);
    line.write(key, fitField(key, plain, target), target);
    left -= onLine - bytesOnLine(line.record[key]);
  }
  return left;
}

/** Only reached when facts alone exceed the line: the longest, stacks and labels, go first. */
function shortenFacts(excess: number, { record, protectedKeys, truncated }: LongLine): void {
  let left = excess;
  const candidates = Object.keys(record)
    .filter((key) => typeof record[key] === 'string' && !protectedKeys.has(key) && !CONTENT.has(key))
    .toSorted((a, b) => String(record[b]).length - String(record[a]).length);
  for (const key of candidates) {
    if (left <= 0) return;
    const before = bytesOnLine(record[key]);
    record[key] = cut(String(record[key]), Math.max(MIN_FACT, before - left - MARKER_BYTES));
    truncated.add(key);
    left -= before - bytesOnLine(record[key]);
  }
}

/** Takes `excess` bytes out of a line: content fields give way in a fixed order, facts last. */
export function shortenLine(excess: number, line: LongLine): void {
  let left = excess;
  for (const key of SHRINK_ORDER) {
    const plain = line.fields.get(key);
    if (left > 0 && plain !== undefined) left = shortenField(key, plain, left, line);
  }
  if (left > 0) shortenFacts(left, line);
}
