/** Lists of texts, as a record has them. */
import { admitText } from './admit-text.ts';
import { type LeftOut, noteLeftOut } from './left-out.ts';
import { readProperty } from './reading.ts';

/** Longest list of texts on a line. */
export const MAX_LIST = 100;

/** True for an array. `Array.isArray` throws for a revoked proxy. */
export function isList(value: unknown): value is readonly unknown[] {
  try {
    return Array.isArray(value);
  } catch {
    return false;
  }
}

/**
 * Copies a list of texts. Numbers and booleans become text. The list keeps its first 100 elements; other elements are
 * left out.
 *
 * @param value - a list, or one text
 * @returns `undefined` for any other value
 */
export function admitList(key: string, value: unknown, target: LeftOut): string[] | undefined {
  if (typeof value === 'string') return [admitText(value) ?? ''];
  if (!isList(value)) return undefined;
  const length = Number(readProperty(value, 'length'));
  const kept: string[] = [];
  for (let index = 0; index < length && index < MAX_LIST; index++) {
    const text = admitText(readProperty(value, index));
    if (text === undefined) noteLeftOut(target, key);
    else kept.push(text);
  }
  if (length > MAX_LIST) noteLeftOut(target, key);
  return kept;
}
