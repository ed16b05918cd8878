/**
 * Returns how much of a text repeats itself: the share of its sequences of words that occur earlier in it, from 0 to 1
 * with three digits. `undefined` for a text of fewer words than a sequence has.
 *
 * @param window - words that have to repeat together
 */
export function repeatedShare(words: readonly string[], window: number): number | undefined {
  const total = words.length - window + 1;
  if (total < 1) return undefined;
  const seen = new Set<string>();
  for (let index = 0; index < total; index++) seen.add(words.slice(index, index + window).join(' '));
  return Math.round((1 - seen.size / total) * 1000) / 1000;
}
