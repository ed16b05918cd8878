/**
 * Secrets in elements of XML, by their own names or those in an attribute, `<wsse:Password Type="…">…</wsse:Password>`,
 * `<entry key="password">…</entry>`, and in parts of a form (RFC 7578).
 */

import { lazy } from '@spanline/record';
import { anyCase } from '../any-case.ts';
import { type Hint, patternOf } from '../hints.ts';
import { matchAt } from '../lines.ts';
import type { Range } from '../rule.ts';
import { isAboutSecret } from './about-secrets.ts';
import type { SecretForm } from './secret-form.ts';
import { isSecretName } from './secret-names.ts';
import { isPlaceholder, isReplaced } from './secret-values.ts';

const PARTS_OF_NAMES = ['pass', 'pwd', 'secret', 'token', 'key', 'auth', 'cred', 'pin', 'otp', 'cvv', 'cookie', 'jwt'];
/** An element whose name is in an attribute. */
const NAMED = `(?=[\\w:.-]{1,32}\\s(?:[^<>]{0,64}\\s)?(?:name|key|id)=["'][^"'<>]{2,64}["'])`;
const HINTS = lazy((): readonly Hint[] => [
  { on: '<', then: `(?=[^\\s<>/"'=]{0,64}(?:[^\\u0000-\\u007f]|${PARTS_OF_NAMES.map(anyCase).join('|')}))` },
  { on: '<', then: NAMED },
  { on: '=', then: `(?<=[; ]name=)"?[^"\\s;]{1,64}"?[ \\t]{0,4}\\r?\\n` },
]);
const TRIGGER = lazy(() => patternOf(HINTS(), 'g'));

/** The closing tag distinguishes an element from a placeholder: `login <user> <password> now`. */
const ELEMENT =
  /<(?<tag>(?:[\w.-]{1,64}:)?(?<name>[^\s<>/:"'=]{1,64}))(?<attributes>\s[^<>]{0,512})?>(?:\s{0,64}<!\[CDATA\[(?<data>[^<\]]{1,4096})\]\]>|(?<value>[^<]{1,4096}))\s{0,64}<\/\k<tag>\s{0,8}>/y;
const NAME_ATTRIBUTE = /\s(?:name|key|id)=["'](?<name>[^"'<>]{2,64})["']/;
const PART =
  /="?(?<name>[^"\s;]{1,64})"?[ \t]{0,4}\r?\n(?:[\w-]{1,64}:[^\r\n]{0,256}\r?\n){0,4}\r?\n(?<value>[^\r\n]{1,4096})/y;

function* found(text: string): Generator<Range> {
  for (const { 0: match, index } of text.matchAll(TRIGGER())) {
    const place = matchAt(match === '<' ? ELEMENT : PART, text, index);
    const { name = '', attributes = '', data, value = data ?? '' } = place?.groups ?? {};
    if (place === null || value.trim() === '') continue;
    const secret = [name, NAME_ATTRIBUTE.exec(attributes)?.groups?.['name'] ?? ''].find(isSecretName);
    if (secret === undefined || isAboutSecret(value.trim(), secret)) continue;
    if (isPlaceholder(value.trim()) || isReplaced(value.trim())) continue;
    const start = index + place[0].lastIndexOf(value);
    yield { start, end: start + value.length };
  }
}

export const ELEMENTS: SecretForm = { hints: HINTS, find: found };
