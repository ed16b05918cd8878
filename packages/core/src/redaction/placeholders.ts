import { nodeCrypto } from '../node-crypto.ts';

/** Values that get a number; later ones are replaced by the rule's name alone. */
const MAX_NUMBERED = 1000;
const TAG_LENGTH = 4;

/**
 * Numbers of the values that were replaced on the lines of one local root: the same value has the same number on each
 * of them.
 */
class PlaceholderNumbers {
  readonly #numbers = new Map<string, number>();
  readonly #lastByRule = new Map<string, number>();

  /** The number of a value; `undefined` when too many values have one. */
  numberOf(rule: string, value: string): number | undefined {
    const key = `${rule}\n${value}`;
    let number = this.#numbers.get(key);
    if (number === undefined && this.#numbers.size < MAX_NUMBERED) {
      number = (this.#lastByRule.get(rule) ?? 0) + 1;
      this.#lastByRule.set(rule, number);
      this.#numbers.set(key, number);
    }
    return number;
  }
}

/** Where a record keeps the numbers of its local root. They are created with the first replacement. */
export interface PlaceholderHolder {
  placeholders: PlaceholderNumbers | undefined;
}

/** Makes the text that replaces a value. */
export type Placeholder = (rule: string, value: string, holder: PlaceholderHolder) => string;

/** `[EMAIL_1]`: distinguishes values within one trace and reveals nothing outside of it. */
export const numberedPlaceholder: Placeholder = (rule, value, holder) => {
  const number = (holder.placeholders ??= new PlaceholderNumbers()).numberOf(rule, value);
  return number === undefined ? `[${rule}]` : `[${rule}_${number}]`;
};

/** `[EMAIL:7f3a]`: the same for the same value wherever the same key is used. */
export function keyedPlaceholder(hashKey: string): Placeholder {
  return (rule, value) => {
    const digest = nodeCrypto().createHmac('sha256', hashKey).update(value).digest('hex');
    return `[${rule}:${digest.slice(0, TAG_LENGTH)}]`;
  };
}
