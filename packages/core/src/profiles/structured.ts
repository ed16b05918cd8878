/**
 * Elastic maps content fields as `flattened`, which takes objects and arrays of objects and rejects a document with anything else. What is neither is put
 * into `{"value": …}`; so is an object that looks like this wrapping, which makes it reversible.
 */

type Bag = Record<string, unknown>;

/** Elasticsearch rejects a document with a longer term (32,766 bytes, the path in front of the text included) in a `flattened` field. */
const MAX_LEAF_BYTES = 32_000;
/** And one that is deeper than 20 levels; an array and the wrapping are among them. */
const MAX_DEPTH = 18;

function isBag(value: unknown): value is Bag {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The start of a text, never half a character, and how much is gone. */
function cut(text: string): string {
  const bytes = Buffer.from(text);
  let end = MAX_LEAF_BYTES - 32;
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return `${bytes.toString('utf8', 0, end)}…[+${bytes.length - end} bytes]`;
}

function fitText(text: string): string {
  return text.length * 3 <= MAX_LEAF_BYTES || Buffer.byteLength(text) <= MAX_LEAF_BYTES ? text : cut(text);
}

/** The value without leaves and levels that `flattened` rejects; what lies too deep becomes a JSON string. */
function fit(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return fitText(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= MAX_DEPTH) return fitText(JSON.stringify(value));
  if (Array.isArray(value)) return value.map((entry) => fit(entry, depth + 1));
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, fit(entry, depth + 1)]));
}

function exceeds(value: unknown, depth: number): boolean {
  if (typeof value === 'string') return fitText(value) !== value;
  if (typeof value !== 'object' || value === null) return false;
  if (depth >= MAX_DEPTH) return true;
  for (const key in value) if (exceeds((value as Bag)[key], depth + 1)) return true;
  return false;
}

function isWrapping(value: unknown): value is { value: unknown } {
  return isBag(value) && Object.keys(value).length === 1 && 'value' in value;
}

function wrap(value: unknown): Bag {
  return isBag(value) && !isWrapping(value) ? value : { value };
}

const unwrap = (value: unknown): unknown => (isWrapping(value) ? value.value : value);

/** A content field's JSON as `flattened` takes it; text that is no JSON is wrapped as it is. Never throws. */
export function toStructured(json: string): unknown {
  try {
    const parsed: unknown = JSON.parse(json);
    const value = exceeds(parsed, 0) ? fit(parsed, 0) : parsed;
    return Array.isArray(value) ? value.map(wrap) : wrap(value);
  } catch {
    return { value: fitText(String(json)) };
  }
}

/** Undoes {@link toStructured}. */
export function fromStructured(value: unknown): string {
  return JSON.stringify(Array.isArray(value) ? value.map(unwrap) : unwrap(value));
}
