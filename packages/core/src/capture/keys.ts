/** Lists of keys that capture works with, derived from the attribute table. */
import { ATTRIBUTE_KEYS, attributeKeys, attributeRow, CONTENT_KEYS, type ContentKey } from '@spanline/record';

const PROTECTED = attributeKeys(({ privacy }) => privacy === 'own' || privacy === 'protected');

/** The keys that redaction leaves alone: the table's, and the user's own. */
export function protectedKeys(own: readonly string[]): ReadonlySet<string> {
  return new Set<string>([...PROTECTED, ...own]);
}

/**
 * Ids, times and enumerations that the tracer itself makes. They are never long and never a person's, so that capture
 * skips them.
 */
export const OWN_KEYS: ReadonlySet<string> = new Set(attributeKeys(({ privacy }) => privacy === 'own'));

/** Keys without which a line is not valid. */
export const NEEDED: ReadonlySet<string> = new Set(attributeKeys(({ required }) => required !== undefined));

const UNDERSCORES = /^_+/;

/**
 * The key under which the application logged a field. A line that has the key already gets underscores before it.
 */
export function loggedKey(key: string): string {
  return key.startsWith('_') ? key.replace(UNDERSCORES, '') : key;
}

/** Maximum size of attributes in UTF-8 bytes, where it differs from the default. */
export const MAX_BYTES: ReadonlyMap<string, number> = new Map(
  ATTRIBUTE_KEYS.flatMap((key) => {
    const maxBytes = attributeRow(key)?.maxBytes;
    return maxBytes === undefined ? [] : [[key, maxBytes] as const];
  }),
);

/** Content that is written as the text it is. The rest is JSON. */
export const TEXT_KEYS: ReadonlySet<string> = new Set(CONTENT_KEYS.filter((key) => attributeRow(key)?.kind === 'text'));

/** Content in the order in which it is shortened when a line is too long. */
export const SHRINK_ORDER: readonly ContentKey[] = CONTENT_KEYS.toSorted(
  (a, b) => (attributeRow(a)?.shrink ?? 0) - (attributeRow(b)?.shrink ?? 0),
);

/**
 * True for content that is an attribute of a line, such as `gen_ai.evaluation.explanation`. The capture mode applies
 * to it.
 */
export function isContentText(key: string): boolean {
  return attributeRow(key)?.privacy === 'content';
}
