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

/** Treatment of the values of one content key. */
export interface ContentRule {
  readonly key: ContentKey;
  /** Place among the content of a line. */
  readonly position: number;
  /** The content came out of the step. The rest went in. */
  readonly isOutput: boolean;
  /** The content is written as the text it is. The rest is JSON. */
  readonly isText: boolean;
  /** Side of the span, for content whose messages may be references to earlier lines. */
  readonly referableSide: Side | undefined;
}

const sideOf = (isOutput: boolean): Side => (isOutput ? 'o' : 'i');

function contentRuleOf(key: ContentKey, position: number): ContentRule {
  const { kind, shape, side }: AttributeRow = ATTRIBUTES[key];
  const isOutput = side === 'output';
  const isReferable = shape === 'messages' || shape === 'any';
  return {
    key,
    position,
    isOutput,
    isText: kind === 'text',
    referableSide: isReferable ? sideOf(isOutput) : undefined,
  };
}

const CONTENT_RULES: ReadonlyMap<ContentKey, ContentRule> = new Map(
  CONTENT_KEYS.map((key, position) => [key, contentRuleOf(key, position)]),
);

/** The rules of the keys of some content, in the order in which a line holds them. Other keys are left out. */
export function contentRules(content: ContentAttributes): ContentRule[] {
  const rules: ContentRule[] = [];
  let isOrdered = true;
  let last = -1;
  for (const key in content) {
    const rule = CONTENT_RULES.get(key as ContentKey);
    if (rule === undefined) continue;
    if (rule.position < last) isOrdered = false;
    last = rule.position;
    rules.push(rule);
  }
  return isOrdered ? rules : rules.sort((one, other) => one.position - other.position);
}

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
