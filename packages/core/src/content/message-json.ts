import { countOf, parseReference } from '@spanline/record';
import { type Json, joinJson, type MessageJson } from './json.ts';

/**
 * A message of an object that has a role and parts.
 *
 * @param bare - the object without `finish_reason`; `undefined` if it has none
 */
export function messageJson(whole: Json, bare: Json | undefined): MessageJson {
  const json = joinJson(whole);
  return { json, bare: bare === undefined ? json : joinJson(bare), referencedCount: 0 };
}

const REFERENCE_START = '{"ref":"';
const REFERENCE_END = '"}';

/** The reference that the JSON of an object is, if it is one: `{"ref":"<span_id>#i3"}`. */
export function referenceJson(json: Json): MessageJson | undefined {
  if (typeof json !== 'string' || !json.startsWith(REFERENCE_START)) return undefined;
  const reference = parseReference(json.slice(REFERENCE_START.length, -REFERENCE_END.length));
  return reference === undefined ? undefined : { json, bare: json, referencedCount: countOf(reference) };
}
