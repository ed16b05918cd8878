/** The parts of a document that an answer used: runs of words that both have. */

/** Words that a run has at least. */
const RUN = 5;
/** Words of an answer that are looked at. */
const MAX_WORDS = 20_000;

interface Word {
  readonly word: string;
  readonly start: number;
  readonly end: number;
}

function wordsOf(text: string): Word[] {
  const words: Word[] = [];
  for (const { 0: word, index } of text.matchAll(/[\p{L}\p{N}]+/gu)) {
    if (words.length >= MAX_WORDS) return words;
    words.push({ word: word.toLowerCase(), start: index, end: index + word.length });
  }
  return words;
}

const runAt = (words: readonly Word[], at: number): string =>
  words
    .slice(at, at + RUN)
    .map(({ word }) => word)
    .join(' ');

/** Finds what an answer used. */
export interface UsedText {
  /** Places in a text, from the first on: start, and the character after the end. */
  placesIn(text: string): readonly (readonly [start: number, end: number])[];
}

/** Prepares an answer. */
export function usedText(answer: string): UsedText {
  const words = wordsOf(answer);
  const runs = new Set<string>();
  for (let at = 0; at + RUN <= words.length; at++) runs.add(runAt(words, at));
  return {
    placesIn(text) {
      const places: [number, number][] = [];
      if (runs.size === 0) return places;
      const own = wordsOf(text);
      for (let at = 0; at + RUN <= own.length; at++) {
        const [first, last] = [own[at], own[at + RUN - 1]];
        if (first === undefined || last === undefined || !runs.has(runAt(own, at))) continue;
        const before = places.at(-1);
        if (before !== undefined && first.start <= before[1]) before[1] = last.end;
        else places.push([first.start, last.end]);
      }
      return places;
    },
  };
}
