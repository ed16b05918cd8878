/**
 * Secrets under a name in text: `dbPassword=…`, `"apiKey": "…"`, `?access_token=…`, `Password=…;` of connection
 * strings, `--token …`, `password is …`. The name decides, as it does for the fields of an object.
 */

import { anyCase } from '../any-case.ts';
import { type Hint, patternOf } from '../hints.ts';
import { matchAt, textBefore } from '../lines.ts';
import type { Range } from '../rule.ts';
import { END_OF_NAME } from './name-endings.ts';
import { isValueMember, nameBesideText } from './named-values.ts';
import type { SecretForm } from './secret-form.ts';
import {
  isCodeName,
  isHeaderOfSecret,
  isNameOfSecretNumber,
  isPartOfSecret,
  isSecretName,
  isSetOfSecrets,
  wordsOf,
} from './secret-names.ts';
import { isCode, isNoWord, isPlaceholder, isRandom, isReplaced } from './secret-values.ts';
import { PARAMETERS } from './secret-words.ts';

const SIGN = `(?<=${END_OF_NAME}(?<=[A-Za-z\\u00c0-\\uffff])\\d{0,2}[\\\\"'\`\\]]{0,8}\\s{0,3}[:=])`;
const FLAG = `(?<=--)(?=[\\w-]{0,40}(?:${['pass', 'pwd', 'secret', 'token', 'key', 'auth', 'cred', 'pin'].map(anyCase).join('|')}))`;
/** A pair in a list of pairs, or the first name of a flat list: `["authorization", "…`. */
const PAIR = `\\s{0,3}["'][\\w-]{1,64}(?<=${END_OF_NAME})["']\\s{0,3},\\s{0,3}["']`;

const HINTS: readonly Hint[] = [
  { on: ':=', then: `(?:${SIGN}|(?<=(?:[vV]al(?:ue)?|VAL(?:UE)?)(?:\\\\{0,7}["']\\s{0,3}:|=(?=["'])|:(?=[ \\t]))))` },
  { on: '\\[', then: PAIR },
  { on: '\\-', then: FLAG },
];
const TRIGGER = patternOf(HINTS, 'g');

