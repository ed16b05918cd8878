/**
 * Secrets that a sentence states: `my password is …`, `votre code est …`, `验证码是…`, `… is your verification code`.
 * Words between the name and the value are those of many languages; the names are those of fields.
 */

import { lazy } from '@spanline/record';
import { anyCase, anyEnding } from '../any-case.ts';
import { type Hint, patternOf } from '../hints.ts';
import { matchAt, textBefore } from '../lines.ts';
import type { Range } from '../rule.ts';
import { END_OF_NAME } from './name-endings.ts';
import type { SecretForm } from './secret-form.ts';
import { isCodeName, isNameOfSecretNumber, isSecretName } from './secret-names.ts';
import { isNoWord, isOneTimeCode, isPlaceholder, isReplaced } from './secret-values.ts';

const VERBS =
  'is was ist lautet war es era est était è é är er on jest to je bir este eshte adalah ialah là είναι היא هو هي है คือ'.split(
    ' ',
  );
const VERB = lazy(() => `\\s${anyEnding(VERBS)}[:：]?\\s`);
/** Verbs and particles of scripts that do not separate words, and dashes in place of a verb. */
const CJK = '是为為は는은이';
const PARTICLE = `[${CJK}]\\s{0,2}|\\s[-–—]\\s|\\s?(?:[-=]>|[→⇒➜])\\s?`;
const OPENING = '["\'`“„«「]';
/** Words that a code follows directly. */
const DIRECT =
  'otp totp tan code código codigo codice kod kode код 인증번호 인증코드 認証コード 確認コード 验证码 驗證碼'.split(
    ' ',
  );
/** The purpose of a password: `my password for the wifi is …`. */
const PURPOSE = '(?: (?:for|to|of|on|für|fürs|zum|zur)(?: [^\\s.,;:!?]{1,24}){1,3}?)?';
const PASSWORD_IS = `asse(?<=mot de passe) est[ :]|${anyCase('assw')}(?:${anyCase('ord')}|${anyCase('ort')})${PURPOSE} (?:${['is', 'was', 'ist', 'lautet', 'es', 'est'].map(anyCase).join('|')})[ :]`;
/** Begins behind a number: `482913 is your code`. */
const IS_YOURS =
  ' (?:(?:is|as) (?:your|the)|ist (?:Ihr|ihr|dein|Dein)|es (?:tu|su)|est (?:votre|ton|le)|è il|é (?:o|seu)|är din|er din|is (?:uw|je)|to twój) ';

/** The beginning of a password, before its first digit. */
const HEAD = '[^\\s\\d"\'`:,;{}\\[\\]()<>=]';
/** Ends in front of a value that begins with a digit. */
const EDGE = `[\\s${CJK}"'\`“„«「]`;
const told = (): string => `${END_OF_NAME()}(?:${VERB()}|\\s{0,2}(?:${PARTICLE}))${OPENING}?`;

const HINTS = lazy((): readonly Hint[] => [
  { on: 'pP', then: PASSWORD_IS },
  {
    on: '\\d',
    then: `(?<!\\d.)(?:(?<=${EDGE}.)(?:(?=\\S{3}|\\d\\d \\d{3}(?!\\d))(?<=${told()}.)|(?<=${anyEnding(DIRECT)}\\s${OPENING}?.)(?:\\d{3}|\\d\\d[ -]\\d{3}(?!\\d)))|(?<=${HEAD}.)(?<=${told()}${HEAD}{1,24}.)|\\d{3,9}${IS_YOURS})`,
  },
]);
const TRIGGER = lazy(() => patternOf(HINTS(), 'g'));

