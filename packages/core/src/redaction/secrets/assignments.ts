/**
 * Secrets under a name in text: `dbPassword=…`, `"apiKey": "…"`, `?access_token=…`, `Password=…;` of connection
 * strings, `--token …`, `password is …`. The name decides, as it does for the fields of an object.
 */

import { lazy } from '@spanline/record';
import { anyCase } from '../any-case.ts';
import { type Hint, patternOf } from '../hints.ts';
import { matchAt, textBefore } from '../lines.ts';
import type { Range } from '../rule.ts';
import { isAboutSecret } from './about-secrets.ts';
import { isParameter, isSignature, nameBefore, wordsBefore } from './assigned-name.ts';
import { valuesAt } from './assigned-value.ts';
import { END_OF_NAME } from './name-endings.ts';
import { isValueMember, nameBesideText, nameOfBlock } from './named-values.ts';
import type { SecretForm } from './secret-form.ts';
import { isCodeName, isHeaderOfSecret, isNameOfSecretNumber, isSecretName } from './secret-names.ts';
import { isCode, isNoWord, isPlaceholder, isRandom } from './secret-values.ts';
import { isPieceOfText, PrivateParts } from './sibling-names.ts';

const signPattern = (): string =>
  `(?<=${END_OF_NAME()}(?<=[A-Za-z\\u00c0-\\uffff])\\d{0,2}(?:[\\\\"'\`\\]]{0,8}\\s{0,3}|\\[\\])[:=])`;
const FLAG = `(?<=--)(?=[\\w-]{0,40}(?:${['pass', 'pwd', 'secret', 'token', 'key', 'auth', 'cred', 'pin'].map(anyCase).join('|')}))`;
/** A pair in a list of pairs, or the first name of a flat list: `["authorization", "…`. */
const pairPattern = (): string => `\\s{0,3}["'][\\w-]{1,64}(?<=${END_OF_NAME()})["']\\s{0,3},\\s{0,3}["']`;

const HINTS = lazy((): readonly Hint[] => [
  {
    on: ':=',
    then: `(?:${signPattern()}|(?<=(?:[vV]al(?:ue)?|VAL(?:UE)?)(?:\\\\{0,7}["']\\s{0,3}:|=(?=["'])|:(?=[ \\t])))|(?<=\\bkty["']?\\s{0,3}:)|(?<=\\bdefault\\s{0,16}=)(?=[ \\t]{0,4}"[^"]))`,
  },
  { on: '\\[', then: pairPattern() },
  { on: '\\-', then: FLAG },
]);
const TRIGGER = lazy(() => patternOf(HINTS(), 'g'));

const FLAG_VALUE =
  /[\w-]{1,60}(?:[ \t]{1,3}|["']\s{0,3},\s{0,3}(?=["']))(?<quote>["']?)(?<value>[^\s"'./~-][^\s"']{0,1024})/y;
/** A one-time code. `482 913` and `482-913` are one. */
const CODE = /[ \t]{0,4}\\{0,7}["'`]?(?<value>\d{3}[ -]\d{3}|\d{4,10})(?![\w.-])/y;

/** A value of a parameter that signs an address. The names are common words, so that the value has to look random. */
function* parameterAt(text: string, sign: number, minLength: number): Generator<Range> {
  const value = matchAt(/[^\s"'`&;,<>\\#]{1,4096}/y, text, sign + 1)?.[0] ?? '';
  if (value.length >= minLength && isRandom(value)) yield { start: sign + 1, end: sign + 1 + value.length };
}

/** Headers whose values have a form of their own, so that another rule reads them. */
const HEADER = /^(?:proxy-)?authorization$|^(?:set-)?cookie$/i;
const MIN_PARAMETER = 12;
const MIN_SIGNATURE = 20;

function* assignedAt(text: string, sign: number, keys: PrivateParts): Generator<Range> {
  const named = nameBefore(text, sign);
  if (named.name === 'kty') {
    yield* keys.around(sign);
    return;
  }
  if (isValueMember(named.name)) {
    const name = nameBesideText(text, sign, named.isQuoted);
    if (name !== undefined) yield* valuesAt(text, sign, { ...named, name });
    return;
  }
  if (named.name === 'default') {
    const name = nameOfBlock(text, sign);
    if (name !== undefined) yield* valuesAt(text, sign, { ...named, name, isQuoted: true });
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
  if (name.startsWith('-') && value.startsWith('-')) return;
  // The header or a row of a table.
  if (isAboutSecret(value, name) || isPieceOfText(name, [value], '')) return;
  const isPair = end !== undefined && /[[,]\s{0,8}$/.test(textBefore(text, index, 9)) && isSecretName(name);
  if (!isPair && !isHeaderOfSecret(name)) return;
  const start = text.indexOf(value, index + 1 + name.length + 2);
  yield { start, end: start + value.length };
}

function* found(text: string): Generator<Range> {
  const keys = new PrivateParts(text);
  for (const { 0: match, index } of text.matchAll(TRIGGER())) {
    if (match.startsWith('[')) yield* pairAt(text, index);
    else if (match === '-') yield* flagAt(text, index);
    else yield* assignedAt(text, index, keys);
  }
}

export const ASSIGNMENTS: SecretForm = { hints: HINTS, find: found };
