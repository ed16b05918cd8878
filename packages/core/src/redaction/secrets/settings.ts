/**
 * Secrets that a command or a file sets under a name, with nothing but spaces between: `ENV DB_PASSWORD …`,
 * `setx API_KEY …`, `npm config set …:_authToken …`, `requirepass …`.
 */

import { lazy } from '@spanline/record';
import { type Hint, patternOf, RARE_LETTERS } from '../hints.ts';
import { matchAt, textBefore } from '../lines.ts';
import type { Range } from '../rule.ts';
import type { SecretForm } from './secret-form.ts';
import { isNameOfSecretNumber, isSecretName } from './secret-names.ts';
import { isCode, isNoWord, isPlaceholder, isRandom, isReplaced } from './secret-values.ts';

const HINTS = lazy((): readonly Hint[] => [
  { on: 'E', then: 'NV[ \\t]' },
  { on: 'xX', then: '(?<=\\b[sS][eE][tT](?: -g?)?.)[ \\t]' },
  { on: 'cC', then: 'onfig(?:ure)?(?::set)?[ \\t]' },
  { on: 'qQ', then: '(?<=\\bre.)uirepass[ \\t]' },
  { on: RARE_LETTERS, then: '(?<=\\bAUTH)(?:[ \\t]|\\r\\n\\$)|(?<=\\bACL)[ \\t]SETUSER' },
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

/** The setting of Redis as a command, or at the beginning of a line. */
const REQUIRED = /(?:^|[\n>]|config set)[ \t]{0,3}requirepass[ \t]$/i;

function* settingAt(text: string, end: number, isNamed: boolean): Generator<Range> {
  const match = matchAt(isNamed ? REQUIREPASS() : SETTING(), text, end);
  const { name = 'password', quoted, bare = '' } = match?.groups ?? {};
  const value = quoted ?? bare;
  if (match === null || !isSecretName(name) || isPlaceholder(value) || isReplaced(value)) return;
  const isRequired = isNamed && REQUIRED.test(textBefore(text, end, 32));
  const isValue = quoted !== undefined || isRequired || (isNoWord(value) && !isCode(value));
  if (!isValue || (/^\d+$/.test(value) && !isNameOfSecretNumber(name))) return;
  const last = end + match[0].length - (quoted === undefined ? 0 : 1);
  yield { start: last - value.length, end: last };
}

/** The password alone, or behind a user, as a command of Redis and in its protocol. */
const AUTH = lazy(
  () =>
    new RegExp(
      `H(?:[ \\t]{1,3}|\\r\\n\\$\\d{1,3}\\r\\n)(?:(?<user>[\\w.-]{1,64})(?:[ \\t]{1,3}|\\r\\n\\$\\d{1,3}\\r\\n))?${VALUE}(?=[ \\t]{0,3}(?:["'\\r\\n]|$))`,
      'y',
    ),
);
const SETUSER = /L[ \t]SETUSER[ \t]\S{1,64}(?:[ \t][^\s>]{1,64}){0,16}[ \t]>(?<bare>[^\s"']{1,256})/y;
/** Words behind the command of the same name in SMTP and other protocols. */
const MECHANISM =
  /^(?:login|plain|cram-md5|digest-md5|xoauth2|oauthbearer|ntlm|gssapi|external|anonymous|tls|ssl|scram-\S+)$/i;
const MIN_TOKEN = 8;
const PROMPT = /[>#$][ \t]?$|\$4\r\n$/;

function* redisAt(text: string, index: number): Generator<Range> {
  const isUser = text.startsWith('L', index);
  const match = matchAt(isUser ? SETUSER : AUTH(), text, index);
  const { user, quoted, bare = '' } = match?.groups ?? {};
  const value = quoted ?? bare;
  if (match === null || MECHANISM.test(value) || isPlaceholder(value) || isReplaced(value)) return;
  const isCommand = isUser || PROMPT.test(textBefore(text, index - 'AUT'.length, 8));
  // Without a prompt, the line has to be the command alone.
  const isLine = /(?:^|[\n"'])AUT$/.test(textBefore(text, index, 4)) && user === undefined && value.length >= MIN_TOKEN;
  const last = index + match[0].length - (quoted === undefined ? 0 : 1);
  if (isCommand || (isLine && isRandom(value))) yield { start: last - value.length, end: last };
}

function* found(text: string): Generator<Range> {
  for (const { 0: match, index } of text.matchAll(TRIGGER())) {
    if (/^[HL]/.test(match)) yield* redisAt(text, index);
    else yield* settingAt(text, index + match.length, /^q/i.test(match));
  }
}

export const SETTINGS: SecretForm = { hints: HINTS, find: found };
