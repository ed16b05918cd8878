/** Texts as bags of words: vectors without a model, and the words that are typical of one group of texts. */

const WORD = /[\p{L}\p{N}](?:[\p{L}\p{N}_]|['’-](?=[\p{L}\p{N}])){1,40}/gu;
/** Numbers of a vector. A word is at the place that its hash names. */
const PLACES = 256;
/** A word that can name a group: no number, no id. */
const NAMING = /^\p{L}[\p{L}'’_-]+$/u;
/** English words that any text has. They name no group. */
const COMMON = new Set(
  (
    'about after all also an and any are as at be been but by can could did do does for from had has have he her his how ' +
    'if in into is it its just may me more my no not of on one only or our out she should so some such than that the ' +
    'their them then there these they this to use used using was we were what when where which who why will with would ' +
    'you your'
  ).split(' '),
);
/** Words of a label. */
const LABEL_WORDS = 3;

export const wordsOf = (text: string): string[] => text.toLowerCase().match(WORD) ?? [];

/** FNV-1a, 32 bits. */
function hashOf(word: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < word.length; at++) hash = Math.imul(hash ^ word.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}

function countsOf(words: Iterable<string>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}

/** In how many texts each word is. */
export interface WordCounts {
  readonly texts: number;
  readonly counts: ReadonlyMap<string, number>;
}

/** Counts the texts that have a word. */
export function createWordCounts(): WordCounts & { add(words: readonly string[]): void } {
  const counts = new Map<string, number>();
  let texts = 0;
  return {
    counts,
    get texts() {
      return texts;
    },
    add(words) {
      texts++;
      for (const word of new Set(words)) counts.set(word, (counts.get(word) ?? 0) + 1);
    },
  };
}

/** TF-IDF: words that few texts have count more. The vector has length 1; that of a text without words is zero. */
export function hashedWords(words: readonly string[], { texts, counts }: WordCounts): Float32Array {
  const vector = new Float32Array(PLACES);
  for (const [word, count] of countsOf(words)) {
    const hash = hashOf(word);
    const weight = (1 + Math.log(count)) * Math.log((texts + 1) / (counts.get(word) ?? 1));
    const place = hash % PLACES;
    // Two words at one place cancel each other as often as they add up.
    vector[place] = (vector[place] ?? 0) + (hash >>> 31 === 0 ? weight : -weight);
  }
  const length = Math.hypot(...vector);
  return length === 0 ? vector : vector.map((value) => value / length);
}

/** The words that are more frequent in one group than in all texts. */
export function labelOf(group: WordCounts, all: WordCounts): string {
  const gains = [...group.counts].flatMap(([word, texts]): [string, number][] => {
    if (!NAMING.test(word) || COMMON.has(word)) return [];
    const [own, others] = [texts / group.texts, (all.counts.get(word) ?? 0) / all.texts];
    return own > others ? [[word, own * Math.log(own / others)]] : [];
  });
  const best = gains.toSorted(([one, a], [other, b]) => b - a || (one < other ? -1 : 1)).slice(0, LABEL_WORDS);
  return best.map(([word]) => word).join(', ');
}