/** A value ends where its sentence does, in scripts without spaces also where they go on. */
const VALUE = /[^\s"'`”“»,;\u3000-\u9fff\uac00-\ud7af]{4,256}/y;
const QUOTED = /[ :：]{0,2}["'`“„«「]?/y;
const VALUE_PART = /[^\s"'`“„«「”»,;\u3000-\u9fff\uac00-\ud7af]/;
const MAX_HEAD = 32;
const CONNECTED = lazy(() => new RegExp(`(?<connector>${VERB()}|${PARTICLE}|\\s)${OPENING}?$`, 'u'));
const NAME_WORD = String.raw`[\p{L}\p{M}\p{N}'’_-]{1,32}`;
const NAME = lazy(() => new RegExp(`(?:${NAME_WORD} ){0,4}${NAME_WORD}$`, 'u'));
/** The things that a number in front of them counts. */
const COUNTED =
  /^[ -]?(?:bits?|bytes?|characters?|chars?|digits?|letters?|words?|lines?|rows?|tokens?|times|days?|hours?|minutes?|seconds?|pixels?|Zeichen|Stellen|caract|caratteri|tekens)/i;
const FOLLOWING = lazy(() => new RegExp(`^(?:${NAME_WORD} ){0,4}${NAME_WORD}`, 'u'));

const isCounted = (text: string, end: number): boolean => COUNTED.test(text.slice(end, end + 16));

/** Closing brackets and signs at the end belong to the sentence. */
function valueAt(text: string, start: number): string {
  return (matchAt(VALUE, text, start)?.[0] ?? '').replace(/[.!?:)\]}]+$/, '');
}

function* passwordAt(text: string, end: number): Generator<Range> {
  const start = end + (matchAt(QUOTED, text, end)?.[0].length ?? 0);
  const value = valueAt(text, start);
  if (value.length < 4 || isReplaced(value) || !isNoWord(value) || isCounted(text, start + value.length)) return;
  yield { start, end: start + value.length };
}

/** The name that stands before a value, and the words between them. */
function announcement(text: string, start: number): { name: string; isDirect: boolean } | undefined {
  const before = textBefore(text, start, 200);
  const connected = CONNECTED().exec(before);
  if (connected === null) return undefined;
  const name = NAME().exec(before.slice(0, connected.index))?.[0] ?? '';
  return { name, isDirect: connected.groups?.['connector']?.trim() === '' };
}

function isStatedSecret(value: string, name: string, isDirect: boolean): boolean {
  if (isOneTimeCode(value))
    return isCodeName(name) || (isNameOfSecretNumber(name) && !(isDirect && /pin(?: code)?$/i.test(name)));
  return (
    !isDirect &&
    isSecretName(name) &&
    /\D/.test(value) &&
    isNoWord(value) &&
    !isPlaceholder(value) &&
    !isReplaced(value)
  );
}

/** `482 913` and `482-913` are one code. */
const GROUPED = /\d{3}[ -]\d{3}(?![\w-])/y;

function* toldAt(text: string, index: number): Generator<Range> {
  let start = index;
  while (start > 0 && index - start < MAX_HEAD && VALUE_PART.test(text.charAt(start - 1))) start--;
  const grouped = matchAt(GROUPED, text, index)?.[0];
  const value = grouped ?? valueAt(text, start);
  const code = value.replace(/^[A-Z]{1,3}-(?=\d)/, '').replace(/[ -]/, '');
  const end = start + value.length;
  if (value.length < 4 || index >= end || isCounted(text, end)) return;
  const { name, isDirect } = announcement(text, start) ?? { name: '', isDirect: true };
  if (name !== '' && isStatedSecret(isOneTimeCode(code) ? code : value, name, isDirect)) yield { start, end };
}

function* yoursAt(text: string, { 0: match, index }: RegExpExecArray): Generator<Range> {
  const words = (FOLLOWING().exec(text.slice(index + match.length, index + match.length + 80))?.[0] ?? '').split(' ');
  const code = /^\d+/.exec(match)?.[0] ?? '';
  if (!isOneTimeCode(code) || /[\w.]$/.test(text.slice(Math.max(0, index - 1), index))) return;
  const isNamed = words.some((_word, count) => {
    const name = `your ${words.slice(0, count + 1).join(' ')}`;
    return isNameOfSecretNumber(name) || isCodeName(name);
  });
  if (isNamed) yield { start: index, end: index + code.length };
}

function* found(text: string): Generator<Range> {
  for (const match of text.matchAll(TRIGGER())) {
    const { 0: written, index } = match;
    if (/^p/i.test(written)) yield* passwordAt(text, index + written.length);
    else if (/^\d+ /.test(written)) yield* yoursAt(text, match);
    else yield* toldAt(text, index);
  }
}

export const STATEMENTS: SecretForm = { hints: HINTS, find: found };
