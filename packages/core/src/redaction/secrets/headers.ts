/**
 * Credentials that a header or a command says to be some: `Authorization: <scheme> …` (RFC 9110), `Cookie: …` and
 * `Set-Cookie: …` (RFC 6265), `Bearer …` anywhere, `curl -u user:password`.
 */

import { lazy } from '@spanline/record';
import { anyCase, anyEnding } from '../any-case.ts';
import { type Hint, patternOf } from '../hints.ts';
import { matchAt, textBefore } from '../lines.ts';
import type { Range, Rule } from '../rule.ts';
import { isNoWord, isPlaceholder } from './secret-values.ts';

const HEADERS = ['authorization', 'cookie'];
const HINTS = lazy((): readonly Hint[] => [
  { on: ':', then: `(?<=${anyEnding(HEADERS)}[\\\\"']{0,4}:)` },
  { on: 'bB', then: `(?:${anyCase('earer')}|${anyCase('asic')}) {1,3}[A-Za-z0-9._~+/=-]{12}` },
  // `-u` of curl, also behind other letters: `-su`, and `-U` of its proxy.
  {
    on: '\\-',
    then: '(?<=[\\s"\']-)(?:[A-Za-z]{0,8}[uU]|-(?:proxy-)?user)(?:["\']\\s{0,3},\\s{0,3}|[= ]{0,3})["\']?[^\\s:"\']{0,128}:',
  },
]);
const TRIGGER = lazy(() => patternOf(HINTS(), 'g'));

const HEADER = /(?<before>\\{0,3}["']?)(?<name>authorization|set-cookie|cookie)[\\"']{0,4}$/i;
const OPENED = /[ \t]{0,4}(?<quote>(?:\\{0,3}["'])?)/y;
const LINE = /[^\r\n]{0,8192}/y;
/** A scheme, and either one token or parameters that are separated by commas. */
const SCHEME = /^(?<scheme>[A-Za-z][\w-]{1,40}) +(?<rest>\S.*)$/s;
const KNOWN =
  /^(?:basic|bearer|digest|token|apikey|api-key|key|bot|negotiate|ntlm|dpop|gnap|hawk|mac|hmac|oauth|signature|vapid|scram-sha-\d+|aws4-\S+|aws|sharedkey(?:lite)?|sharedaccesssignature|ssws|geniekey|googlelogin|splunk|private-token|nkey|jwt)/i;
const PARAMETERS = /^[\w-]+ ?= ?\S/;
const TOKEN = /^[\w.~+/=:|!$-]{4,4096}/;
const COOKIE_PAIR = /(?<name>[^;\s=]{1,256})=(?<cookie>[^;\s]{1,4096})/g;
const ATTRIBUTE = /^(?:path|domain|expires|max-age|samesite|version|priority)$/i;
const SPOKEN_TOKEN = /\w{5,6} {1,3}(?<value>[A-Za-z0-9._~+/=-]{12,4096})/y;
const USER =
  /[A-Za-z-]{1,12}(?:["']\s{0,3},\s{0,3}(?=["'])|[= ]{0,3})(?:(?<quote>["'])[^:"']{0,128}:(?<quoted>[^"']{1,256})\k<quote>|[^\s:"']{0,128}:(?<bare>[^\s"']{1,256}))/y;
const COMMAND = /\bcurl\b/;
const MAX_COMMAND = 1024;

function lengthOfToken(value: string): number {
  const token = TOKEN.exec(value)?.[0].replace(/[.:]+$/, '') ?? '';
  return (isNoWord(token) || token.length >= 20) && !isPlaceholder(token) ? token.length : 0;
}

function* authorization(value: string, start: number): Generator<Range> {
  const { scheme = '', rest = '' } = SCHEME.exec(value)?.groups ?? {};
  const isScheme = KNOWN.test(scheme);
  if (rest === '' || !isScheme) {
    const length = rest === '' || isNoWord(scheme) ? lengthOfToken(value) : 0;
    if (length > 0) yield { start, end: start + length };
    return;
  }
  const from = start + value.length - rest.length;
  if (PARAMETERS.test(rest) && !/^[\w+/.~-]+={1,2}(?:\s|$)/.test(rest)) {
    yield { start: from, end: from + rest.trimEnd().length };
    return;
  }
  const length = lengthOfToken(rest);
  if (length > 0) yield { start: from, end: from + length };
}

function* cookies(value: string, start: number): Generator<Range> {
  for (const { 0: pair, index, groups } of value.matchAll(COOKIE_PAIR)) {
    const { name = '', cookie = '' } = groups ?? {};
    const end = start + index + pair.length;
    if (!ATTRIBUTE.test(name) && !isPlaceholder(cookie)) yield { start: end - cookie.length, end };
  }
}

/** The value of a header: up to the quote that it or the whole header is in, else the rest of the line. */
function headerValue(text: string, start: number, quote: string): string {
  const line = matchAt(LINE, text, start)?.[0] ?? '';
  const end = quote === '' ? -1 : line.indexOf(quote);
  // A quote behind `=` is one of a parameter, such as `username="anna"`.
  return end < 0 || line[end - 1] === '=' ? line : line.slice(0, end);
}

/** A header in a text. */
interface Header {
  readonly name: string;
  readonly value: string;
  readonly start: number;
}

function headerAt(text: string, colon: number): Header | undefined {
  const header = HEADER.exec(textBefore(text, colon, 40));
  const opened = matchAt(OPENED, text, colon + 1);
  if (header === null || opened === null) return undefined;
  const { name = '', before = '' } = header.groups ?? {};
  const start = opened.index + opened[0].length;
  return { name, start, value: headerValue(text, start, opened.groups?.['quote'] || before) };
}

function* spokenAt(text: string, index: number): Generator<Range> {
  const match = matchAt(SPOKEN_TOKEN, text, index);
  const value = match?.groups?.['value'] ?? '';
  if (match === null || !(/\d|=$/.test(value) || /[a-z][A-Z]/.test(value))) return;
  yield { start: match.index + match[0].length - value.length, end: match.index + match[0].length };
}

function* userAt(text: string, index: number): Generator<Range> {
  const match = matchAt(USER, text, index + 1);
  if (match === null || !COMMAND.test(textBefore(text, index, MAX_COMMAND))) return;
  const { quoted, bare = '' } = match.groups ?? {};
  const value = quoted ?? bare;
  const end = match.index + match[0].length - (quoted === undefined ? 0 : 1);
  // An address may stand behind a user without a password.
  if (!isPlaceholder(value) && !value.startsWith('//')) yield { start: end - value.length, end };
}

export const CREDENTIAL: Rule = {
  name: 'CREDENTIAL',
  credential: true,
  hints: HINTS,
  *find(text) {
    let readTo = 0;
    for (const { 0: match, index } of text.matchAll(TRIGGER())) {
      const header = match === ':' && index >= readTo ? headerAt(text, index) : undefined;
      if (header !== undefined) {
        const { name, value, start } = header;
        readTo = start + value.length;
        yield* /cookie/i.test(name) ? cookies(value, start) : authorization(value, start);
      } else if (match.startsWith('-')) yield* userAt(text, index);
      else if (match !== ':') yield* spokenAt(text, index);
    }
  },
};
