/**
 * Values whose name stands beside them, as in lists of headers, parameters, variables and changes:
 * `{ name: 'x-api-key', value: '…' }`, `{ headerName: 'Authorization', headerValue: '…' }`,
 * `{ field: 'password', newValue: '…' }`.
 */

import { textBefore } from '../lines.ts';
import { isNameOfSecretNumber, isSecretName } from './secret-names.ts';

/** The last word of a key: the whole key, or the part behind a separator or in front of a capital letter. */
const lastWord = (words: string): string =>
  `(?:^|[_.:-]|(?<=[a-z\\d])(?=[A-Z]))(?:${words
    .split(' ')
    .flatMap((word) => [`[${word.charAt(0)}${word.charAt(0).toUpperCase()}]${word.slice(1)}`, word.toUpperCase()])
    .join('|')})$`;

const VALUE = new RegExp(lastWord('value val'));
const NAME = new RegExp(
  lastWord('name key header field param parameter property attribute variable setting id label type'),
);
/** Such a member may also name a kind of thing, such as a token of text. */
const KIND = new RegExp(lastWord('label type'));
/** The last letters of `value` and `val`, and those before them. Few other keys end in these. */
const ENDS: readonly (readonly [before: number, last: number])[] = ['ue', 'al', 'UE', 'AL'].map((end) => [
  end.charCodeAt(0),
  end.charCodeAt(1),
]);

/** True for the key of a member that may have its name beside it: `value`, `headerValue`, `new_value`, `Value`. */
export function isValueMember(key: string): boolean {
  const last = key.charCodeAt(key.length - 1);
  for (const end of ENDS) if (end[1] === last) return end[0] === key.charCodeAt(key.length - 2) && VALUE.test(key);
  return false;
}

/** True for the key of a member that may hold the name of a value beside it: `name`, `Key`, `headerName`. */
export function isNameMember(key: string): boolean {
  return NAME.test(key);
}

/** True for a value of a name member that is the name of a secret: `{ type: 'password', value: '…' }`. */
export function namesSecret(key: string, name: string): boolean {
  return KIND.test(key)
    ? isNameOfSecretNumber(name) || /(?:api|access|secret|private)[ _-]?key$/i.test(name)
    : isSecretName(name);
}

/** The name of a secret that stands beside a value in an object; `undefined` if there is none. */
export function nameBesideValue(object: object, keys: readonly string[]): string | undefined {
  for (const key of keys) {
    const name = isNameMember(key) ? (object as Readonly<Record<string, unknown>>)[key] : undefined;
    if (typeof name === 'string' && namesSecret(key, name)) return name;
  }
  return undefined;
}

/** Characters around a value in which its name is looked for. */
const REACH = 300;
const QUOTED_MEMBER =
  /["'](?<key>[\w.:-]{1,64})\\{0,7}["']\s{0,3}:\s{0,3}\\{0,7}["'](?<name>[^"'\\]{1,128})\\{0,7}["']/g;
const ATTRIBUTE = /(?<![\w.:-])(?<key>[\w.:-]{1,64})=["'](?<name>[^"'<>]{1,128})["']/g;
const LINE = /^[ \t-]{0,40}(?<key>[\w.-]{1,64})[ \t]{0,3}:[ \t]{1,3}["']?(?<name>[\w.-]{1,128})["']?[ \t]{0,3}\r?$/gm;

/** An object as the value: `"value": { "stringValue": "…" }`. */
const OBJECT_VALUE = /^:\s{0,3}\{[^{}]{0,200}\}/;

/** The text around a place, from the last opening sign before it to the first closing sign behind it. */
function between(text: string, index: number, opening: RegExp, closing: RegExp): string {
  const before = textBefore(text, index, REACH);
  const behind = text.slice(index, index + REACH).replace(OBJECT_VALUE, '');
  const end = behind.search(closing);
  return before.slice(before.search(opening) + 1) + (end < 0 ? behind : behind.slice(0, end));
}

/** The lines of YAML above and below, as far as they are of the same item of a list. */
function linesAround(text: string, index: number): string {
  const before = textBefore(text, index, REACH).split('\n');
  const behind = text.slice(index, index + REACH).split('\n');
  const isFirst = /^[ \t]*-/.test(before.at(-1) ?? '');
  const isLast = /^[ \t]*-/.test(behind[1] ?? '');
  return `${isFirst ? '' : (before.at(-2) ?? '')}\n${isLast ? '' : (behind[1] ?? '')}`;
}

function secretNameIn(text: string, member: RegExp): string | undefined {
  for (const { groups } of text.matchAll(member)) {
    const { key = '', name = '' } = groups ?? {};
    if (isNameMember(key) && namesSecret(key, name)) return name;
  }
  return undefined;
}

const BLOCK = /(?:variable|output)[ \t]{1,3}"(?<name>[\w-]{1,64})"[ \t]{0,3}\{[^{}]*$/;
const IS_SENSITIVE = /\bsensitive\s{0,16}=\s{0,16}true\b/;

/**
 * The name that a variable or an output of Terraform gives to the values in its block: its own, if it is that of a
 * secret, or any one if it is marked as sensitive.
 */
export function nameOfBlock(text: string, index: number): string | undefined {
  const { name = '' } = BLOCK.exec(textBefore(text, index, REACH))?.groups ?? {};
  if (name === '' || isSecretName(name)) return name || undefined;
  return IS_SENSITIVE.test(between(text, index, /[{}][^{}]*$/, /[{}]/)) ? 'secret' : undefined;
}

/**
 * The name of a secret that stands beside a value in text: in an object of JSON, in an element of XML or the arguments
 * of a call (`<add key="ApiKey" value="…"/>`), on the line of YAML above or below.
 *
 * @param sign - where the sign between the key of the value and the value is
 * @param isQuoted - the key is in quotes
 */
export function nameBesideText(text: string, sign: number, isQuoted: boolean): string | undefined {
  if (isQuoted) return secretNameIn(between(text, sign, /[{}][^{}]*$/, /[{}]/), QUOTED_MEMBER);
  if (text[sign] === '=')
    return secretNameIn(between(text, sign, /[<>()][^<>()]*$/, /[<>()]/), ATTRIBUTE) ?? nameOfBlock(text, sign);
  return secretNameIn(linesAround(text, sign), LINE);
}
