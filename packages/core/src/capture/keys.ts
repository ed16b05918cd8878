/** Lists of keys that capture works with, derived from the attribute table. */
import {
  ATTRIBUTE_KEYS,
  attributeKeys,
  type AttributeRow,
  attributeRow,
  ATTRIBUTES,
  CONTENT_KEYS,
  type ContentAttributes,
  type ContentKey,
  type Side,
} from '@spanline/record';

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

const POSITIONS: ReadonlyMap<string, number> = new Map(CONTENT_KEYS.map((key, position) => [key, position]));

const positionOf = (key: ContentKey): number => POSITIONS.get(key) ?? 0;

/** The keys of some content, in the order in which a line holds them. */
export function orderedKeys(content: ContentAttributes): ContentKey[] {
  const keys = Object.keys(content) as ContentKey[];
  let last = -1;
  for (const key of keys) {
    const position = positionOf(key);
    if (position < last) return keys.sort((a, b) => positionOf(a) - positionOf(b));
    last = position;
  }
  return keys;
}

/** Content that came out of the step. The rest went in. */
export const OUTPUT_KEYS: ReadonlySet<string> = new Set(
  attributeKeys(({ privacy, side }) => privacy === 'content' && side === 'output'),
);

/** Content that is written as the text it is. The rest is JSON. */
export const TEXT_KEYS: ReadonlySet<string> = new Set(CONTENT_KEYS.filter((key) => attributeRow(key)?.kind === 'text'));

/** Content whose messages may be references to earlier lines, and its side of the span. */
export const REFERABLE_SIDES: Readonly<Partial<Record<ContentKey, Side>>> = Object.fromEntries(
  CONTENT_KEYS.flatMap((key) => {
    const { shape, side }: AttributeRow = ATTRIBUTES[key];
    return shape === 'messages' || shape === 'any' ? [[key, side === 'output' ? 'o' : 'i'] as const] : [];
  }),
);

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
