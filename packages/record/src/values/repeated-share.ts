/**
 * Returns how much of a text repeats itself: the share of its sequences of words that occur earlier in it, from 0 to 1
 * with three digits. `undefined` for a text of fewer words than a sequence has.
 *
 * @param window - words that have to repeat together
 */
export function repeatedShare(words: readonly string[], window: number): number | undefined {
  const total = words.length - window + 1;
  if (total < 1) return undefined;
  // Parts of one string: to join the words of each sequence costs several times as much.
  const text = words.join(' ');
  const seen = new Set<string>();
  let start = 0;
  let end = words.slice(0, window).join(' ').length;
  for (let index = 0; index < total; index++) {
    seen.add(text.slice(start, end));
    start += (words[index] ?? '').length + 1;
    end += (words[index + window] ?? '').length + 1;
  }
  return Math.round((1 - seen.size / total) * 1000) / 1000;
}
