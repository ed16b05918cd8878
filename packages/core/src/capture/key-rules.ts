/** Rules of capture for the values of each key: one look-up gives all of them. */
import { memoize } from '@spanline/record';
import { isContentText, MAX_BYTES, OWN_KEYS } from './keys.ts';

/** Treatment of the values of one key by capture. */
export interface KeyRule {
  /** Redaction leaves them alone. */
  readonly isProtected: boolean;
  /** They are replaced by a hash. */
  readonly isHashed: boolean;
  /** They are content on a line that is no span. */
  readonly isContent: boolean;
  /** UTF-8 bytes that they may have. */
  readonly maxBytes: number;
  /** The name of a label, which may say that its values are secrets. */
  readonly name: string | undefined;
}

/** The rule of all keys whose values are the tracer's own: capture skips them. */
export const OWN: KeyRule = {
  isProtected: true,
  isHashed: false,
  isContent: false,
  maxBytes: Number.POSITIVE_INFINITY,
  name: undefined,
};

/** Maximum size of an attribute in UTF-8 bytes, where the attribute table has none. */
export const DEFAULT_MAX_BYTES = 1024;

const LABEL_PREFIX = 'labels.';
/** The keys of the table, and labels. */
const MAX_RULES = 2000;

/** The name of a label; `undefined` for other keys. */
export const labelName = (key: string): string | undefined =>
  key.startsWith(LABEL_PREFIX) ? key.slice(LABEL_PREFIX.length) : undefined;

/** The first fields of a record, which are the same on all spans. */
const POSITIONS = 36;

/** The lists of keys that rules are made of. */
interface KeyLists {
  readonly protected: ReadonlySet<string>;
  readonly hashed: ReadonlySet<string>;
  /** UTF-8 bytes of an attribute. */
  readonly maxBytes: number;
}

/** The rules of one tracer. */
export class KeyRules {
  readonly #ruleOf: (key: string) => KeyRule;
  /** The keys of the last records by their places, and their rules: most records have them where the last one had. */
  readonly #keys: string[] = Array.from({ length: POSITIONS }, () => '');
  readonly #rules: KeyRule[] = Array.from({ length: POSITIONS }, () => OWN);

  constructor(lists: KeyLists) {
    this.#ruleOf = memoize(MAX_RULES, (key) =>
      OWN_KEYS.has(key)
        ? OWN
        : {
            isProtected: lists.protected.has(key),
            isHashed: lists.hashed.has(key),
            isContent: isContentText(key),
            maxBytes: Math.min(MAX_BYTES.get(key) ?? DEFAULT_MAX_BYTES, lists.maxBytes),
            name: labelName(key),
          },
    );
  }

  of(key: string): KeyRule {
    return this.#ruleOf(key);
  }

  /** @param position - how many keys the record has before this one */
  at(position: number, key: string): KeyRule {
    return this.#keys[position] === key ? (this.#rules[position] ?? OWN) : this.#find(position, key);
  }

  #find(position: number, key: string): KeyRule {
    const rule = this.#ruleOf(key);
    if (position >= POSITIONS) return rule;
    this.#keys[position] = key;
    this.#rules[position] = rule;
    return rule;
  }
}
