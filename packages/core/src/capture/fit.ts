import { attributeRow, type AttributeRow, type ContentKey, type Plain } from '@spanline/record';
import { byteLength, cut } from './text.ts';

/** Below this a text says nothing any more. */
const MIN_TEXT = 32;

function bytesOf(value: Plain): number {
  return byteLength(JSON.stringify(value));
}

/** A copy in which every text is at most `maxBytes` long. */
function capTexts(value: Plain, maxBytes: number): Plain {
  if (typeof value === 'string') return cut(value, maxBytes);
  if (Array.isArray(value)) return value.map((entry) => capTexts(entry, maxBytes));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, capTexts(entry, maxBytes)]));
}

/** The longest texts give way first: the cap is halved until the value fits. */
function fitTexts(value: Plain, maxBytes: number): Plain {
  let fitted = value;
  for (let cap = Math.max(MIN_TEXT, maxBytes); cap >= MIN_TEXT; cap = Math.floor(cap / 2)) {
    fitted = capTexts(fitted, cap);
    if (bytesOf(fitted) <= maxBytes) return fitted;
  }
  return fitted;
}

/** A copy in which every list has at most `length` elements, the first ones. */
function capArrays(value: Plain, length: number): Plain {
  if (Array.isArray(value)) {
    const kept = value.slice(0, length).map((entry) => capArrays(entry, length));
    return value.length > length ? [...kept, `…[+${value.length - length} elements]`] : kept;
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, capArrays(entry, length)]));
}

const LONGEST_LIST = 128;

/** Texts are cut until the value fits; when short texts are simply too many, lists give way. */
function fitValue(value: Plain, maxBytes: number): Plain {
  let fitted = fitTexts(value, maxBytes);
  for (let length = LONGEST_LIST; length > 0 && bytesOf(fitted) > maxBytes; length = Math.floor(length / 2)) {
    fitted = capArrays(fitted, length);
  }
  return fitted;
}

/** Elements are left out at the end (`drop: 'last'`) or at the beginning until the rest fits; a marker tells how many. */
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

/** Texts of messages are cut oldest first, the system's and the newest last; then whole messages go, oldest first. */
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

/** The texts of documents are cut alike; then documents go from the end, which ranks lowest. */
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
 * Brings one content field below `maxBytes` of JSON while it stays what it is: messages stay messages, documents documents. What cannot be kept at all
 * becomes one text that tells how much is gone.
 */
export function fitField(key: ContentKey, value: Plain, maxBytes: number): Plain {
  const before = bytesOf(value);
  let fitted: Plain;
  if (Array.isArray(value) && holds(key, 'messages')) fitted = fitMessages(value, maxBytes);
  else if (Array.isArray(value) && holds(key, 'documents')) fitted = fitDocuments(value, maxBytes);
  else fitted = fitValue(value, maxBytes);
  if (bytesOf(fitted) <= maxBytes) return fitted;
  const gone = `…[+${before} bytes]`;
  if (holds(key, 'messages')) return [{ role: 'system', parts: [{ type: 'text', content: gone }] }];
  if (holds(key, 'documents')) return [{ content: gone }];
  return gone;
}
