/**
 * Passwords of commands that no option with the name of a secret stands before: `sqlplus user/…`,
 * `htpasswd -b file user …`, `echo … | sudo -S`. A table says where in its arguments a command has its password.
 */

import { lazy } from '@spanline/record';
import { type Hint, patternOf } from '../hints.ts';
import { matchAt, textBefore } from '../lines.ts';
import type { Range } from '../rule.ts';
import { type Form, form, rangeOf, SPACE, VALUE } from './command-form.ts';
import type { SecretForm } from './secret-form.ts';

/** Programs that take a password as an argument without an option before it. */
export const POSITIONAL: readonly string[] = ['sqlplus', 'rabbitmqctl', 'mysqladmin', 'htpasswd', 'wpa_passphrase'];

const FORMS = lazy((): readonly Form[] => [
  form(String.raw`\bs`, String.raw`qlplus(?: -\w{1,16}){0,4} ["']?[^\s/@"']{1,64}\/(?<bare>[^\s@"'|;&]{1,128})`),
  form(String.raw`\brabbitm`, 'qctl(?: -W){0,4} (?:add_user|change_password|authenticate_user) W #'),
  form(String.raw`\bmys`, 'qladmin * password #', true),
  form(String.raw`\bht`, String.raw`passwd(?: -(?!\w{0,8}n)\w{1,8}){0,4}(?<= -\w{0,8}b\w{0,8}) W W #`),
  form(String.raw`\bht`, String.raw`passwd -(?=\w{0,8}b)(?=\w{0,8}n)\w{2,8}(?: -\w{1,8}){0,3} W #`),
  form(String.raw`\bwpa_`, 'passphrase W #', true),
  form(String.raw`\blftp\b*`, String.raw`-u ["']?[^\s"',:]{1,64},(?<bare>[^\s"'|;&]{1,256})`),
  form(
    String.raw`\b(?:smbclient|rpcclient|smbmap|net|wmic|winexe)\b*`,
    String.raw`-U ["']?[^\s"'%]{1,64}%(?<bare>[^\s"'|;&]{1,256})`,
  ),
  form(String.raw`\b(?:https?|xhs?)\b*`, String.raw`-a ["']?[^\s"':]{1,64}:(?<bare>[^\s"'|;&]{1,256})`),
  form(String.raw`\bcmdkey\b*\/pass`, ':#'),
  form(String.raw`\b[xw]l?freerdp3?\b*\/p`, ':#'),
  form('::add-mask:', ':#'),
  form(String.raw`\bnet use\b*\/user`, String.raw`:[^\s"']{1,128} (?!\/)#`),
  form(String.raw`\bConvertTo`, '-SecureString(?: -(?:String|AsPlainText|Force)){0,3} (?!-)(?![$(])#'),
]);

/** Options whose value is a user and a secret: `-u me,secret`, `-U me%secret`, `-a me:secret`. */
const USER = [
  String.raw`u${SPACE}["']?[^\s"',:]{1,64},`,
  String.raw`U${SPACE}["']?[^\s"'%]{1,64}%`,
  String.raw`a${SPACE}["']?[^\s"':]{1,64}:`,
];
const USER_AND_SECRET = String.raw`(?:${USER.join('|')})[^\s"']`;
const SUDO = String.raw`S\b(?<=\bsudo[^\r\n|;&]{0,80}-S)`;
const STDIN = String.raw`(?:(?:password-)?stdin|with-token)\b`;
const SECURE = String.raw`SecureString\b`;

const HINTS = lazy((): readonly Hint[] => [
  { on: 'qQ', then: String.raw`(?<=\bs.)lplus\b|(?<=\brabbitm.)ctl\b|(?<=\bmys.)ladmin\b` },
  {
    on: 'pP',
    then: String.raw`asswd(?<=\b(?:ht|ch)passwd)\b|assphrase(?<=\bwpa_passphrase)\b|ubkey(?<=\bwg pubkey)\b`,
  },
  { on: '\\-', then: `(?<=[\\s"']-)(?:${USER_AND_SECRET}|${SUDO})|(?<=--)${STDIN}|${SECURE}` },
  { on: '<', then: String.raw`<<[ \t]{0,3}[^\s<$]|\((?:echo|printf)[ \t]` },
  { on: ':=', then: String.raw`(?<=(?:\/(?:user|pass|p)|::add-mask:):)[^\s/]` },
]);
const TRIGGER = lazy(() => patternOf(HINTS(), 'g'));

/** Commands that read a password from their input, by what the hint shows. */
const READER = /^(?:-S|-(?:password-)?stdin|-with-token|passwd|pubkey)$/;
/** A text that is written into the input of the command behind it. */
const WRITTEN = lazy(
  () =>
    new RegExp(
      String.raw`\b(?:echo|printf|print)(?:[ \t]{1,3}-\w{1,2}){0,3}(?:[ \t]{1,3}["']%s(?:\\n|\n)?["'])?[ \t]{1,3}${VALUE}[ \t]{0,3}\|[^\r\n|;&]{0,120}$`,
    ),
);
const HERE_STRING = lazy(() => new RegExp(String.raw`[^\r\n|;&<]{0,120}<<<[ \t]{0,3}${VALUE}`, 'y'));

/** Commands that read a secret from a text behind `<<<`, and options that take a file of one. */
const READS =
  /\b(?:cryptsetup|kinit|su|(?:gh|wrangler|fly|flyctl|vercel)\b[^\r\n|;&]{0,16}\b(?:secrets?|env)\b)[^\r\n|;&<]{0,120}$/;
const READS_FILE = /(?:key|pass(?:word|phrase|wd)?|secret|token)(?:[_-]?file)?[ \t=]{1,3}$/i;
const FED = lazy(
  () => new RegExp(`<(?:<<[ \\t]{0,3}|\\((?:echo|printf)[ \\t]{1,3}(?:-n[ \\t]{1,3})?)${VALUE}(?<!\\))`, 'y'),
);

function* fedAt(text: string, index: number): Generator<Range> {
  const match = matchAt(FED(), text, index);
  const reads = text[index + 1] === '(' ? READS_FILE : READS;
  const range = match !== null && reads.test(textBefore(text, index, 160)) ? rangeOf(match, index) : undefined;
  if (range !== undefined) yield range;
}

function* inputAt(text: string, index: number, shown: string): Generator<Range> {
  const before = textBefore(text, index, 400);
  const written = WRITTEN().exec(before);
  const range = written && rangeOf(written, index - before.length + written.index);
  if (range) {
    // The password of a user: `ann:…`.
    const name = shown === 'passwd' ? text.slice(range.start, range.end).indexOf(':') + 1 : 0;
    yield { start: range.start + name, end: range.end };
  }
  const here = matchAt(HERE_STRING(), text, index + shown.length);
  const behind = here && rangeOf(here, here.index);
  if (behind) yield behind;
}

function* found(text: string): Generator<Range> {
  for (const { 0: shown, index } of text.matchAll(TRIGGER())) {
    if (shown.startsWith('<')) yield* fedAt(text, index);
    if (READER.test(shown)) yield* inputAt(text, index, shown);
    const before = textBefore(text, index, 240);
    for (const { before: command, then, isWeak } of FORMS()) {
      const match = matchAt(then, text, index);
      if (match === null || !command.test(before)) continue;
      const range = rangeOf(match, match.index, isWeak);
      if (range !== undefined) yield range;
      break;
    }
  }
}

export const COMMAND_ARGUMENTS: SecretForm = { hints: HINTS, find: found };
