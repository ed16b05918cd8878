/** The version of a dataset: a hash of its content. */
import { createHash } from 'node:crypto';
import { isObject } from './item.ts';

/** JSON with the members of objects in the order of their names. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((entry) => canonicalJson(entry ?? null)).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value) ?? 'null';
  const members = Object.keys(value)
    .filter((key) => value[key] !== undefined)
    .toSorted()
    .map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key])}`);
  return `{${members.join(',')}}`;
}

/** SHA-256 of a text, as hexadecimal digits. */
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** The same for the same items, whatever the order of items and members. */
export function versionOf(items: readonly object[]): string {
  const hashes = items.map((item) => sha256(canonicalJson(item))).toSorted();
  return `sha256:${sha256(hashes.join('\n'))}`;
}
