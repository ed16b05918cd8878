/** The ends of names of secrets, as a pattern: where one of them stands, the whole name is read. */
import { anyEnding } from '../any-case.ts';
import {
  CODES,
  CREDENTIALS,
  ENDINGS,
  ENDS_OF_NAMES,
  PARAMETERS,
  PASSWORDS,
  PHRASES,
  QUALIFIED,
} from './secret-words.ts';

const lastWord = (phrase: string): string => phrase.split(' ').at(-1) ?? phrase;
const LAST_WORDS = new Set([
  ...PASSWORDS,
  ...CREDENTIALS,
  ...ENDINGS,
  ...QUALIFIED.keys(),
  ...PARAMETERS,
  ...[...PHRASES, ...CODES].map(lastWord),
]);
/** Endings that are enough: the name is read in whole when one of them is there. */
const ENDS = ['token', 'keys', 'codes', 'keyid', 'key_id', 'key-id', ...LAST_WORDS];
/** Words that end in a letter of other alphabets are compared only where such a letter stands. */
const endsInAscii = (word: string): boolean => /[ -~]$/.test(word);
// A lookbehind reads from the end, so that the letter there decides first.
const END = `(?:${anyEnding(ENDS.filter(endsInAscii))}(?<=[ -~])|${anyEnding(ENDS.filter((word) => !endsInAscii(word)))}(?<=[^ -~]))`;
const SUFFIX = `(?:[_-]?${anyEnding([...ENDS_OF_NAMES])})?`;
/** Source of a pattern that looks back from the end of a name. */
export const END_OF_NAME = `${END}${SUFFIX}`;
