/** Keys in statements of databases: `PRAGMA key = '…'` (SQLCipher), `CREATE SECRET (…, SECRET '…')` (DuckDB). */

import { lazy } from '@spanline/record';
import { anyCase } from '../any-case.ts';
import { type Hint, patternOf } from '../hints.ts';
import { matchAt, textBefore } from '../lines.ts';
import type { Range } from '../rule.ts';
import type { SecretForm } from './secret-form.ts';
import { isPlaceholder, isReplaced } from './secret-values.ts';

const HINTS = lazy((): readonly Hint[] => [
  {
    on: 'kK',
    then: `${anyCase('ey')}\\s{0,3}=\\s{0,3}["'](?<=${anyCase('pragma')}\\s{1,3}(?:[rR][eE])?${anyCase('key')}[\\s="']{1,8})`,
  },
  { on: 'cC', then: `${anyCase('ret')}\\s{1,3}'` },
]);
const TRIGGER = lazy(() => patternOf(HINTS(), 'g'));

const VALUE = /[^"'\r\n]{0,16}(?<quote>["'])(?:x')?(?<value>[^"'\r\n]{1,512})["']/y;
const BEFORE_SECRET = /\bcreate\b[^;]{0,64}\bsecret\b[^;]{0,400}\bse$/i;

function* found(text: string): Generator<Range> {
  for (const { 0: shown, index } of text.matchAll(TRIGGER())) {
    const match = matchAt(VALUE, text, index);
    const { value = '' } = match?.groups ?? {};
    if (match === null || isPlaceholder(value) || isReplaced(value)) continue;
    if (/^c/i.test(shown) && !BEFORE_SECRET.test(textBefore(text, index))) continue;
    const end = index + match[0].length - 1;
    yield { start: end - value.length, end };
  }
}

export const DATABASE_KEYS: SecretForm = { hints: HINTS, find: found };
