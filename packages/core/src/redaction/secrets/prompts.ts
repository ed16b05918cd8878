/** Answers to a prompt for a password in scripts: `expect "Password:"`, `send "…\r"` (Tcl, Python). */

import { lazy } from '@spanline/record';
import { type Hint, patternOf } from '../hints.ts';
import { matchAt } from '../lines.ts';
import type { Range } from '../rule.ts';
import type { SecretForm } from './secret-form.ts';
import { isPlaceholder, isReplaced } from './secret-values.ts';

const HINTS = lazy((): readonly Hint[] => [
  { on: 'pP', then: String.raw`ect(?<=\bexpect)(?:\(|[ \t]{1,3}(?=["'{-]))` },
]);
const TRIGGER = lazy(() => patternOf(HINTS(), 'g'));

/** The prompt, and the first text that is sent behind it. */
const ANSWER =
  /pect[ \t(][^\r\n]{0,48}?(?:\r?\n[^\r\n]{0,48}?)?ass(?:word|phrase|code)[^\r\n(]{0,64}?(?:\r?\n[ \t]{0,16}[^\r\n(]{0,16}?)?\bsend(?:line)?(?:[ \t]{1,3}--)?[ \t(]{1,3}\\?["'{](?<value>[^"'{}\r\n\\]{1,256})(?:\\{1,4}[rn]){0,2}\\?["'}]/iy;

function* found(text: string): Generator<Range> {
  for (const { index } of text.matchAll(TRIGGER())) {
    const answer = matchAt(ANSWER, text, index);
    const { value = '' } = answer?.groups ?? {};
    if (answer === null || isPlaceholder(value) || isReplaced(value)) continue;
    const start = index + answer[0].lastIndexOf(value);
    yield { start, end: start + value.length };
  }
}

export const PROMPTS: SecretForm = { hints: HINTS, find: found };
