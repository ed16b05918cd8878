/**
 * Passwords behind words of a command: `vault login …`, `bw unlock …`, `composer config http-basic.host user …`,
 * `kubectl create secret … --from-literal=name=…`.
 */

import { lazy } from '@spanline/record';
import { type Hint, patternOf } from '../hints.ts';
import { matchAt, textBefore } from '../lines.ts';
import type { Range } from '../rule.ts';
import { type Form, form, rangeOf, VALUE } from './command-form.ts';
import type { SecretForm } from './secret-form.ts';
import { isPlaceholder, isReplaced } from './secret-values.ts';

/** Options before an argument. */
const OPTIONS = '(?: --?[A-Za-z][\\w-]{0,31}(?:=[^\\s"\']{1,128})?){0,4}';

/**
 * Commands, as patterns of {@link form}. A `@` stands before the letter that they are found by, which is rare in prose,
 * and `~` for options.
 */
const COMMANDS: readonly string[] = [
  '@vault login~ #',
  '@cargo login~ #',
  'wand@b login~ #',
  'sny@k auth~ #',
  '@bw unlock~ #',
  '@bw login W #',
  'ngro@k (?:config )?(?:add-)?authtoken~ #',
  '@cloudflared service install~ #',
  'nuget seta@pikey~ #',
  '@pulumi config set~ (?<=--secret[^\\n]{1,80})W~ #',
  'user-se@crets set~ W #',
  '@composer config~ http-basic\\.[^\\s"\']{1,128} W #',
  '@poetry config~ http-basic\\.[^\\s"\']{1,128} W #',
  '@poetry config~ pypi-token\\.[^\\s"\']{1,128} #',
  'nm@cli * password #!',
  'gh se@cret set * --body(?: |=)#',
  'iw@config W key (?:s:)?#',
];

/** Commands with pairs of a name and a secret behind them: `fly secrets set A=… B=…`. */
const SETS: readonly string[] = ['se@crets set', 'se@crets import', '@kv put', '@kv patch', 'se@cret generic'];

/** Programs of these commands. */
export const PROGRAMS: readonly string[] = COMMANDS.map((command) => command.replace('@', '').split(/[ ~]/)[0] ?? '');

const parts = (command: string): readonly [string, string, string] => {
  const [before = '', behind = ''] = command.split('@');
  return [before, behind.charAt(0), behind.slice(1)];
};

const FORMS = lazy((): readonly Form[] =>
  COMMANDS.map((command) => {
    const [before, letter, behind] = parts(command);
    return form(
      before === '' ? '(?:^|[^\\w])' : `\\b${before}`,
      `${letter}${behind.replace('!', '').replaceAll('~', OPTIONS).replaceAll('#', '(?!-)#')}`,
      behind.endsWith('!') ? undefined : true,
    );
  }),
);

/** The hint of a command: the rest of its word behind the letter. */
function hintOf(command: string): Hint {
  const [before, letter, behind] = parts(command);
  const rest = /^[\w-]*/.exec(behind)?.[0] ?? '';
  return { on: `${letter}${letter.toUpperCase()}`, then: `${rest}(?<=\\b${before}${letter}${rest})(?=["' ])` };
}

const HINTS = lazy((): readonly Hint[] => [...COMMANDS, ...SETS].map(hintOf));
const TRIGGER = lazy(() => patternOf(HINTS(), 'g'));

const IS_SET = lazy(() => new RegExp(`(?:${SETS.map((set) => set.replace('@', '')).join('|')})$`));
const PAIRS = /(?:["' ]|,)[^\r\n|;&]{0,1024}/y;
const PAIR = lazy(() => new RegExp(`(?<=[\\s"',]|--from-literal=)(?!-)[\\w.-]{1,64}=${VALUE}`, 'g'));

/** Secrets in the pairs behind a command, whatever they are called. */
function* pairsAt(text: string, index: number): Generator<Range> {
  const line = matchAt(PAIRS, text, index)?.[0] ?? '';
  for (const pair of line.matchAll(PAIR())) {
    const { quoted, bare = '' } = pair.groups ?? {};
    const value = quoted ?? bare;
    const start = index + pair.index + pair[0].lastIndexOf(value);
    if (value.length >= 3 && !isPlaceholder(value) && !isReplaced(value)) yield { start, end: start + value.length };
  }
}

function* found(text: string): Generator<Range> {
  for (const { 0: shown, index } of text.matchAll(TRIGGER())) {
    const before = textBefore(text, index, 240);
    const words = /^\S+ \w+/.exec(text.slice(index, index + 48).replaceAll(/["',\s]+/g, ' '))?.[0] ?? '';
    if (IS_SET().test(before.slice(-8) + words)) yield* pairsAt(text, index + shown.length);
    for (const { before: command, then, isWeak } of FORMS()) {
      const match = matchAt(then, text, index);
      const range = match !== null && command.test(before) ? rangeOf(match, match.index, isWeak) : undefined;
      if (range === undefined) continue;
      yield range;
      break;
    }
  }
}

export const COMMAND_WORDS: SecretForm = { hints: HINTS, find: found };
