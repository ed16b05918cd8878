/** The language of a text, by its script and its small words. */

/** Small words of each language, most of which the others do not have. Letters have no marks. */
const SMALL_WORDS: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  Object.entries({
    en: 'the and of to in is that it for with as was are this be have from you not by or an at which your can what how please all my do will we our they he she if but has his her their',
    de: 'der die das und ist nicht ein eine einen mit fur von zu im den dem des auf sich auch als wie werden wird sie ich bitte oder haben nach bei aus noch nur wenn dass alle mir sind an wir er ihr was kann',
    fr: 'le la les des et est une un que qui dans pour pas sur avec au du ce cette vous je il ne sont plus nous par votre mon ma se ou en tout toutes tous mais elle leur aux quel etre',
    es: 'el la los las de que y en un una es por con para no se su al lo como mas del esta este todas todos pero mi tu usted le ha o sus si cuando muy sobre ser',
    it: 'il lo la gli le di che e un una per con non del della sono si da come anche piu questo questa al alla nel mi ti tutte tutti ma suo ha o dei delle ed io lei essere',
    pt: 'o a os as de que e em um uma para com nao por se do da no na mais como ao dos das seu sua voce este esta mas foi todas todos meu minha ele ela ou quando muito ser',
    nl: 'de het een en van is dat niet in op te zijn voor met die aan er om ook als maar dan bij naar uit wat worden wordt ik je u mijn deze dit heeft alle hoe kan',
    pl: 'i w na nie sie z do to jest ze jak o co po ale dla od za przez tak ich jego czy oraz juz tylko moze przy sa ten ta te tym byl gdy moj',
    sv: 'och att det som en pa ar av for med den till inte om ett han men var jag sig fran vi sa kan nar ar har de ska du eller min alla hur detta',
    tr: 've bir bu da de icin ile ne var ben sen daha cok gibi ama o mi degil olarak kadar en her sonra olan ki ya nasil tum lutfen',
  }).map(([language, words]) => [language, words.split(' ')]),
);

/** The languages of each small word. Single letters are words of too many. */
function languagesByWord(): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const [language, words] of Object.entries(SMALL_WORDS)) {
    for (const word of words.filter(({ length }) => length > 1)) {
      found.set(word, [...(found.get(word) ?? []), language]);
    }
  }
  return found;
}

const LANGUAGES_OF: ReadonlyMap<string, readonly string[]> = languagesByWord();

/** Scripts that one language or a group of languages is written in. Japanese before Chinese: it has both scripts. */
const SCRIPTS: readonly (readonly [string, RegExp])[] = [
  ['ja', /[\p{Script=Hiragana}\p{Script=Katakana}]/gu],
  ['zh', /\p{Script=Han}/gu],
  ['ko', /\p{Script=Hangul}/gu],
  ['cyrillic', /\p{Script=Cyrillic}/gu],
  ['arabic', /\p{Script=Arabic}/gu],
  ['he', /\p{Script=Hebrew}/gu],
  ['el', /\p{Script=Greek}/gu],
  ['th', /\p{Script=Thai}/gu],
  ['hi', /\p{Script=Devanagari}/gu],
];

const MAX_CHARACTERS = 5000;
/** A word of several languages counts less. */
const MIN_SCORE = 1.5;
/** The second language must have less than this share of the first one's score. */
const CLEAR = 0.75;

function byScript(text: string): string | undefined {
  const letters = text.match(/\p{L}/gu)?.length ?? 0;
  for (const [language, letter] of SCRIPTS) {
    const share = (text.match(letter)?.length ?? 0) / Math.max(1, letters);
    // Japanese prose has a fifth of its letters in its own scripts, at least.
    if (share > (language === 'ja' ? 0.1 : 0.4)) return language;
  }
  return undefined;
}

/**
 * Names the language of a text: `en`, `de`, `fr`, `es`, `it`, `pt`, `nl`, `pl`, `sv`, `tr`, `ja`, `zh`, `ko`, `he`,
 * `el`, `th`, `hi`, or the script `cyrillic` or `arabic`. Code blocks do not count.
 *
 * @returns `undefined` for a text that is too short, or in another language
 */
export function languageOf(given: string): string | undefined {
  const text = given.replaceAll(/```[^]*?(?:```|$)/g, ' ').slice(0, MAX_CHARACTERS);
  const script = byScript(text);
  if (script !== undefined) return script;
  const scores = new Map<string, number>();
  const plain = text
    .normalize('NFKD')
    .replaceAll(/\p{M}+/gu, '')
    .toLowerCase();
  for (const [word] of plain.matchAll(/\p{L}+/gu)) {
    const languages = LANGUAGES_OF.get(word) ?? [];
    for (const language of languages) scores.set(language, (scores.get(language) ?? 0) + 1 / languages.length);
  }
  const [first, second] = [...scores].toSorted((a, b) => b[1] - a[1]);
  if (first === undefined || first[1] < MIN_SCORE) return undefined;
  return second !== undefined && second[1] > first[1] * CLEAR ? undefined : first[0];
}
