/**
 * Words of a text, as the `standard` analyzer of Elasticsearch and OpenSearch cuts them (Unicode Annex 29, in lower
 * case), and phrases of words.
 */

import { literalOf, type Pattern, type PatternPart, patternTest } from './pattern.ts';

/** Longest word; the rest is another word. */
const MAX_WORD = 255;

const JOINED = String.raw`[[\p{Grapheme_Extend}\p{Mc}\p{Cf}\p{Emoji_Modifier}]--[\u200B]]*`;
const SINGLE = String.raw`[\p{Script=Han}\p{Script=Hiragana}]`;
const APART = String.raw`\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}`;
const LETTER = String.raw`[\p{Alphabetic}--[\p{Grapheme_Extend}\p{Mc}${APART}]]`;
const DIGIT = String.raw`\p{Nd}`;
const CONNECTOR = String.raw`[\p{Pc}\u202F]`;
const BETWEEN_LETTERS = String.raw`[:.'\u00B7\u0387\u055F\u05F4\u2018\u2019\u2024\u2027\uFE13\uFE52\uFE55\uFF07\uFF0E\uFF1A]`;
const BETWEEN_DIGITS = String.raw`[.,;'\u037E\u0589\u060C\u060D\u066C\u07F8\u2018\u2019\u2024\u2044\uFE10\uFE14\uFE50\uFE52\uFE54\uFF07\uFF0C\uFF0E\uFF1B]`;
const CORE = `(?:${LETTER}|${DIGIT})${JOINED}`;
const MIDDLE = [
  `(?<=${LETTER}${JOINED})${BETWEEN_LETTERS}${JOINED}(?=${LETTER})`,
  `(?<=${DIGIT}${JOINED})${BETWEEN_DIGITS}${JOINED}(?=${DIGIT})`,
].join('|');
const RUNS = [
  String.raw`\p{Script=Katakana}`,
  String.raw`[\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]`,
];

const WORD = new RegExp(
  [
    `(?:${CONNECTOR}${JOINED})*${CORE}(?:${CORE}|${CONNECTOR}${JOINED}|${MIDDLE})*`,
    `${SINGLE}${JOINED}`,
    String.raw`\p{Emoji_Presentation}${JOINED}(?:(?<=\u200D)\p{Extended_Pictographic}${JOINED})*`,
    ...RUNS.map((run) => `(?:${run}${JOINED})+`),
  ].join('|'),
  'gv',
);

/** Lower case, one code point for one: `Σ` becomes `σ` wherever it is. */
const lower = (text: string): string => text.replaceAll('İ', 'i').replaceAll('Σ', 'σ').toLowerCase();

interface Word {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

function* wordsIn(text: string): Generator<Word> {
  for (const { 0: word, index } of text.matchAll(WORD)) {
    for (let from = 0; from < word.length; from += MAX_WORD) {
      const part = word.slice(from, from + MAX_WORD);
      yield { text: part, start: index + from, end: index + from + part.length };
    }
  }
}

/** The words of a pattern, each a pattern of its own. A wildcard belongs to the words that it touches. */
export function wordPatterns(pattern: Pattern): Pattern[] {
  const words: PatternPart[][] = [];
  let touches = false;
  const add = (part: PatternPart): void => {
    const last = touches ? words.at(-1) : undefined;
    if (last === undefined) words.push([part]);
    else last.push(part);
  };
  for (const part of pattern) {
    if ('wild' in part) {
      add(part);
      touches = true;
      continue;
    }
    const text = lower(part.text);
    let end = 0;
    for (const word of wordsIn(text)) {
      touches &&= word.start === end && end === 0;
      add({ text: word.text });
      touches = false;
      end = word.end;
    }
    touches = end === text.length && end > 0;
  }
  return words;
}

/** Makes the test of a phrase. */
export function phraseTest(phrase: readonly Pattern[]): (text: string) => boolean {
  const literals = phrase.flatMap((word) => literalOf(word) ?? []);
  const tests = phrase.map((word) => {
    const literal = literalOf(word);
    return literal === undefined ? patternTest(word) : (text: string): boolean => text === literal;
  });
  return (text) => {
    const inLowerCase = lower(text);
    if (!literals.every((literal) => inLowerCase.includes(literal))) return false;
    const words = Array.from(wordsIn(inLowerCase), (word) => word.text);
    return words.some(
      (_, from) => tests.every((test, index) => test(words[from + index] ?? '')) && from + tests.length <= words.length,
    );
  };
}
