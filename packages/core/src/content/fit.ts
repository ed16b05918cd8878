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

/** Copies a value with the first `length` elements of each array. */
function capArrays(value: Plain, length: number): Plain {
  if (Array.isArray(value)) {
    const kept = value.slice(0, length).map((entry) => capArrays(entry, length));
    return value.length > length ? [...kept, `…[+${value.length - length} elements]`] : kept;
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, capArrays(entry, length)]));
}

/** Length of the longest array in a value. */
function longestArray(value: Plain): number {
  if (typeof value !== 'object' || value === null) return 0;
  let longest = Array.isArray(value) ? value.length : 0;
  for (const entry of Object.values(value)) longest = Math.max(longest, longestArray(entry));
  return longest;
}

/** Truncates texts until the value fits, then arrays, in case there are too many short texts. */
function fitValue(value: Plain, maxBytes: number): Plain {
  const fitted = fitTexts(value, maxBytes);
  if (bytesOf(fitted) <= maxBytes) return fitted;
  return cutToFit((length) => capArrays(fitted, length), longestArray(fitted), 1, maxBytes);
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
