/** Words, numbers and sentences of a text. */

/** Texts longer than this are read to this length. */
const MAX_CHARACTERS = 100_000;

/** English words that carry no fact. Words of one and two letters are left out in every language. */
const STOP_WORDS = new Set(
  (
    'the and are but can did any all for was who how why has had her him his its not now off our out own she too you ' +
    'yes may one two use let ' +
    'about above after again all also and any are because been before being below between both but can could did does ' +
    'doing down during each few for from further had has have having her here hers him his how into its itself just ' +
    'more most not now off once only other our ours out over own same she should some such than that the their theirs ' +
    'them then there these they this those through too under until upon very was were what when where which while who ' +
    'whom why will with would you your yours according based however therefore thus may might must shall'
  ).split(' '),
);

/** Endings that do not change the subject of a word, the longer ones first. */
const ENDINGS = ['ings', 'ing', 'ed', 'es', 'ly', 's'] as const;
const LAST_LETTERS = 'gdsy';
/** Letters that a word keeps. */
const MIN_STEM = 3;

const WORD = /\d[\d.,]*\d|\d|[\p{L}\p{M}]+/gu;
const CHINESE_OR_JAPANESE = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u;

const bounded = (text: string): string => text.slice(0, MAX_CHARACTERS).normalize('NFKC').toLowerCase();

function withoutEnding(word: string): string {
  if (!LAST_LETTERS.includes(word.at(-1) ?? '')) return word;
  for (const ending of ENDINGS) {
    if (word.endsWith(ending) && word.length >= ending.length + MIN_STEM) return word.slice(0, -ending.length);
  }
  return word;
}

/** True for a number among the words. */
export function isNumber(word: string): boolean {
  const first = word.charCodeAt(0);
  return first >= 48 && first <= 57;
}

/**
 * The words of a text that carry facts, without their endings, and its numbers. Chinese and Japanese texts give pairs
 * of letters.
 */
export function factWords(text: string): string[] {
  const words: string[] = [];
  const given = bounded(text);
  const hasPairs = CHINESE_OR_JAPANESE.test(given);
  for (const word of given.match(WORD) ?? []) {
    if (isNumber(word)) words.push(word.includes(',') ? word.replaceAll(',', '') : word);
    else if (hasPairs && CHINESE_OR_JAPANESE.test(word)) {
      for (let at = 0; at + 1 < word.length; at++) words.push(word.slice(at, at + 2));
    } else if (word.length > 2 && !STOP_WORDS.has(word)) words.push(withoutEnding(word));
  }
  return words;
}

/** The sentences of a text. Lines and items of lists are sentences too. */
export function sentencesOf(text: string): string[] {
  return text
    .slice(0, MAX_CHARACTERS)
    .split(/(?<=[.!?…])\s+|(?<=[。！？])|\n+/u)
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence !== '');
}
