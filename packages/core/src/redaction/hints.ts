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

/** One pattern for some hints: an alternative for each class, because that is twice as fast as one class for all. */
export function patternOf(hints: readonly Hint[], flags?: string): RegExp {
  const classes = [...new Set(hints.map(({ on }) => on))];
  const all = classes.map((on) => {
    const some = hints.filter((hint) => hint.on === on).map(({ then }) => then);
    return `[${on}]${some.includes('') ? '' : `(?:${[...new Set(some)].join('|')})`}`;
  });
  return new RegExp(all.join('|'), flags);
}

/**
 * Kinds of characters that are looked for together: capitals, letters, digits, what is not ASCII, opening brackets. All
 * others are signs. Brackets are frequent: V8 does not skip text by a pattern that has them beside all signs (measured:
 * 220 µs for 100 kB of prose, and 90 for the two patterns).
 */
const KINDS: readonly RegExp[] = [/^[A-Z]+$/, /^[A-Za-z]+$/, /^(?:\\d|\d)+$/, /^\\u/, /^[([{\\]*[([{]$/];
const NOT_ASCII = 1 << 3;

/** A pattern for the hints of one kind. */
export interface HintPattern {
  /** A bit for the kind. */
  readonly kind: number;
  readonly pattern: RegExp;
}

/** Patterns for hints of any number of rules. A text that none of them is found in has none of the hints. */
export function hintPatterns(hints: readonly Hint[]): HintPattern[] {
  const signs = KINDS.length;
  const indexOf = ({ on }: Hint): number => {
    const index = KINDS.findIndex((kind) => kind.test(on));
    return index < 0 ? signs : index;
  };
  const kindOf = (hint: Hint): number => 1 << indexOf(hint);
  const kinds = [...new Set(hints.map(kindOf))].sort((a, b) => a - b);
  return kinds.map((kind) => ({ kind, pattern: patternOf(hints.filter((hint) => kindOf(hint) === kind)) }));
}

/** Shorter texts are searched as fast as they are measured. */
const MIN_MEASURED = 256;

/** To measure a text is five times faster than to search it for characters that are not ASCII. */
function isAscii(text: string): boolean {
  return text.length >= MIN_MEASURED && Buffer.byteLength(text) === text.length;
}

function isFound({ kind, pattern }: HintPattern, text: string): boolean {
  return (kind !== NOT_ASCII || !isAscii(text)) && pattern.test(text);
}

/** The kinds of hints that a text has: a sum of bits, 0 if it has none. */
export function kindsOfHints(patterns: readonly HintPattern[], text: string): number {
  let kinds = 0;
  for (const some of patterns) if (isFound(some, text)) kinds |= some.kind;
  return kinds;
}

/**
 * True if one of the patterns is found in a text.
 *
 * @param kinds - those that the text is known to have
 */
export function hasHint(patterns: readonly HintPattern[], text: string, kinds = -1): boolean {
  for (const some of patterns) if ((some.kind & kinds) !== 0 && isFound(some, text)) return true;
  return false;
}
