/** The length of a line: whatever its fields are, it stays within the limit. */
import { CONTENT_KEYS, MAX_KEYS } from '@spanline/record';
import { byteLength } from '../gate/index.ts';
import type { AttributeSize } from './attribute-capture.ts';
import type { CapturedLine, CaptureParts } from './captured-line.ts';
import type { ContentCapture } from './content-capture.ts';
import { shortenLine } from './shorten-line.ts';

/** Bytes of a line that are not counted: the logger's own fields, punctuation, the longer names of a profile. */
const UNCOUNTED_BYTES = 768;
/** Fields that are written after the attributes were measured: sizes of content, what capture did. */
const LATER_BYTES = 512;
const LATER_KEYS = 16;
/** Bytes of the name of a redaction rule. */
const RULE_BYTES = 36;
/** Most keys that `spanline.truncated` lists. */
export const MAX_NAMES = 16;
/** Bytes of a full `spanline.truncated`. */
const NAMES_BYTES = MAX_NAMES * 52;

const CONTENT: ReadonlySet<string> = new Set(CONTENT_KEYS);

/** The names that fit into `spanline.truncated`, those of content first, and the number of the others. */
export function mostOf(names: readonly string[]): string[] {
  const ordered = [...names.filter((name) => CONTENT.has(name)), ...names.filter((name) => !CONTENT.has(name))];
  return [...ordered.slice(0, MAX_NAMES - 1), `…[+${names.length - MAX_NAMES + 1} elements]`];
}

/** Shortens a line until it fits. Most lines are known to fit without being measured. */
export function fitLine(
  line: CapturedLine,
  { limits, protected: protectedKeys }: CaptureParts,
  size: AttributeSize,
  content: ContentCapture | undefined,
): void {
  const { record, reservedBytes } = line;
  const rules = record['spanline.redaction.rules'] as readonly string[] | undefined;
  const limit = limits.lineBytes - UNCOUNTED_BYTES - reservedBytes;
  const excessKeys = size.keys + CONTENT_KEYS.length + LATER_KEYS - MAX_KEYS;
  const laterBytes = LATER_BYTES + NAMES_BYTES + (rules?.length ?? 0) * RULE_BYTES;
  if (size.bytes + (content?.bytes ?? 0) + laterBytes <= limit && excessKeys <= 0) return;
  const names = line.hasTruncated ? NAMES_BYTES : 0;
  const excess = byteLength(JSON.stringify(record)) + names - limit;
  if (excess <= 0 && excessKeys <= 0) return;
  shortenLine(Math.max(0, excess + NAMES_BYTES - names), excessKeys, {
    record,
    fields: content?.written() ?? new Map(),
    protectedKeys,
    truncated: line.truncated,
    write: (key, plain, maxBytes) => content?.rewrite(key, plain, maxBytes),
  });
}
