import { attributeRow, type AttributeRow, type ContentKey, type Plain, truncationMarker } from '@spanline/record';
import { byteLength, truncate } from '../gate/index.ts';

/** A shorter text is of no use. */
const MIN_TEXT = 32;

function bytesOf(value: Plain): number {
  return byteLength(JSON.stringify(value));
}

/** Copies a value with every text truncated to `maxBytes`. */
function capTexts(value: Plain, maxBytes: number): Plain {
  if (typeof value === 'string') return truncate(value, maxBytes);
  if (Array.isArray(value)) return value.map((entry) => capTexts(entry, maxBytes));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, capTexts(entry, maxBytes)]));
}

/** Refinements of a limit that was halved: it ends within a sixteenth of the largest one that fits. */
const REFINEMENTS = 4;

/**
 * Cuts a value with the largest limit that makes it fit, about: the limit is halved until it does, and raised again as
 * far as there is room. If none from `min` on fits, the value is cut with the smallest one tried.
 */
function cutToFit(cut: (limit: number) => Plain, max: number, min: number, maxBytes: number): Plain {
  let low = max;
  let fitted = cut(low);
  while (bytesOf(fitted) > maxBytes) {
    const half = Math.floor(low / 2);
    if (half < min) return fitted;
    low = half;
    fitted = cut(low);
  }
  let high = Math.min(max, low * 2 + 1);
  for (let step = 0; step < REFINEMENTS && high - low > 1; step++) {
    const middle = Math.floor((low + high) / 2);
    const candidate = cut(middle);
    if (bytesOf(candidate) > maxBytes) high = middle;
    else {
      low = middle;
      fitted = candidate;
    }
  }
  return fitted;
}

/** Truncates the longest texts first. */
function fitTexts(value: Plain, maxBytes: number): Plain {
  const max = Math.max(MIN_TEXT, maxBytes);
  const bounded = capTexts(value, max);
  return cutToFit((limit) => (limit === max ? bounded : capTexts(bounded, limit)), max, MIN_TEXT, maxBytes);
}

/** The number in a note about what was left out before. */
function notedIn(note: Plain | undefined, pattern: RegExp): number | undefined {
  const count = typeof note === 'string' ? pattern.exec(note)?.groups?.['count'] : undefined;
  return count === undefined ? undefined : Number(count);
}

const ELEMENTS_NOTE = /^…\[\+(?<count>\d+) elements\]$/;
const KEYS_NOTE = /^\[\+(?<count>\d+) keys\]$/;
const NOTE_KEY = '…';

/** Copies a value with the first `length` elements of each array. */
function capArrays(value: Plain, length: number): Plain {
  if (Array.isArray(value)) {
    const before = notedIn(value.at(-1), ELEMENTS_NOTE);
    const given = before === undefined ? value.length : value.length - 1;
    if (given <= length) return value.map((entry) => capArrays(entry, length));
    const kept = value.slice(0, length).map((entry) => capArrays(entry, length));
    return [...kept, `…[+${given - length + (before ?? 0)} elements]`];
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, capArrays(entry, length)]));
}

/** Copies a value with the first `count` members of each object. */
function capMembers(value: Plain, count: number): Plain {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((entry) => capMembers(entry, count));
  const before = notedIn(value[NOTE_KEY], KEYS_NOTE);
  const members = Object.entries(value).filter(([key]) => before === undefined || key !== NOTE_KEY);
  const kept = members.slice(0, count).map(([key, entry]): [string, Plain] => [key, capMembers(entry, count)]);
  const left = members.length - kept.length + (before ?? 0);
  if (left > 0) kept.push([NOTE_KEY, `[+${left} keys]`]);
  return Object.fromEntries(kept);
}

/** Length of the longest array in a value, or number of members of the largest object. */
function largest(value: Plain, kind: 'array' | 'object'): number {
  if (typeof value !== 'object' || value === null) return 0;
  const entries = Object.values(value);
  let most = Array.isArray(value) === (kind === 'array') ? entries.length : 0;
  for (const entry of entries) most = Math.max(most, largest(entry, kind));
  return most;
}

/** The shortest element of an array has a digit and a comma, the shortest member of an object `"a":1,`. */
const MIN_ELEMENT = 2;
const MIN_MEMBER = 6;

/** Leaves out elements and members that cannot fit, so that cutting the rest takes a time that the limit bounds. */
function capSizes(value: Plain, maxBytes: number): Plain {
  const elements = Math.ceil(maxBytes / MIN_ELEMENT);
  const members = Math.ceil(maxBytes / MIN_MEMBER);
  const arrays = largest(value, 'array') > elements ? capArrays(value, elements) : value;
  return largest(arrays, 'object') > members ? capMembers(arrays, members) : arrays;
}

