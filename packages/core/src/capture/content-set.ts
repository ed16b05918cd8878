/** The content of one record as the set of its keys, which capture goes through in the order of a line. */
import {
  type AttributeRow,
  ATTRIBUTES,
  CONTENT_KEYS,
  type ContentAttributes,
  type ContentKey,
  type Side,
} from '@spanline/record';

/** Treatment of the values of one content key. */
export interface ContentRule {
  readonly key: ContentKey;
  /** The content came out of the step. The rest went in. */
  readonly isOutput: boolean;
  /** The content is written as the text it is. The rest is JSON. */
  readonly isText: boolean;
  /** Side of the span, for content whose messages may be references to earlier lines. */
  readonly referableSide: Side | undefined;
}

const sideOf = (isOutput: boolean): Side => (isOutput ? 'o' : 'i');

function ruleOf(key: ContentKey): ContentRule {
  const { kind, shape, side }: AttributeRow = ATTRIBUTES[key];
  const isOutput = side === 'output';
  const isReferable = shape === 'messages' || shape === 'any';
  return {
    key,
    isOutput,
    isText: kind === 'text',
    referableSide: isReferable ? sideOf(isOutput) : undefined,
  };
}

/** In the order of a line. */
const RULES: readonly ContentRule[] = CONTENT_KEYS.map(ruleOf);

/** A number has this many bits; there are fewer content keys. */
const HIGHEST_BIT = 31;

/** The bit of each content key in a {@link contentSet}: the lowest one is the first on a line. */
const BITS: ReadonlyMap<string, number> = new Map(CONTENT_KEYS.map((key, position) => [key, 1 << position]));

/** The keys of some content, as bits of a number. Other keys, and keys without a value, are left out. */
export function contentSet(content: ContentAttributes): number {
  let set = 0;
  for (const key in content) {
    const bit = BITS.get(key);
    if (bit !== undefined && content[key as ContentKey] !== undefined) set |= bit;
  }
  return set;
}

/** The rule of the key of a set that comes first on a line. The set is not empty. */
export function firstRule(set: number): ContentRule {
  return RULES[HIGHEST_BIT - Math.clz32(set & -set)] as ContentRule;
}

/** The set without that key. */
export const withoutFirst = (set: number): number => set & (set - 1);

/** The number of keys of a set. */
export function contentCount(set: number): number {
  let count = 0;
  for (let rest = set; rest !== 0; rest = withoutFirst(rest)) count++;
  return count;
}
