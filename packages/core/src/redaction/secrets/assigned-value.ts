/** The values behind a sign: quoted, in a list, in an object, in braces, or bare. */

import { lazy } from '@spanline/record';
import { matchAt, textBefore } from '../lines.ts';
import type { Range } from '../rule.ts';
import { isAboutSecret } from './about-secrets.ts';
import type { Named } from './assigned-name.ts';
import { isNameOfSecretNumber, isPartOfSecret, isSecretOfSet } from './secret-names.ts';
import { isCode, isNoWord, isPlaceholder, isRandom, isReplaced } from './secret-values.ts';
import { isPieceInJson } from './sibling-names.ts';

/** Spaces, the beginning of a block of YAML, its tag or anchor, and letters before a string of Python. */
const SPACES =
  /[=>]?[ \t]{0,8}(?:[|>][+-]?\d?[ \t]{0,8}\r?\n[ \t]{1,40}|\r?\n[ \t]{0,40}(?=["'`]))?(?:[!&][\w!]{1,32}[ \t]{1,4})?(?:[bBfFrRuU]{1,2}(?=["']))?/y;
const QUOTE = /\\{0,7}(?:"""|'''|["'`])/y;
const LIST = /\[(?=[^\]]{0,4096}["'])[^\]]{0,4096}/y;
const ITEM = /["']([^"'\\]{1,4096})/g;
const BARE = /[^\s"'`&;,<>|\\]{1,256}/y;
const REST = /[^\s"'`&;,<>|\\]{0,4096}/y;
/** A value of ODBC and JDBC with any characters in it; a closing brace is doubled. */
const BRACED = /\{(?:[^{}\r\n]|\}\}){1,256}\}(?=[;\s"'`]|$)/y;
const BARE_NUMBER = /\d{3,32}(?![\w.])/y;
const SPACED_CODE = /\d{3} \d{3}(?![\w.-])/y;
const MAX_VALUE = 4096;
const MAX_BARE = 256;

/** The end of a quoted value: the next quote that is written like the one before it. */
function quotedEnd(text: string, start: number, quote: string): number {
  if (quote.length === 1) {
    let index = start;
    while (index < text.length && index - start < MAX_VALUE && text[index] !== quote && text[index] !== '\n') {
      index += text[index] === '\\' ? 2 : 1;
    }
    return Math.min(index, text.length);
  }
  const end = text.indexOf(quote, start);
  return end < 0 || end - start > MAX_VALUE ? Math.min(text.length, start + MAX_VALUE) : end;
}

/** A phrase of words: `correct horse battery staple`. A sentence has small words. */
const PHRASE = /[a-z]{2,12}(?: [a-z]{2,12}){2,23}(?=[.,;"')]?\s*(?:\n|$))/y;
const PHRASE_NAME = /(?:pass|seed|recovery|secret|backup)[ _-]?phrase$|mnemonic$/i;
const SMALL_WORD =
  / (?:the|your|my|our|a|an|is|are|was|be|must|should|can|may|to|for|of|in|on|at|and|or|not|no|with|that|this|it|as|by|from) /;

/** The phrase behind a sign, if the name says that it is one. */
function phraseAt(text: string, from: number, name: string): string | undefined {
  const phrase = PHRASE_NAME.test(name) ? matchAt(PHRASE, text, from)?.[0] : undefined;
  return phrase === undefined || SMALL_WORD.test(` ${phrase} `) ? undefined : phrase;
}

const ENDS_OF_LINE = /[ \t]{0,16}(?:[,;.)}\]]{0,8}[ \t]{0,16}(?:\r?\n|$)|[,;])/y;
const STARTS_LINE = /(?:^|[\n{,;(?&])[ \t]*(?:[-*] |export |set |env |const |let |var )?$/;
const TRAILING = /(?:[)\]}]|\.(?=$))+$/;

/** Closing brackets and a full stop at the end belong to the text around the value. */
function withoutTrailing(value: string): string {
  const opened = /[([{]/.test(value);
  return opened ? value.replace(/\.$/, '') : value.replace(TRAILING, '');
}

/** A number is a secret under some names only, and no amount, date or count. */
function isSecretText(value: string, name: string): boolean {
  return /^\d+$/.test(value) ? isNameOfSecretNumber(name) && value.length >= 3 : true;
}

/** Words that people use about a password. */
const STATES =
  /^(?:required|optional|missing|invalid|wrong|expired|empty|incorrect|unknown|changed|unchanged|accepted|rejected|correct|valid|default|disabled|enabled|protected|encrypted|failed|failure|success|please|enter|forgotten|please.*)$/i;

/** Decides on a value that has no quotes, by how it is written. */
function isAssigned(text: string, sign: number, value: string, range: Range, named: Named): boolean {
  const { name, isQuoted, start } = named;
  if (isPlaceholder(value) || name === value || isAboutSecret(value, name)) return false;
  // The variable of shells: a folder.
  if (/^pwd$/i.test(name) && /^[/~.]/.test(value)) return false;
  if (isQuoted) return true;
  const isTight = range.start === sign + 1;
  if (isTight && text[sign] === '=') return !isCode(value) && isSecretText(value, name);
  if (/^\d+$/.test(value)) return isSecretText(value, name);
  if (isCode(value)) return false;
  const endsLine = matchAt(ENDS_OF_LINE, text, range.end) !== null;
  if (isNoWord(value)) return isSecretText(value, name) && (endsLine || isRandom(value) || isNameOfSecretNumber(name));
  // A set of secrets is referred to by its name: `imagePullSecrets: registry`.
  if (/secrets$/i.test(name)) return false;
  return endsLine && STARTS_LINE.test(textBefore(text, start, 24)) && value.length >= 6 && !STATES.test(value);
}

const TOKENIZER = /tokeni[sz]|vocab|<\||\b(?:pad|stop|eos|bos|sub|special|next|first|last)[ _-]?tokens?\b/i;

const WORD = lazy(() => new RegExp(String.raw`^\W{0,2}\p{L}{1,16}$`, 'u'));

/** A word behind `token:` where a text is about tokenizers. */
function isPieceOfText(text: string, sign: number, value: string, { name }: Named): boolean {
  return /(?:^| )token$/i.test(name) && WORD().test(value) && TOKENIZER.test(textBefore(text, sign));
}

/** A quote that ends the text around the sign: `prompt('Password:')`. */
function isClosing(text: string, from: number, quote: string): boolean {
  if (quote.length > 1 || !/^(?:[\s,;)\]}>]|$)/.test(text.slice(from + 1, from + 2))) return false;
  const line = textBefore(text, from).split('\n').at(-1) ?? '';
  return line.split(quote).length % 2 === 0;
}

/** Texts in an object under the name of a secret: `"apiKey": { "value": "…" }`. */
const PART = /"(?<name>\w{1,24})"\s{0,3}:\s{0,3}"(?<value>[^"\\]{1,4096})"/g;
const OBJECT = /\{[^{}]{1,4096}/y;

function* partsAt(text: string, from: number, name: string): Generator<Range> {
  const object = matchAt(OBJECT, text, from);
  if (object === null) return;
  for (const { 0: part, index, groups } of object[0].matchAll(PART)) {
    const end = from + index + part.length - 1;
    const member = groups?.['name'] ?? '';
    if (isPartOfSecret(member) || isSecretOfSet(member, name))
      yield { start: end - (groups?.['value'] ?? '').length, end };
  }
}

/** The values that are assigned to a name by the sign at a place. */
export function* valuesAt(text: string, sign: number, named: Named): Generator<Range> {
  const next = text[sign + 1];
  const isComparison = next === '=' && text[sign] === '=';
  if (isComparison || (text[sign] === ':' && next === ':') || text.startsWith('://', sign)) return;
  if (text[sign] === '=' && /[=!<>~+*-]$/.test(text.slice(Math.max(0, sign - 1), sign))) return;
  const from = sign + 1 + (matchAt(SPACES, text, sign + 1)?.[0].length ?? 0);
  const quote = matchAt(QUOTE, text, from)?.[0];
  if (quote !== undefined) {
    const start = from + quote.length;
    const end = quotedEnd(text, start, quote);
    const value = text.slice(start, end);
    const isShown = !named.isQuoted && (isPlaceholder(value) || isPieceOfText(text, sign, value, named));
    const isOther =
      isReplaced(value) || isAboutSecret(value, named.name) || isPieceInJson(text, { start, end }, named.name);
    if (value.trim() !== '' && !isShown && !isOther && !isClosing(text, from, quote)) yield { start, end };
    return;
  }
  const list = matchAt(LIST, text, from)?.[0];
  if (list !== undefined) {
    for (const item of list.matchAll(ITEM)) {
      const start = from + item.index + 1;
      if (!/^\s*,\s*$/.test(item[1] ?? '')) yield { start, end: start + (item[1]?.length ?? 0) };
    }
    return;
  }
  if (named.isQuoted) {
    yield* partsAt(text, from, named.name);
    const number = isNameOfSecretNumber(named.name) ? matchAt(BARE_NUMBER, text, from)?.[0] : undefined;
    if (number !== undefined) yield { start: from, end: from + number.length };
    return;
  }
  const braced = matchAt(BRACED, text, from)?.[0];
  if (braced !== undefined && (braced.includes(';') || /; ?$/.test(textBefore(text, named.start, 2)))) {
    yield { start: from + 1, end: from + braced.length - 1 };
    return;
  }
  const phrase = phraseAt(text, from, named.name);
  if (phrase !== undefined) {
    yield { start: from, end: from + phrase.length };
    return;
  }
  const spaced = isNameOfSecretNumber(named.name) ? matchAt(SPACED_CODE, text, from)?.[0] : undefined;
  const bare = spaced ?? withoutTrailing(matchAt(BARE, text, from)?.[0] ?? '');
  const range = { start: from, end: from + bare.length };
  if (bare === '' || !isAssigned(text, sign, bare, range, named)) return;
  yield {
    start: from,
    end: range.end + (bare.length < MAX_BARE ? 0 : (matchAt(REST, text, range.end)?.[0].length ?? 0)),
  };
}