/** Truncates texts until the value fits, then arrays, in case there are too many short texts, then objects. */
function fitValue(value: Plain, maxBytes: number): Plain {
  const texts = fitTexts(capSizes(value, maxBytes), maxBytes);
  if (bytesOf(texts) <= maxBytes) return texts;
  const arrays = cutToFit((length) => capArrays(texts, length), largest(texts, 'array'), 1, maxBytes);
  if (bytesOf(arrays) <= maxBytes) return arrays;
  return cutToFit((count) => capMembers(arrays, count), largest(arrays, 'object'), 1, maxBytes);
}

/**
 * Leaves out elements at the end (`drop: 'last'`) or at the beginning until the rest fits. A marker in their place has
 * their number.
 */
function fitElements(
  elements: readonly Plain[],
  maxBytes: number,
  drop: 'first' | 'last',
  marker: (count: number) => Plain,
): Plain[] {
  const sizes = elements.map((element) => bytesOf(element) + 1);
  const order = drop === 'first' ? [...sizes.keys()] : [...sizes.keys()].toReversed();
  let total = sizes.reduce((sum, size) => sum + size, 2) + bytesOf(marker(elements.length)) + 1;
  const dropped = new Set<number>();
  for (const index of order) {
    if (total <= maxBytes) break;
    total -= sizes[index] ?? 0;
    dropped.add(index);
  }
  const kept = elements.filter((_, index) => !dropped.has(index));
  if (dropped.size === 0) return kept;
  return drop === 'first' ? [marker(dropped.size), ...kept] : [...kept, marker(dropped.size)];
}

const isSystem = (message: Plain): boolean =>
  typeof message === 'object' && message !== null && !Array.isArray(message) && message['role'] === 'system';

/**
 * Truncates the texts of the oldest messages first, of the system's and of the newest message last. Then leaves out
 * whole messages, the oldest first.
 */
function fitMessages(messages: readonly Plain[], maxBytes: number): Plain[] {
  const fitted = [...messages];
  const system = [...fitted.keys()].filter((index) => isSystem(fitted[index] ?? null));
  const others = [...fitted.keys()].filter((index) => !system.includes(index));
  const order = [...others.slice(0, -1), ...system, ...others.slice(-1)];
  let excess = bytesOf(fitted) - maxBytes;
  for (const index of order) {
    if (excess <= 0) break;
    const message = fitted[index] ?? null;
    const before = bytesOf(message);
    const after = fitTexts(message, Math.max(MIN_TEXT * 2, before - excess));
    fitted[index] = after;
    excess -= before - bytesOf(after);
  }
  if (excess <= 0) return fitted;
  return fitElements(fitted, maxBytes, 'first', (count) => ({
    role: 'system',
    parts: [{ type: 'text', content: `…[+${count} messages]` }],
  }));
}

/** Truncates the texts of all documents alike. Then leaves out documents from the end, which rank lowest. */
function fitDocuments(documents: readonly Plain[], maxBytes: number): Plain[] {
  const fitted = fitTexts([...documents], maxBytes) as Plain[];
  return bytesOf(fitted) <= maxBytes
    ? fitted
    : fitElements(fitted, maxBytes, 'last', (count) => ({ content: `…[+${count} documents]` }));
}

function holds(key: ContentKey, shape: AttributeRow['shape']): boolean {
  return attributeRow(key)?.shape === shape;
}

/**
 * Shortens one content field to `maxBytes` of JSON. It keeps its form: messages stay messages, documents stay
 * documents. If nothing of it fits, one text remains that has the number of missing bytes.
 */
export function fitField(key: ContentKey, value: Plain, maxBytes: number): Plain {
  const before = bytesOf(value);
  let fitted: Plain;
  if (Array.isArray(value) && holds(key, 'messages')) fitted = fitMessages(value, maxBytes);
  else if (Array.isArray(value) && holds(key, 'documents')) fitted = fitDocuments(value, maxBytes);
  else fitted = fitValue(value, maxBytes);
  if (bytesOf(fitted) <= maxBytes) return fitted;
  const gone = truncationMarker(before);
  if (holds(key, 'messages')) return [{ role: 'system', parts: [{ type: 'text', content: gone }] }];
  if (holds(key, 'documents')) return [{ content: gone }];
  return gone;
}

/** Shortens a value that is no content to `maxBytes` of JSON. If nothing of it fits, the number of bytes remains. */
export function fitPlain(value: Plain, maxBytes: number): Plain {
  const cut = typeof value === 'string' ? truncate(value, maxBytes - 2) : value;
  const fitted = bytesOf(cut) <= maxBytes ? cut : fitValue(cut, maxBytes);
  return bytesOf(fitted) <= maxBytes ? fitted : truncationMarker(bytesOf(value));
}
