/**
 * Passwords in addresses: `postgres://app:p@ss/word@db/main`. People do not escape them, so that any character may be
 * in one.
 */

import { matchAt } from '../lines.ts';
import { matching, type Range, type Rule } from '../rule.ts';

const START = /:\/\/(?=[^\s:@/?#]{0,128}:[^\s]{1,256}@)/g;
const USER = /[^\s:@/?#"'`]{0,128}:/y;
const UNQUOTED = /[^\s"'`<>\0]{1,512}/y;
const UNBROKEN = /[^\s\0]{1,512}/y;
/** Addresses of databases and queues, where no page is meant: their passwords may have spaces. */
const SPACED =
  /(?:postgres(?:ql)?|mysql|mariadb|mongodb(?:\+srv)?|rediss?|amqps?|sqlserver|mssql|clickhouse|ldaps?|s?ftp|smtps?):\/\/[^\s:@/?#]{0,128}:(?!\d{1,5}[\s/])(?<value>[^\s@"'`<>]{1,64}(?: [^\s@"'`<>]{1,64}){1,6})@(?=[\w.-]{1,128}(?::\d{1,5})?\/)/g;
/** A port and what follows: there is no user. */
const PORT = /^\d{1,5}(?:[/?#]|$)/;
/** A host behind an `@`: what it has to look like if more such signs follow. */
const HOST =
  /^(?:\[[\da-f:.]+\]|[a-z\d](?:[\w-]*[a-z\d])?(?:\.[a-z\d](?:[\w-]*[a-z\d])?)+|localhost|[a-z\d][\w-]*(?=:\d))(?::\d{1,5})?(?:[/?#,;)\]}"'`]|$)/i;
const ANY_HOST = /^(?:\[[\da-f:.]+\]|[\w.-]+)(?::\d{1,5})?(?:[/?#,;)\]}"'`<>|&]|$)/i;

/**
 * Length of the password at the beginning of `rest`: up to the first sign before a host, else up to the last one before
 * a name.
 */
function passwordLength(rest: string): number | undefined {
  let last: number | undefined;
  for (let at = rest.indexOf('@', 1); at > 0; at = rest.indexOf('@', at + 1)) {
    const host = rest.slice(at + 1, at + 257);
    if (HOST.test(host)) return at;
    if (ANY_HOST.test(host)) last = at;
  }
  return last;
}

function* passwordsIn(text: string): Generator<Range> {
  for (const { index } of text.matchAll(START)) {
    const user = matchAt(USER, text, index + 3);
    if (user === null) continue;
    const start = user.index + user[0].length;
    const unquoted = matchAt(UNQUOTED, text, start)?.[0] ?? '';
    if (PORT.test(unquoted)) continue;
    const length = passwordLength(unquoted) ?? passwordLength(matchAt(UNBROKEN, text, start)?.[0] ?? '');
    if (length !== undefined) yield { start, end: start + length };
  }
}

const spacedPasswords = matching(() => SPACED);

/** Without a scheme: MySQL's form of Go, `app:pass@tcp(db)/main`, and a host with a port, `app:pass@db:5432/x`. */
const SCHEMELESS =
  /(?<![\w.:/@+-])[\w.-]{1,64}:(?<value>[^\s:@/"'`<>]{3,128})@(?:(?:tcp|unix)\(|[\w-]{1,63}(?:\.[\w-]{1,63}){0,8}:\d{2,5}(?:[/?\s]|$))/g;
const schemelessPasswords = matching(() => SCHEMELESS);
/** The host of the database is a parameter, or the one that the driver takes by itself. */
const WITHOUT_HOST = /:\/\/[^\s:@/?#]{0,128}:(?<value>[^\s@/]{1,256})@(?=\/)/g;
const hostlessPasswords = matching(() => WITHOUT_HOST);

export const CONNECTION_STRING: Rule = {
  name: 'CONNECTION_STRING',
  credential: true,
  hints: () => [
    { on: ':', then: '//[^\\s:@/?#]{0,128}:(?:[^\\s]{1,256}|[^\\s@]{1,64}(?: [^\\s@]{1,64}){1,6})@|(?<=thin:)' },
    { on: '@', then: '(?:(?:tcp|unix)\\(|(?<=[\\w.-]:[^\\s:@/]{3,128}@)[\\w.-]{1,128}:\\d{2,5})' },
  ],
  *find(text) {
    yield* passwordsIn(text);
    yield* spacedPasswords(text);
    yield* hostlessPasswords(text);
    yield* schemelessPasswords(text);
    for (const match of text.matchAll(/jdbc:oracle:thin:[^/\s@]{1,128}\/(?<value>[^\s@]{1,256})@/g)) {
      const end = match.index + match[0].length - 1;
      yield { start: end - (match.groups?.['value']?.length ?? 0), end };
    }
  },
};
