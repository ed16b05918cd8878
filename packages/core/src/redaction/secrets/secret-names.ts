import { lazy, memoize } from '@spanline/record';
import {
  CODES,
  CREDENTIALS,
  ENDINGS,
  ENDS_OF_NAMES,
  OTHER_PINS,
  OTHER_TOKENS,
  PASSWORDS,
  PHRASES,
  plainName,
  QUALIFIED,
  SMALL_WORDS,
} from './secret-words.ts';
import { isPieceOfText } from './sibling-names.ts';

/** Words of a name in camelCase, PascalCase, snake_case, kebab-case or UPPER_CASE. */
const WORD = lazy(
  () => new RegExp(String.raw`\p{Lu}+(?!\p{Ll})|\p{Lu}?\p{Ll}+|[\p{Lo}\p{Lm}][\p{Lo}\p{Lm}\p{M}]*|\d+`, 'gu'),
);
const MAX_LENGTH = 128;
const MAX_NAMES = 2000;

/** Values that a name makes secret: none, texts, or texts and numbers. */
type Secrecy = 'none' | 'text' | 'all';

/**
 * The words of a name in lower case, without a number at its end and words that say nothing: `dbPassword2`,
 * `token_value`.
 */
export function wordsOf(name: string): string[] {
  const words = Array.from(plainName(name).matchAll(WORD()), ([word]) => word.toLowerCase());
  while (words.length > 1) {
    const last = words.at(-1) ?? '';
    if (!ENDS_OF_NAMES().has(last) && !/^\d+$/.test(last)) break;
    words.pop();
  }
  return words;
}

/** Words of the longest phrase. */
const MAX_PHRASE = 3;

function endsInOneOf(phrases: ReadonlySet<string>, words: readonly string[]): boolean {
  const telling = words.filter((word) => !SMALL_WORDS().has(word));
  for (let count = 1; count <= Math.min(MAX_PHRASE, telling.length); count++) {
    if (phrases.has(telling.slice(-count).join(' '))) return true;
  }
  return false;
}

function secrecyOf(words: readonly string[]): Secrecy {
  const last = words.at(-1) ?? '';
  const before = words.at(-2) ?? '';
  if (last === 'pin') return OTHER_PINS().has(before) ? 'none' : 'all';
  if (PASSWORDS().has(last)) return 'all';
  if (CREDENTIALS().has(last)) return 'text';
  if (last === 'token') return OTHER_TOKENS().has(before) ? 'none' : 'text';
  if ((last === 'pass' || last === 'auth') && words.length === 1) return 'text';
  // `accessKeyId` is the name half of a pair; `secretAccessKey` is the other.
  if (last === 'id') return before === 'key' && words.at(-3) === 'access' ? 'text' : 'none';
  const qualifiers = QUALIFIED().get(last === 'keys' || last === 'codes' ? last.slice(0, -1) : last);
  if (qualifiers?.has(before) === true) return last.startsWith('code') ? 'all' : 'text';
  return ENDINGS().some((ending) => last.endsWith(ending)) || endsInOneOf(PHRASES(), words) ? 'all' : 'none';
}

const secrecy = memoize(MAX_NAMES, (name: string) => (name.length > MAX_LENGTH ? 'none' : secrecyOf(wordsOf(name))));

/**
 * True for the name of a field whose value is a secret, whatever it looks like: `password`, `x-api-key`, `dbPassword`,
 * `GITHUB_TOKEN`.
 */
export function isSecretName(name: string): boolean {
  return secrecy(name) !== 'none';
}

const codes = memoize(MAX_NAMES, (name: string) => name.length <= MAX_LENGTH && endsInOneOf(CODES(), wordsOf(name)));

/** True for a name under which a number of four to ten digits is a one-time code, and nothing else: `tan`. */
export function isCodeName(name: string): boolean {
  return codes(name);
}

/** Names of what is secret inside of a value with the name of a secret: `{ password: { value } }`. */
const PARTS = new Set(
  'value key data raw text plain plaintext current previous old new secret hash string stringValue string_value S'.split(
    ' ',
  ),
);

/** True for the name of a member that is secret in an object with the name of a secret. A number is one of a row. */
export const isPartOfSecret = (key: string): boolean => PARTS.has(key) || /^\d{1,9}$/.test(key);

/**
 * True for the name of an object whose members are secrets, whatever they are called: `secrets`, `apiKeys`, `cookies`.
 * Few names end in an S. The user is a part of credentials.
 */
function isSetOfSecrets(name: string): boolean {
  const last = name.charCodeAt(name.length - 1);
  return (last === 0x73 || last === 0x53) && isSecretName(name) && !/(?:pass|creds|credentials)$/i.test(name);
}

/** Facts of a cookie beside its value. */
const FACTS = /^(?:name|path|domain|expires|max-?age|same-?site|secure|http-?only|priority|partitioned)$/i;

/** True for the name of a member that is secret in a set of secrets. */
export const isSecretOfSet = (key: string, set: string): boolean => isSetOfSecrets(set) && !FACTS.test(key);

/** The name that the text of a member has: its own, or that of the secret which it is a part of. */
export function memberName(key: string, outer: string | undefined): string {
  if (outer === undefined) return key;
  return (isPartOfSecret(key) && isSecretName(outer)) || isSecretOfSet(key, outer) ? outer : key;
}

/** True for a name that is written before its value in a flat list: `['Authorization', '…']`. */
export function isHeaderOfSecret(value: unknown): value is string {
  return (
    typeof value === 'string' &&
    (value.includes('-') || /^(?:authorization|cookie)$/i.test(value)) &&
    isSecretName(value)
  );
}

/** The name in a pair of a list of pairs, such as `[['password', '…'], …]`, if it is the name of a secret. */
export function nameOfPair(value: unknown): string | undefined {
  if (!Array.isArray(value) || value.length !== 2) return undefined;
  const [name, fact] = value as unknown[];
  if (typeof name !== 'string' || !isSecretName(name)) return undefined;
  // The header of a list of tokens of text.
  return typeof fact === 'string' && isPieceOfText(name, [fact], '') ? undefined : name;
}

/** True for the name of a field in which even a number is a secret: `pin`, `password`, `otp`. */
export function isNameOfSecretNumber(name: string): boolean {
  return secrecy(name) === 'all';
}
