/**
 * Secrets that a command or a file sets under a name, with nothing but spaces between: `ENV DB_PASSWORD …`,
 * `setx API_KEY …`, `npm config set …:_authToken …`, `requirepass …`.
 */

import { lazy } from '@spanline/record';
import { type Hint, patternOf } from '../hints.ts';
import { matchAt } from '../lines.ts';
import type { Range } from '../rule.ts';
import type { SecretForm } from './secret-form.ts';
import { isNameOfSecretNumber, isSecretName } from './secret-names.ts';
import { isCode, isNoWord, isPlaceholder, isReplaced } from './secret-values.ts';

const HINTS = lazy((): readonly Hint[] => [
  { on: 'E', then: 'NV[ \\t]' },
  { on: 'xX', then: '(?<=\\b[sS][eE][tT](?: -g?)?.)[ \\t]' },
  { on: 'cC', then: 'onfig(?:ure)?(?::set)?[ \\t]' },
  { on: 'qQ', then: '(?<=\\bre.)uirepass[ \\t]' },
]);
const TRIGGER = lazy(() => patternOf(HINTS(), 'g'));

const VALUE = String.raw`(?:(?<quote>["'])(?<quoted>[^"'\r\n]{1,512})\k<quote>|(?<bare>[^\s"'|;&]{3,256}))`;
const SETTING = lazy(
  () =>
    new RegExp(
      String.raw`[ \t]{0,3}(?:set[ \t]{1,3})?(?:-{1,2}[\w-]{1,20}[ \t]{1,3}){0,3}(?!set-)(?<name>[^\s"'=]{3,128})[ \t]{1,3}${VALUE}`,
      'y',
    ),
);
const REQUIREPASS = lazy(() => new RegExp(`[ \\t]{0,3}${VALUE}`, 'y'));

function* settingAt(text: string, end: number, isNamed: boolean): Generator<Range> {
  const match = matchAt(isNamed ? REQUIREPASS() : SETTING(), text, end);
  const { name = 'password', quoted, bare = '' } = match?.groups ?? {};
  const value = quoted ?? bare;
  if (match === null || !isSecretName(name) || isPlaceholder(value) || isReplaced(value)) return;
  const isValue = quoted !== undefined || (isNoWord(value) && !isCode(value));
  if (!isValue || (/^\d+$/.test(value) && !isNameOfSecretNumber(name))) return;
  const last = end + match[0].length - (quoted === undefined ? 0 : 1);
  yield { start: last - value.length, end: last };
}

function* found(text: string): Generator<Range> {
  for (const { 0: match, index } of text.matchAll(TRIGGER()))
    yield* settingAt(text, index + match.length, /^q/i.test(match));
}

export const SETTINGS: SecretForm = { hints: HINTS, find: found };
