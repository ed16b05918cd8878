import { countOf, parseReference } from '@spanline/record';
import { type Json, joinJson, type Member, type MessageJson } from './json.ts';
import { ObjectJson } from './object-json.ts';

/**
 * A message: an object with a role and parts.
 *
 * @param bareMembers - its members without `finish_reason`, if it has one
 */
export function messageJson(json: Json, bareMembers: readonly Member[] | undefined): MessageJson {
  return { json: joinJson(json), referencedCount: 0, bareMembers };
}

/**
 * The text that identifies a message. `finish_reason` is no part of it: it belongs to the answer, and later lines
 * repeat the message without it.
 */
export function identityOf({ json, bareMembers }: MessageJson): string {
  if (bareMembers === undefined) return json;
  const bare = new ObjectJson();
  for (const [key, node] of bareMembers) bare.add(key, node);
  return joinJson(bare.finish());
}

const REFERENCE_START = '{"ref":"';
const REFERENCE_END = '"}';

/** The reference that the JSON of an object is, if it is one: `{"ref":"<span_id>#i3"}`. */
export function referenceJson(json: Json): MessageJson | undefined {
  if (typeof json !== 'string' || !json.startsWith(REFERENCE_START)) return undefined;
  const reference = parseReference(json.slice(REFERENCE_START.length, -REFERENCE_END.length));
  return reference === undefined ? undefined : { json, referencedCount: countOf(reference), bareMembers: undefined };
}
