/** Size of the vectors. */
export const DIMENSIONS = 512;

const STOP_WORDS = new Set(
  'a an and are as at be by can do does for from how i if in is it its of on or that the this to use used we what when where which will with you your'.split(
    ' ',
  ),
);

/** FNV-1a, 32 bit. */
function hash(word: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < word.length; index++) value = Math.imul(value ^ word.charCodeAt(index), 0x01000193);
  return value >>> 0;
}

/**
 * Hashes words and their neighbours into a vector of length one. Not a language model, but it finds the right chapter
 * without a key or network.
 */
export function embed(text: string): number[] {
  const words = (text.toLowerCase().match(/[a-z0-9]{2,}/g) ?? []).filter((word) => !STOP_WORDS.has(word));
  const vector = Array.from({ length: DIMENSIONS }, () => 0);
  const add = (feature: string, weight: number): void => {
    const value = hash(feature);
    const index = value % DIMENSIONS;
    vector[index] = (vector[index] ?? 0) + (value & 0x80000000 ? -weight : weight);
  };
  words.forEach((word, index) => {
    add(word.replace(/(ing|ed|s)$/, ''), 1);
    if (index > 0) add(`${words[index - 1]} ${word}`, 0.7);
  });
  const length = Math.hypot(...vector) || 1;
  return vector.map((value) => value / length);
}

/** Cosine similarity of two vectors of length one. */
export function similarity(first: readonly number[], second: readonly number[]): number {
  return first.reduce((sum, value, index) => sum + value * (second[index] ?? 0), 0);
}
