/** The members of JSON objects, as they are written. */

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** Signs that open and close objects and lists. */
export const OPENING: ReadonlySet<string> = new Set(['{', '[']);
export const CLOSING: ReadonlySet<string> = new Set(['}', ']']);

/** A member of a JSON object. Both are JSON. */
export interface JsonMember {
  readonly key: string;
  readonly json: string;
}

/** The position behind the string that begins at `start`; -1 if it does not end. */
export function endOfString(json: string, start: number): number {
  for (let end = json.indexOf('"', start + 1); end >= 0; end = json.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (json.charCodeAt(end - 1 - backslashes) === BACKSLASH) backslashes++;
    if (backslashes % 2 === 0) return end + 1;
  }
  return -1;
}

export function skipSpace(json: string, start: number): number {
  let index = start;
  while (json.charCodeAt(index) <= 0x20) index++;
  return index;
}

/** The text of a string's JSON. */
export function textOfJson(string: string): string {
  return string.includes('\\') ? (JSON.parse(string) as string) : string.slice(1, -1);
}

/** The position behind a value; -1 if it does not end. */
function endOfValue(json: string, start: number): number {
  let depth = 0;
  for (let index = start; index < json.length; index++) {
    const character = json.charAt(index);
    if (character === '"') {
      index = endOfString(json, index) - 1;
      if (index < 0) return -1;
    } else if (OPENING.has(character)) depth++;
    else if (depth === 0 && (character === ',' || CLOSING.has(character))) return index;
    else if (CLOSING.has(character)) depth--;
  }
  return depth === 0 ? json.length : -1;
}

/** A member in the JSON of an object, with the place of the sign behind its value. */
interface PlacedMember extends JsonMember {
  readonly end: number;
}

export function memberAt(json: string, index: number): PlacedMember | undefined {
  const keyEnd = json.charCodeAt(index) === QUOTE ? endOfString(json, index) : -1;
  const colon = keyEnd < 0 ? -1 : skipSpace(json, keyEnd);
  if (json.charAt(colon) !== ':') return undefined;
  const start = skipSpace(json, colon + 1);
  const end = endOfValue(json, start);
  if (end < 0 || end === json.length) return undefined;
  return { key: textOfJson(json.slice(index, keyEnd)), json: json.slice(start, end).trimEnd(), end };
}

/** The members of the JSON of an object, repeated keys as well; `undefined` for other texts. */
export function jsonMembers(json: string): JsonMember[] | undefined {
  const members: JsonMember[] = [];
  let index = skipSpace(json, 0);
  if (json.charAt(index) !== '{') return undefined;
  for (;;) {
    index = skipSpace(json, index + 1);
    if (json.charAt(index) === '}' && members.length === 0) return members;
    const member = memberAt(json, index);
    if (member === undefined) return undefined;
    members.push({ key: member.key, json: member.json });
    index = member.end;
    if (json.charAt(index) === '}') return members;
  }
}
