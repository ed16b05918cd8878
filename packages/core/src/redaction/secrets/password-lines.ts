/** Lines of files of passwords: `host:port:database:user:password` (.pgpass). */

import { lazy } from '@spanline/record';
import { type Hint, patternOf } from '../hints.ts';
import { matchAt, textBefore } from '../lines.ts';
import type { Range } from '../rule.ts';
import type { SecretForm } from './secret-form.ts';
import { isNoWord, isPlaceholder, isReplaced } from './secret-values.ts';

const FIELD = String.raw`[^\s:"'\\]{1,64}`;
const HINTS = lazy((): readonly Hint[] => [{ on: ':=', then: String.raw`(?:\d{2,5}|\*):${FIELD}:${FIELD}:[^\s:]` }]);
const TRIGGER = lazy(() => patternOf(HINTS(), 'g'));

const LINE =
  /:(?<port>\d{2,5}|\*):(?<database>[^\s:"'\\]{1,64}):(?<user>[^\s:"'\\]{1,64}):(?<value>(?:[^\s:"'\\]|\\.){1,256})(?=\r?\n|["']|\\n|$)/y;
const HOST = /(?:^|[\n"'\s]|\\n)[\w*.-]{1,255}$/;
/** Ports of PostgreSQL and PgBouncer, or any one. */
const PORT = /^(?:543\d|6432|\*)$/;

function* found(text: string): Generator<Range> {
  for (const { index } of text.matchAll(TRIGGER())) {
    const line = matchAt(LINE, text, index);
    const { port = '', database = '', user = '', value = '' } = line?.groups ?? {};
    if (line === null || !HOST.test(textBefore(text, index, 256))) continue;
    if (/^\d+$/.test(database) || /^\d+$/.test(user) || isPlaceholder(value) || isReplaced(value)) continue;
    const end = index + line[0].length;
    if (PORT.test(port) || isNoWord(value)) yield { start: end - value.length, end };
  }
}

export const PASSWORD_LINES: SecretForm = { hints: HINTS, find: found };
