import { memoize } from '@spanline/record';
import type { JsonMember } from '../content/index.ts';

/** A field of a line: its key, and its value as JSON. */
export type Field = JsonMember;

/** `,"key":json`, ready to be joined. */
export function member({ key, json }: Field): string {
  return `,${JSON.stringify(key)}:${json}`;
}

/**
 * Fields of the JSON of an object. If a key is there twice, the last value counts, as in every JSON parser. Text that
 * is no JSON (a serializer returned something else) has no fields.
 */
function toFields(json: string): readonly Field[] {
  try {
    const object = JSON.parse(json) as Record<string, unknown>;
    return Object.keys(object).map((key) => ({ key, json: JSON.stringify(object[key]) }));
  } catch {
    return [];
  }
}

/** Pieces of text that pino keeps for its levels and bindings; there are few at a time. */
const MAX_CACHED = 500;
/** Characters of the bindings of a logger. */
const MAX_LENGTH = 10_000;

/** Fields of pino's level part: `{"level":30`. */
export const levelFields: (text: string) => readonly Field[] = memoize(MAX_CACHED, (text) => toFields(`${text}}`));

/** Fields of pino's bindings: `,"pid":1,"hostname":"…"`. */
export const bindingFields: (text: string) => readonly Field[] = memoize(
  MAX_CACHED,
  (text) => toFields(`{${text.slice(1)}}`),
  MAX_LENGTH,
);

/**
 * Fields of pino's time part: `,"time":1700000000000`. Almost every line has a new time, so the usual form, one plain
 * key, is split without a parser.
 */
export function timeFields(text: string): readonly Field[] {
  if (text === '') return [];
  const end = text.indexOf('"', 2);
  if (!text.startsWith(',"') || end < 0 || text[end + 1] !== ':') return toFields(`{${text.slice(1)}}`);
  if (text.includes(',', end) || text.includes('\\')) return toFields(`{${text.slice(1)}}`);
  return [{ key: text.slice(2, end), json: text.slice(end + 2) }];
}
