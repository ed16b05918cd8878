/** Texts of a prose or content key. Structured content counts by the texts in it, as in a search engine's index. */

import { attributeRow } from '@spanline/record';

/** Deepest level of content, and most texts of a key, that are searched. */
const MAX_DEPTH = 20;
const MAX_TEXTS = 10_000;

/** Names of properties that say what a part is, not what is in it. */
const MARKS: ReadonlySet<string> = new Set(['role', 'type']);

function gather(value: unknown, texts: string[], depth: number): void {
  if (depth > MAX_DEPTH || texts.length >= MAX_TEXTS) return;
  if (typeof value === 'string') texts.push(value);
  else if (Array.isArray(value)) for (const entry of value) gather(entry, texts, depth + 1);
  else if (typeof value === 'object' && value !== null) {
    for (const [name, entry] of Object.entries(value)) if (!MARKS.has(name)) gather(entry, texts, depth + 1);
  }
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json) as unknown;
  } catch {
    // Content that was cut is a text.
    return json;
  }
}

/** The texts of a key's value. */
export function textsOf(key: string, value: unknown): readonly string[] {
  if (typeof value !== 'string') return [];
  if (attributeRow(key)?.kind !== 'json') return [value];
  const texts: string[] = [];
  gather(parse(value), texts, 0);
  return texts;
}
