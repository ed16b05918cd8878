/** A text in the ways in which a model may read it: plain, spelled out, in disguise, or encoded. */

/** Shorter runs are ids and words. */
const MIN_ENCODED = 16;
const MAX_ENCODED_RUNS = 20;

/** Letters of the tag block (U+E0000) are invisible and mirror ASCII. */
const TAGS = /[\u{E0020}-\u{E007E}]+/gu;
const INVISIBLE = /[\u200B-\u200F\u202A-\u202E\u2060-\u2064\uFEFF\u00AD]/gu;
const LEET: Readonly<Record<string, string>> = { 0: 'o', 1: 'i', 3: 'e', 4: 'a', 5: 's', 7: 't', '@': 'a', $: 's' };
/** Latin letters that Cyrillic and Greek ones look like. */
const LOOKALIKES: Readonly<Record<string, string>> = Object.fromEntries(
  Array.from('аеоріѕхусԁһјοανρτικ', (letter, at) => [letter, 'aeopisxycdhjoavptik'[at] as string]),
);

const withoutMarks = (text: string): string => text.normalize('NFKD').replaceAll(/\p{M}+/gu, '');

/** Lower case, one width, no marks, no invisible letters, no wide gaps. */
function plain(text: string): string {
  const visible = text
    .replaceAll(TAGS, (run) =>
      String.fromCodePoint(...Array.from(run, (letter) => (letter.codePointAt(0) as number) - 0xe00_00)),
    )
    .replaceAll(INVISIBLE, '');
  return withoutMarks(visible)
    .toLowerCase()
    .replaceAll('’', "'")
    .replaceAll(/[\u0370-\u03FF\u0400-\u052F]/gu, (letter) => LOOKALIKES[letter] ?? letter)
    .replaceAll(/[^\S\n]{3,}/g, '  ')
    .replaceAll(/([^\w\s])\1{3,}/g, '$1$1$1');
}

const MIXED = /[a-z][0-9@$]|[0-9@$][a-z]/;
const lettersOf = (word: string): string => word.replaceAll(/[0134557@$]/g, (sign) => LEET[sign] ?? sign);

/** `1gn0r3 4ll` → `ignore all`. Only words that mix letters and digits change, and numbers of such digits. */
const withoutLeet = (text: string): string =>
  text
    .replaceAll(/[a-z0-9@$]+/g, (word) => (MIXED.test(word) ? lettersOf(word) : word))
    .replaceAll(/\b[134570]+\b/g, lettersOf);

/** `I g n o r e  a l l` → `ignore all`: single letters are joined. */
const withoutGaps = (text: string): string =>
  text.replaceAll(/\b(?:[a-z][ .\-_*]){3,}[a-z]\b/g, (run) => run.replaceAll(/[ .\-_*]/g, ''));

const rot13 = (text: string): string =>
  text.replaceAll(/[a-z]/gi, (letter) => {
    const base = letter <= 'Z' ? 65 : 97;
    return String.fromCodePoint((((letter.codePointAt(0) as number) - base + 13) % 26) + base);
  });

const reversed = (text: string): string => Array.from(text).toReversed().join('');

/** Decoded bytes count as text if nearly all of them are printable. */
function textOfBytes(bytes: Uint8Array): string | undefined {
  const text = new TextDecoder().decode(bytes);
  const printable = text.match(/[\p{L}\p{N}\p{P}\p{Zs}\n]/gu)?.length ?? 0;
  return text.length >= 6 && printable / text.length > 0.9 ? text : undefined;
}

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

function fromBase32(run: string): Uint8Array {
  let bits = '';
  for (const letter of run) bits += BASE32.indexOf(letter).toString(2).padStart(5, '0');
  return Uint8Array.from(bits.match(/.{8}/g) ?? [], (byte) => Number.parseInt(byte, 2));
}

/** Encodings that models decode by themselves. */
const ENCODINGS: readonly { readonly run: RegExp; readonly decode: (run: string) => Uint8Array }[] = [
  { run: /\b(?:[0-9a-f]{2}[ :]?){12,}/gi, decode: (run) => Buffer.from(run.replaceAll(/[ :]/g, ''), 'hex') },
  {
    run: /\b(?:[01]{8}[ ,]?){6,}/g,
    decode: (run) => Uint8Array.from(run.match(/[01]{8}/g) ?? [], (byte) => Number.parseInt(byte, 2)),
  },
  { run: /\b[A-Z2-7]{24,}(?==*)/g, decode: fromBase32 },
  { run: /[A-Za-z0-9+/_-]{16,}={0,2}/g, decode: (run) => Buffer.from(run, 'base64') },
];

function* decoded(text: string): Generator<string> {
  for (const { run, decode } of ENCODINGS) {
    let runs = 0;
    for (const [match] of text.matchAll(run)) {
      if (match.length < MIN_ENCODED || ++runs > MAX_ENCODED_RUNS) continue;
      const found = textOfBytes(decode(match));
      if (found !== undefined) yield found;
    }
  }
  if (/%[0-9a-f]{2}/i.test(text))
    yield text.replaceAll(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCodePoint(Number.parseInt(hex, 16)));
  if (/&#x?[0-9a-f]+;/i.test(text)) {
    yield text.replaceAll(/&#(x?)([0-9a-f]{1,6});/gi, (_, x: string, digits: string) => {
      const point = Number.parseInt(digits, x === '' ? 10 : 16);
      return point <= 0x10_ff_ff ? String.fromCodePoint(point) : '';
    });
  }
  if (/\\u[0-9a-f]{4}/i.test(text))
    yield text.replaceAll(/\\u([0-9a-f]{4})/gi, (_, hex: string) => String.fromCodePoint(Number.parseInt(hex, 16)));
}

/** One way to read a text. */
export interface Reading {
  readonly text: string;
  /** The text is hidden: encoded, reversed, or spelled so that people and filters do not see it. */
  readonly isHidden: boolean;
}

/** Returns a text in each way in which a model may read it, the plain one first. */
export function readingsOf(text: string): Reading[] {
  const readings: Reading[] = [{ text: plain(text), isHidden: false }];
  const add = (hidden: string): void => {
    if (!readings.some((reading) => reading.text === hidden)) readings.push({ text: hidden, isHidden: true });
  };
  const [{ text: first }] = readings as [Reading];
  add(withoutGaps(first));
  add(withoutLeet(first));
  for (const inner of decoded(text)) {
    add(plain(inner));
    add(plain(reversed(inner)));
  }
  add(rot13(first));
  add(reversed(first));
  return readings;
}
