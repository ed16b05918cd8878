/** The ends of names of secrets, as a pattern: where one of them stands, the whole name is read. */
import { lazy } from '@spanline/record';
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
/** Words that end in a letter of other alphabets are compared only where such a letter stands. */
const endsInAscii = (word: string): boolean => /[ -~]$/.test(word);

/** Endings that are enough: the name is read in whole when one of them is there. */
function endings(): string[] {
  const lastWords = new Set([
    ...PASSWORDS(),
    ...CREDENTIALS(),
    ...ENDINGS(),
    ...QUALIFIED().keys(),
    ...PARAMETERS(),
    ...[...PHRASES(), ...CODES()].map(lastWord),
  ]);
  return ['token', 'keys', 'codes', 'keyid', 'key_id', 'key-id', ...lastWords];
}

/** Source of a pattern that looks back from the end of a name. */
export const END_OF_NAME = lazy((): string => {
  const ends = endings();
  const [ascii, others] = [ends.filter(endsInAscii), ends.filter((word) => !endsInAscii(word))];
  // A lookbehind reads from the end, so that the letter there decides first.
  const end = `(?:${anyEnding(ascii)}(?<=[ -~])|${anyEnding(others)}(?<=[^ -~]))`;
  return `${end}(?:[_-]?${anyEnding([...ENDS_OF_NAMES()])})?`;
});
