/**
 * Secrets among the arguments of calls: under a name, `setenv('API_KEY', '…')`, or behind a user,
 * `new NetworkCredential("ann", "…")`, `DriverManager.getConnection(url, "ann", "…")`.
 */

import { lazy } from '@spanline/record';
import { type Hint, patternOf } from '../hints.ts';
import { matchAt } from '../lines.ts';
import type { Range } from '../rule.ts';
import type { SecretForm } from './secret-form.ts';
import { isSecretName } from './secret-names.ts';
import { isPlaceholder, isReplaced } from './secret-values.ts';

/** Ends of the names of calls that take a user and a password, alone or behind another argument. */
const WITH_USER = [
  String.raw`\b(?:[A-Z]\w{0,32})?Credentials?`,
  'PasswordAuthentication',
  '(?:[bB]asic|[dD]igest|[pP]roxy|N(?:TLM|tlm))_?[aA]uth',
  'auth ?= ?',
  String.raw`\b(?:smtp|ftp|imap|pop3?|mail|server|client|conn|session)\.login`,
];
const WITH_TARGET = ['getConnection', 'mysqli(?:_connect)?', 'PDO', 'pg_connect', 'ftp_login'];
const TEXT = String.raw`["'][^"'\r\n]{1,128}["']`;
const NEXT = String.raw`\s{0,3},\s{0,3}`;
const AFTER_USER = lazy(() => `(?<=(?:${WITH_USER.join('|')})\\()\\s{0,3}${TEXT}${NEXT}(?=["'])`);
const AFTER_TARGET = lazy(
  () =>
    `(?<=(?:${WITH_TARGET.join('|')})\\()\\s{0,3}(?:${TEXT}|[\\w.$]{1,64}|[^"',()]{1,64})${NEXT}${TEXT}${NEXT}(?=["'])`,
);
/** A key behind the text that it encrypts (PostgreSQL). */
const AFTER_TEXT = lazy(() => `(?<=pgp_sym_(?:en|de)crypt\\()[^;\\r\\n]{1,256}?,\\s{0,3}(?=')`);
const BEHIND = lazy(
  () =>
    new RegExp(
      `\\((?:${[AFTER_USER(), AFTER_TARGET(), AFTER_TEXT()].join('|')})(?<quote>["'])(?<value>[^"'\\r\\n]{1,512})\\k<quote>`,
      'y',
    ),
);

const HINTS = lazy((): readonly Hint[] => [
  {
    on: '(',
    then: `(?<=(?:[sS]et|[pP]ut|[dD]efine|[aA]ppend|[aA]dd|[hH]eader|[eE]nv|Item|Property|Header|Variable|Cookie|Secret)\\()\\s{0,3}["'\`][\\w.:-]{1,64}["'\`]\\s{0,3},\\s{0,3}["'\`]`,
  },
  { on: '(', then: AFTER_USER() },
  { on: '(', then: AFTER_TARGET() },
  { on: '(', then: AFTER_TEXT() },
]);
const TRIGGER = lazy(() => patternOf(HINTS(), 'g'));
const CALL =
  /\(\s{0,3}["'`](?<name>[\w.:-]{1,64})["'`]\s{0,3},\s{0,3}(?<quote>["'`])(?<value>[^"'`\r\n]{1,4096})\k<quote>/y;

function* found(text: string): Generator<Range> {
  for (const { index } of text.matchAll(TRIGGER())) {
    const named = matchAt(CALL, text, index);
    const call = isSecretName(named?.groups?.['name'] ?? '') ? named : matchAt(BEHIND(), text, index);
    const { value = '' } = call?.groups ?? {};
    if (call === null || isPlaceholder(value) || isReplaced(value)) continue;
    const end = index + call[0].length - 1;
    yield { start: end - value.length, end };
  }
}

export const CALLS: SecretForm = { hints: HINTS, find: found };
