/**
 * Hints are found in every text in which a rule finds something. Most texts have none, so that looking for them is what
 * redaction costs. A pattern that begins with a class of characters runs as fast as these are rare; one class for all
 * hints would be three times slower than one each for signs, digits, letters and what is not ASCII.
 */
export interface Hint {
  /** The characters that it begins with, as they stand in a class of a pattern. They are rare in prose. */
  readonly on: string;
  /** Source of a pattern that follows, which may look behind. Its length is bounded. */
  readonly then: string;
}

/** Letters that keys are searched for by. */
export const RARE_LETTERS = 'AEGHJLSV';

/** One pattern for some hints. */
export function patternOf(hints: readonly Hint[], flags?: string): RegExp {
  const classes = [...new Set(hints.map(({ on }) => on))];
  const all = classes.map((on) => {
    const some = hints.filter((hint) => hint.on === on).map(({ then }) => then);
    const rest = some.includes('') ? '' : `(?:${[...new Set(some)].join('|')})`;
    return classes.length === 1 ? rest : `(?<=[${on}])${rest}`;
  });
  return new RegExp(`[${classes.join('')}](?:${all.join('|')})`, flags);
}

/** Kinds of characters that are looked for together. */
const KINDS: readonly RegExp[] = [/^[A-Z]+$/, /^[A-Za-z]+$/, /^(?:\\d|\d)+$/, /^\\u/];

/** Patterns for hints of any number of rules. A text that none of them is found in has none of the hints. */
export function hintPatterns(hints: readonly Hint[]): RegExp[] {
  const kindOf = ({ on }: Hint): number => KINDS.findIndex((kind) => kind.test(on));
  const kinds = [...new Set(hints.map(kindOf))].sort((a, b) => a - b);
  return kinds.map((kind) => patternOf(hints.filter((hint) => kindOf(hint) === kind)));
}

/** True if one of the patterns is found in a text. */
export function hasHint(patterns: readonly RegExp[], text: string): boolean {
  for (const pattern of patterns) if (pattern.test(text)) return true;
  return false;
}
