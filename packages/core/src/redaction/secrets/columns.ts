/** Secrets in the columns of tables that are named like secrets: `user,password`, `| name | API key |`, `(id, pin)`. */

import { lazy } from '@spanline/record';
import { anyCase } from '../any-case.ts';
import { type Hint, patternOf } from '../hints.ts';
import type { Range } from '../rule.ts';
import { type Cell, cellsUnder, END_OF_COLUMN as END } from '../tables.ts';
import { isAboutSecret } from './about-secrets.ts';
import type { SecretForm } from './secret-form.ts';
import { isNameOfSecretNumber, isSecretName, wordsOf } from './secret-names.ts';
import { isCode, isNoWord, isPlaceholder, isRandom, isReplaced } from './secret-values.ts';
import { isPieceOfText } from './sibling-names.ts';

/**
 * A header is found by the name of a password, a key, a token, a cookie or a secret. The other columns count where one
 * of these is. Letters that are rare or that other rules look for as well begin these hints. To look for all names, or
 * for delimiters, would cost much more.
 */
const HINTS = lazy((): readonly Hint[] => [
  { on: 'pP', then: `(?:${anyCase('ass')}\\w{0,6}|${anyCase('wd')})${END}` },
  { on: 'kK', then: `(?:${['ey', 'eys', 'en', 'ie', 'ies'].map(anyCase).join('|')})${END}` },
  { on: 'cC', then: `${anyCase('ret')}[sS]?${END}` },
]);
const TRIGGER = lazy(() => patternOf(HINTS(), 'g'));

function* endsIn(text: string): Generator<number> {
  for (const { 0: name, index } of text.matchAll(TRIGGER())) yield index + name.length - 1;
}

/** Names of columns with other things as well: a token of text, the name of a cookie, a pin of a board. */
const WEAK = new Set(
  'token secret secrets cookie cookies credential credentials creds auth pass bearer jwt pin'.split(' '),
);
/** Facts about a secret that tables state. */
const FACTS =
  /^(?:[-–—✓✔✗✘×?]|yes|no|y|n|ok|on|off|set|unset|not .*|none|never|always|optional|required|supported|unsupported|available|enabled|disabled|weak|medium|strong|valid|invalid|expired|changed|unchanged|missing|empty|default|unknown|same|hidden|encrypted|plain|hashed)$/i;
const SENTENCE = / (?:the|your|a|an|is|are|must|should|can|may|to|for|of|in|on|with|and|or|at|by|from)(?: |$)/;
const MIN_LENGTH = 3;
const MAX_LENGTH = 1000;
const MIN_WEAK = 6;

function isSecretCell(value: string, { column, columns, isRagged }: Cell): boolean {
  if (value.length < MIN_LENGTH || value.length > MAX_LENGTH) return false;
  if (isPieceOfText(column, columns, value)) return false;
  if (isPlaceholder(value) || isReplaced(value) || isCode(value)) return false;
  if (FACTS.test(value) || isAboutSecret(value, column) || (!/\d/.test(value) && isSecretName(value))) return false;
  if (/^[\d.,]+$/.test(value)) return isNameOfSecretNumber(column) && /^\d{4,10}$/.test(value);
  const isWeak = isRagged || WEAK.has(wordsOf(column).join(' '));
  if (isWeak) return value.length >= MIN_WEAK && isNoWord(value) && isRandom(value);
  return !SENTENCE.test(value);
}

function* found(text: string): Generator<Range> {
  for (const cell of cellsUnder(text, endsIn(text), isSecretName)) {
    if (isSecretCell(text.slice(cell.start, cell.end), cell)) yield cell;
  }
}

export const COLUMNS: SecretForm = { hints: HINTS, find: found };
