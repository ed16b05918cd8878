/** The type under which engines hold the values of a key: mappings, facets, columns and filters follow it. */

import { type AttributeKey, ATTRIBUTES } from './attributes.ts';
import type { AttributeKind, AttributeRow } from './attributes/row.ts';

/** `text` is prose, searched word by word. `content` is structured content. */
export type IndexKind = 'string' | 'text' | 'content' | 'integer' | 'number' | 'boolean' | 'date';

/**
 * Field that the ingest pipeline of `spanline ship setup` adds in the profile `ecs`: the texts of all structured
 * content of the line, for full-text search.
 */
export const CONTENT_TEXT_FIELD = 'spanline.text';
/** Longest indexed term. 8,191 characters are at most 24,573 bytes; Lucene accepts 32,766, including the path. */
export const MAX_TERM_CHARACTERS = 8191;

const KINDS: Readonly<Record<AttributeKind, IndexKind>> = {
  string: 'string',
  strings: 'string',
  text: 'text',
  json: 'content',
  int: 'integer',
  double: 'number',
  boolean: 'boolean',
};

/** The type of a key's values in an index. The elements of an array are values of their own. */
export function indexKind(key: AttributeKey): IndexKind {
  const { kind, form, prose }: AttributeRow = ATTRIBUTES[key];
  if (form === 'iso_millis' || form === 'iso_micros') return 'date';
  return prose === true ? 'text' : KINDS[kind];
}
