/** Makes the members of a line fit into its limit. */
import type { Plain } from '@spanline/record';
import { fitPlain, type JsonMember } from '../content/index.ts';
import { byteLength, MAX_UTF8 } from '../gate/index.ts';

/** A member is not shortened further: what is left of it would say nothing. */
const MIN_MEMBER = 128;
/** Names of shortened fields on the line. */
const MAX_NAMED = 20;
const TRUNCATED = 'spanline.truncated';
/** Shortened, but not left out. */
const MESSAGES: ReadonlySet<string> = new Set(['message', 'msg']);
/** Braces and the end of the line, and a note about members that were left out. */
const FRAME_BYTES = 64;

/** A member's key and value, the quotes of the key, a colon and a comma. */
function sizeOf({ key, json }: JsonMember): number {
  return byteLength(key) + byteLength(json) + 4;
}

function surelyFits(members: readonly JsonMember[], maxBytes: number): boolean {
  let characters = 0;
  for (const { key, json } of members) characters += key.length + json.length + 4;
  return characters * MAX_UTF8 + FRAME_BYTES <= maxBytes;
}

/** A value that cannot be parsed, which a serializer of the application may have made, is a text. */
function parse(json: string): Plain {
  try {
    return JSON.parse(json) as Plain;
  } catch {
    return json;
  }
}

function noted(members: readonly JsonMember[], truncated: ReadonlySet<string>): readonly JsonMember[] {
  if (truncated.size === 0) return members;
  return [...members, { key: TRUNCATED, json: JSON.stringify([...truncated].slice(0, MAX_NAMED)) }];
}

/**
 * Shortens the longest members until the line fits, then leaves members out, the longest first. `spanline.truncated`
 * names what was shortened.
 *
 * @param needed - keys of members that stay as they are
 * @param truncated - gets the names of shortened members
 */
export function fitMembers(
  members: readonly JsonMember[],
  maxBytes: number,
  needed: ReadonlySet<string>,
  truncated: Set<string>,
): readonly JsonMember[] {
  if (surelyFits(members, maxBytes)) return noted(members, truncated);
  const kept = [...members];
  const sizes = kept.map(sizeOf);
  const order = [...kept.keys()]
    .filter((index) => !needed.has(kept[index]?.key ?? ''))
    .toSorted((a, b) => (sizes[b] ?? 0) - (sizes[a] ?? 0));
  let total = sizes.reduce((sum, size) => sum + size, FRAME_BYTES + TRUNCATED.length);
  const excess = (): number => total + byteLength(JSON.stringify([...truncated].slice(0, MAX_NAMED))) - maxBytes;
  for (const index of order) {
    const member = kept[index];
    if (excess() <= 0 || member === undefined) break;
    const { key, json } = member;
    const length = byteLength(json);
    if (length <= MIN_MEMBER) break;
    truncated.add(key);
    const shorter = {
      key,
      json: JSON.stringify(fitPlain(parse(json), Math.max(MIN_MEMBER, length - excess()))),
    };
    kept[index] = shorter;
    total += sizeOf(shorter) - (sizes[index] ?? 0);
    sizes[index] = sizeOf(shorter);
  }
  const leftOut = new Set<number>();
  for (const index of order) {
    if (excess() <= 0) break;
    if (MESSAGES.has(kept[index]?.key ?? '')) continue;
    total -= sizes[index] ?? 0;
    truncated.delete(kept[index]?.key ?? '');
    leftOut.add(index);
  }
  if (leftOut.size === 0) return noted(kept, truncated);
  return noted(
    kept.filter((_, index) => !leftOut.has(index)),
    new Set([`+${leftOut.size} fields`, ...truncated]),
  );
}
