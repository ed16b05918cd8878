/**
 * Keys that an object of a JSON text has more than once. zerolog, slog, pino and others write such lines; `JSON.parse`
 * keeps the last value alone.
 */

import { isProps } from './props.ts';

const KEY = /"\s*:/g;
/** A string, or a character that opens, closes or separates. */
const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]/g;

function countKeys(value: unknown): number {
  let count = 0;
  const open = [value];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const isList = Array.isArray(next);
    for (const entry of Object.values(next as object)) {
      if (!isList) count++;
      if (typeof entry === 'object' && entry !== null) open.push(entry);
    }
  }
  return count;
}

/** An object that is being read. */
interface OpenObject {
  /** Where the text has each of its keys. */
  readonly keys: Map<string, number>;
  /** How often it has had each key before. */
  readonly repeats: Map<string, number>;
  isKeyNext: boolean;
}

/** A name that the object does not have: `_key`, `_key_2` and so on. */
function freeName(key: string, { keys, repeats }: OpenObject): string {
  for (let count = (repeats.get(key) ?? 0) + 1; ; count++) {
    const name = count === 1 ? `_${key}` : `_${key}_${count}`;
    if (keys.has(name)) continue;
    repeats.set(key, count);
    return name;
  }
}

/**
 * Renames keys that an object has more than once: the last one keeps its name, and earlier ones get an underscore
 * before it (`_key`, `_key_2`), so that all values are kept.
 *
 * @param text - valid JSON
 * @param parsed - the same, parsed
 * @returns `undefined` if there are none
 */
export function renameRepeatedKeys(text: string, parsed: unknown): string | undefined {
  // Texts in strings may look like keys; then there are more of them than there are keys.
  if (!isProps(parsed) || (text.match(KEY)?.length ?? 0) <= countKeys(parsed)) return undefined;
  const open: (OpenObject | undefined)[] = [];
  /** Names by the place in the text of the key that gets one. */
  const names = new Map<number, string>();
  for (const { 0: token, index } of text.matchAll(TOKEN)) {
    const object = open.at(-1);
    if (token === '{') open.push({ keys: new Map(), repeats: new Map(), isKeyNext: true });
    else if (token === '[') open.push(undefined);
    else if (token === '}' || token === ']') open.pop();
    else if (object === undefined) continue;
    else if (token === ',') object.isKeyNext = true;
    else if (token !== ':' && object.isKeyNext) {
      object.isKeyNext = false;
      const key = JSON.parse(token) as string;
      const before = object.keys.get(key);
      if (before !== undefined) {
        const name = freeName(key, object);
        names.set(before, name);
        object.keys.set(name, before);
      }
      object.keys.set(key, index);
    }
  }
  if (names.size === 0) return undefined;
  let at = 0;
  let renamed = '';
  for (const [index, name] of [...names].toSorted(([a], [b]) => a - b)) {
    renamed += text.slice(at, index) + JSON.stringify(name);
    at = index + (/"(?:[^"\\]|\\.)*"/y.exec(text.slice(index))?.[0].length ?? 0);
  }
  return renamed + text.slice(at);
}
