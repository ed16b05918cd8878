/** Compares texts of a request with those of a recording: personal data is replaced, and parts may be left out. */

/** A placeholder of redaction: `[EMAIL_1]`, `[SECRET]`, `[PHONE:7f3a]`. */
const PLACEHOLDER = /\[[A-Z][A-Z0-9_]*(?::[0-9a-f]+)?\]/g;

/** Longest value that a placeholder stands for, in characters. */
const MAX_VALUE = 5000;

/** Tells whether two texts are the same. @param isRedacted - the first one has placeholders */
export type SameText = (recorded: string, given: string, isRedacted: boolean) => boolean;

/** Compares texts without the parts that patterns match. */
export function sameWithout(patterns: readonly RegExp[]): SameText {
  if (patterns.length === 0) return sameText;
  const everywhere = patterns.map(({ source, flags }) => new RegExp(source, `${flags.replaceAll(/[gy]/g, '')}g`));
  const without = (text: string): string => everywhere.reduce((left, pattern) => left.replace(pattern, ''), text);
  return (recorded, given, isRedacted) => sameText(without(recorded), without(given), isRedacted);
}

/**
 * Tells whether a text may be the recorded one: equal, or equal but for placeholders, which stand for any text that is
 * not empty. The pieces between placeholders are looked for from left to right.
 */
function sameText(recorded: string, given: string, isRedacted: boolean): boolean {
  if (recorded === given) return true;
  if (!isRedacted) return false;
  const pieces = recorded.split(PLACEHOLDER);
  const [first = '', ...rest] = pieces;
  const last = rest.pop();
  if (last === undefined || !given.startsWith(first) || !given.endsWith(last)) return false;
  const end = given.length - last.length;
  let at = first.length;
  for (const piece of rest) {
    const found = given.indexOf(piece, at + 1);
    if (found < 0 || found - at > MAX_VALUE) return false;
    at = found + piece.length;
  }
  return end > at && end - at <= MAX_VALUE;
}

/** The placeholders in a text. */
export function placeholdersIn(text: string): string[] {
  return [...new Set(text.match(PLACEHOLDER))];
}