/** Spaces, the beginning of a block of YAML, and letters before a string of Python. */
const SPACES =
  /[=>]?[ \t]{0,8}(?:[|>][+-]?\d?[ \t]{0,8}\r?\n[ \t]{1,40}|\r?\n[ \t]{0,40}(?=["'`]))?(?:[bBfFrRuU]{1,2}(?=["']))?/y;
const QUOTE = /\\{0,7}(?:"""|'''|["'`])/y;
const LIST = /\[(?=[^\]]{0,4096}["'])[^\]]{0,4096}/y;
const ITEM = /["']([^"'\\]{1,4096})/g;
const BARE = /[^\s"'`&;,<>|\\]{1,256}/y;
const REST = /[^\s"'`&;,<>|\\]{0,4096}/y;
/** A value of ODBC and JDBC with any characters in it; a closing brace is doubled. */
const BRACED = /\{(?:[^{}\r\n]|\}\}){1,256}\}(?=[;\s"'`]|$)/y;
const BARE_NUMBER = /\d{3,32}(?![\w.])/y;
const FLAG_VALUE = /[\w-]{1,60}[ \t]{1,3}(?<quote>["']?)(?<value>[^\s"'./~-][^\s"']{0,1024})/y;
/** A one-time code. `482 913` and `482-913` are one. */
const CODE = /[ \t]{0,4}\\{0,7}["'`]?(?<value>\d{3}[ -]\d{3}|\d{4,10})(?![\w.-])/y;
const SPACED_CODE = /\d{3} \d{3}(?![\w.-])/y;
const MAX_VALUE = 4096;
const MAX_BARE = 256;

/** The name before a sign: `user.password=…`, `"apiKey": …`. */
interface Named {
  readonly name: string;
  readonly isQuoted: boolean;
  /** Where the name begins, with its quotes. */
  readonly start: number;
}

const MAX_SPACES = 3;
const MAX_QUOTES = 8;
const MAX_NAME = 128;
const isQuote = (character: string): boolean => '"\'`\\\\'.includes(character);
const isNamePart = (code: number): boolean =>
  code > 127 ||
  (code > 47 && code < 58) ||
  (code > 63 && code < 91) ||
  (code > 96 && code < 123) ||
  [36, 45, 46, 95].includes(code);

/** The place before at most `max` characters in front of `end`. */
function skipBack(text: string, end: number, max: number, isSkipped: (character: string) => boolean): number {
  let start = end;
  while (start > 0 && end - start < max && isSkipped(text.charAt(start - 1))) start--;
  return start;
}

function nameBefore(text: string, sign: number): Named {
  const spaces = skipBack(text, sign, MAX_SPACES, (character) => /\s/.test(character));
  const end = skipBack(text, spaces, MAX_QUOTES, (character) => isQuote(character) || character === ']');
  let start = end;
  while (start > 0 && end - start < MAX_NAME && isNamePart(text.charCodeAt(start - 1))) start--;
  const opening = skipBack(text, start, MAX_QUOTES, isQuote);
  return { name: text.slice(start, end), isQuoted: end < spaces && opening < start, start: opening };
}

/** The last words before a colon: `API key: …`. */
function wordsBefore(text: string, { name, start }: Named): string {
  return `${/(?:[\p{L}\p{M}\p{N}]{1,20}(?:[ '’-]|$)){0,4}$/u.exec(textBefore(text, start, 84))?.[0] ?? ''} ${name}`;
}

const PARAMETER_START = /[?&;]$/;

function isParameter(text: string, { name, start }: Named): boolean {
  return PARAMETER_START.test(text.charAt(start - 1)) && PARAMETERS.has(wordsOf(name).at(-1) ?? '');
}

function isSignature({ name }: Named): boolean {
  return wordsOf(name).at(-1) === 'signature';
}

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
  if (isPlaceholder(value) || name === value) return false;
  // The variable of shells: a folder.
  if (/^pwd$/i.test(name) && /^[/~.]/.test(value)) return false;
  if (isQuoted) return true;
  const isTight = range.start === sign + 1;
  if (isTight && text[sign] === '=') return !isCode(value) && isSecretText(value, name);
  if (/^\d+$/.test(value)) return isSecretText(value, name);
  if (isCode(value)) return false;
  const endsLine = matchAt(ENDS_OF_LINE, text, range.end) !== null;
  if (isNoWord(value)) return isSecretText(value, name) && (endsLine || isRandom(value) || isNameOfSecretNumber(name));
  return endsLine && STARTS_LINE.test(textBefore(text, start, 24)) && value.length >= 6 && !STATES.test(value);
}

const TOKENIZER = /tokeni[sz]|vocab|<\||\b(?:pad|stop|eos|bos|sub|special|next|first|last)[ _-]?tokens?\b/i;

/** A word behind `token:` where a text is about tokenizers. */
function isPieceOfText(text: string, sign: number, value: string, { name }: Named): boolean {
  return /(?:^| )token$/i.test(name) && /^\W{0,2}\p{L}{1,16}$/u.test(value) && TOKENIZER.test(textBefore(text, sign));
}

/** Texts in an object under the name of a secret: `"apiKey": { "value": "…" }`. */
const PART = /"(?<name>\w{1,24})"\s{0,3}:\s{0,3}"(?<value>[^"\\]{1,4096})"/g;
const OBJECT = /\{[^{}]{1,4096}/y;

function* partsAt(text: string, from: number, name: string): Generator<Range> {
  const object = matchAt(OBJECT, text, from);
  if (object === null) return;
  for (const { 0: part, index, groups } of object[0].matchAll(PART)) {
    const end = from + index + part.length - 1;
    if (isPartOfSecret(groups?.['name'] ?? '') || isSetOfSecrets(name))
      yield { start: end - (groups?.['value'] ?? '').length, end };
  }
}

function* valuesAt(text: string, sign: number, named: Named): Generator<Range> {
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
    if (value.trim() !== '' && !isShown && !isReplaced(value)) yield { start, end };
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
  const spaced = isNameOfSecretNumber(named.name) ? matchAt(SPACED_CODE, text, from)?.[0] : undefined;
  const bare = spaced ?? withoutTrailing(matchAt(BARE, text, from)?.[0] ?? '');
  const range = { start: from, end: from + bare.length };
  if (bare === '' || !isAssigned(text, sign, bare, range, named)) return;
  yield {
    start: from,
    end: range.end + (bare.length < MAX_BARE ? 0 : (matchAt(REST, text, range.end)?.[0].length ?? 0)),
  };
}

/** A value of a parameter that signs an address. The names are common words, so that the value has to look random. */
function* parameterAt(text: string, sign: number, minLength: number): Generator<Range> {
  const value = matchAt(/[^\s"'`&;,<>\\#]{1,4096}/y, text, sign + 1)?.[0] ?? '';
  if (value.length >= minLength && isRandom(value)) yield { start: sign + 1, end: sign + 1 + value.length };
}

/** Headers whose values have a form of their own, so that another rule reads them. */
const HEADER = /^(?:proxy-)?authorization$|^(?:set-)?cookie$/i;
const MIN_PARAMETER = 12;
const MIN_SIGNATURE = 20;

function* assignedAt(text: string, sign: number): Generator<Range> {
  const named = nameBefore(text, sign);
  if (isValueMember(named.name)) {
    const name = nameBesideText(text, sign, named.isQuoted);
    if (name !== undefined) yield* valuesAt(text, sign, { ...named, name });
    return;
  }
  if (text[sign] === ':' && !named.isQuoted && HEADER.test(named.name)) return;
  const isSpoken = text[sign] === ':' && (!isSecretName(named.name) || /^pin$/i.test(named.name));
  const name = isSpoken ? wordsBefore(text, named) : named.name;
  if (isSecretName(name)) {
    yield* valuesAt(text, sign, { ...named, name });
  } else if (isCodeName(name)) {
    const code = matchAt(CODE, text, sign + 1);
    if (code !== null)
      yield {
        start: code.index + code[0].length - (code.groups?.['value'] ?? '').length,
        end: code.index + code[0].length,
      };
  } else if (text[sign] !== '=') return;
  else if (isParameter(text, named)) yield* parameterAt(text, sign, MIN_PARAMETER);
  else if (isSignature(named)) yield* parameterAt(text, sign, MIN_SIGNATURE);
}

function* flagAt(text: string, index: number): Generator<Range> {
  const match = matchAt(FLAG_VALUE, text, index + 1);
  const { value = '' } = match?.groups ?? {};
  const name = /^[\w-]+/.exec(match?.[0] ?? '')?.[0] ?? '';
  if (match === null || !isSecretName(name) || isPlaceholder(value) || isCode(value)) return;
  const isNamed = isNameOfSecretNumber(name) || isNoWord(value);
  const end = match.index + match[0].length;
  if (isNamed) yield { start: end - value.length, end };
}

const PAIR_AT =
  /\[\s{0,3}["'](?<name>[\w-]{1,64})["']\s{0,3},\s{0,3}["'](?<value>[^"'\\]{1,4096})["']\s{0,3}(?<end>\])?/y;

function* pairAt(text: string, index: number): Generator<Range> {
  const { name = '', value = '', end } = matchAt(PAIR_AT, text, index)?.groups ?? {};
  const isPair = end !== undefined && /[[,]\s{0,8}$/.test(textBefore(text, index, 9)) && isSecretName(name);
  if (!isPair && !isHeaderOfSecret(name)) return;
  const start = text.indexOf(value, index + 1 + name.length + 2);
  yield { start, end: start + value.length };
}

function* found(text: string): Generator<Range> {
  for (const { 0: match, index } of text.matchAll(TRIGGER)) {
    if (match.startsWith('[')) yield* pairAt(text, index);
    else if (match === '-') yield* flagAt(text, index);
    else yield* assignedAt(text, index);
  }
}

export const ASSIGNMENTS: SecretForm = { hints: HINTS, find: found };
