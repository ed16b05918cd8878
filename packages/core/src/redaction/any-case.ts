const escape = (character: string): string => character.replace(/[.*+?^${}()|[\]\\]/, String.raw`\$&`);

/**
 * Source of a pattern for a literal in upper, lower or mixed case: `[kK][eE][yY]`. The hints of all rules form one
 * pattern, which cannot have the flag `i`.
 */
export function anyCase(literal: string): string {
  let source = '';
  for (const character of literal) {
    const lower = character.toLowerCase();
    const upper = character.toUpperCase();
    source += lower === upper ? escape(character) : `[${lower}${upper}]`;
  }
  return source;
}

/**
 * Source of a pattern for text that ends in one of some words, in upper, lower or mixed case. Words that end alike
 * share their end, so that a lookbehind compares it once.
 */
export function anyEnding(words: readonly string[]): string {
  if (words.includes('')) return '';
  if (words.length === 1) return anyCase(words[0] ?? '');
  const byLast = new Map<string, string[]>();
  for (const word of words) {
    const last = word.slice(-1);
    const rests = byLast.get(last);
    if (rests === undefined) byLast.set(last, [word.slice(0, -1)]);
    else rests.push(word.slice(0, -1));
  }
  const endings = [...byLast].map(([last, rests]) => anyEnding(rests) + anyCase(last));
  return endings.length === 1 ? endings.join('') : `(?:${endings.join('|')})`;
}
