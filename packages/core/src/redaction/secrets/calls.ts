/** Secrets that a call sets under a name: `setenv('API_KEY', '…')`, `headers.set("X-Api-Key", "…")`. */

import { lazy } from '@spanline/record';
import { type Hint, patternOf } from '../hints.ts';
import { matchAt } from '../lines.ts';
import type { Range } from '../rule.ts';
import type { SecretForm } from './secret-form.ts';
import { isSecretName } from './secret-names.ts';
import { isPlaceholder, isReplaced } from './secret-values.ts';

const HINTS = lazy((): readonly Hint[] => [
  {
    on: '(',
    then: `(?<=(?:[sS]et|[pP]ut|[dD]efine|[aA]ppend|[aA]dd|[hH]eader|[eE]nv|Item|Property|Header|Variable|Cookie|Secret)\\()\\s{0,3}["'\`][\\w.:-]{1,64}["'\`]\\s{0,3},\\s{0,3}["'\`]`,
  },
]);
const TRIGGER = lazy(() => patternOf(HINTS(), 'g'));
const CALL =
  /\(\s{0,3}["'`](?<name>[\w.:-]{1,64})["'`]\s{0,3},\s{0,3}(?<quote>["'`])(?<value>[^"'`\r\n]{1,4096})\k<quote>/y;

function* found(text: string): Generator<Range> {
  for (const { index } of text.matchAll(TRIGGER())) {
    const call = matchAt(CALL, text, index);
    const { name = '', value = '' } = call?.groups ?? {};
    if (call === null || !isSecretName(name) || isPlaceholder(value) || isReplaced(value)) continue;
    const end = index + call[0].length - 1;
    yield { start: end - value.length, end };
  }
}

export const CALLS: SecretForm = { hints: HINTS, find: found };
