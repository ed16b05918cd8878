import type { Hint } from './hints.ts';

/** A place in a text, from `start` to before `end`. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** A redaction rule in the form that the redactor runs. */
export interface Rule {
  readonly name: string;
  /** One of them is in every text in which the rule finds something; `undefined` if that may be any text. */
  readonly hints: (() => readonly Hint[]) | undefined;
  /**
   * Places of what the rule is about, in any order. It takes time linear in the length of the text.
   *
   * @param name - name of the field that the text is the value of
   * @param kinds - kinds of hints that the text is known to have
   */
  readonly find: (text: string, name?: string, kinds?: number) => Iterable<Range>;
  /** The same in a text that is still being written, for a rule whose matches may go on behind a space. */
  readonly findInStream?: Rule['find'];
  /** Credentials are replaced in every capture mode. */
  readonly credential: boolean;
  /** @defaultValue true */
  readonly on?: boolean;
}

/** Stands for characters of a text in which a rule found something already. No rule is about it. */
export const MASK = '\0';

/**
 * Finds what a pattern matches; only its group `value`, if it has one.
 *
 * @param pattern - returns a global pattern. Every repetition in it is bounded, or anchored by a lookbehind on its own
 * characters
 * @param test - rejects false positives, such as wrong check digits
 */
export function matching(
  pattern: () => RegExp,
  test?: (value: string, at: Range, text: string) => boolean,
): Rule['find'] {
  return function* find(text) {
    for (const match of text.matchAll(pattern())) {
      const [whole] = match;
      const value = match.groups?.['value'] ?? whole;
      if (whole === '' || value === '') continue;
      const start = match.index + whole.lastIndexOf(value);
      const range = { start, end: start + value.length };
      if (test?.(value, range, text) !== false) yield range;
    }
  };
}
