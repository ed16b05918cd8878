/** Commands whose arguments are a password by their place, as patterns. */

import type { Range } from '../rule.ts';
import { isNoWord, isPlaceholder, isReplaced } from './secret-values.ts';

/** Spaces between arguments, or the signs between them in a list: `["htpasswd", "-b", …`. */
export const SPACE = String.raw`(?:["']\s{0,3},\s{0,3}["']|[ \t]{1,3})`;
const WORD = String.raw`(?:"[^"\r\n]{1,256}"|'[^'\r\n]{1,256}'|[^\s"'|;&,]{1,256})`;
export const VALUE = String.raw`(?:(?<quote>["'])(?<quoted>[^"'\r\n]{1,256})\k<quote>|(?<bare>[^\s"'|;&<>]{1,256}))`;
/** Any arguments before a place. */
const ANY = String.raw`[^\r\n|;&]{0,200}?`;

/** A command, or an option of it. */
export interface Form {
  /** Stands in front of the hint. */
  readonly before: RegExp;
  /** From the beginning of the hint to the end of the password. */
  readonly then: RegExp;
  /** The argument may be another thing, so that it has to look like no word. */
  readonly isWeak?: true;
}

/**
 * A form, as patterns with signs for the parts of a command: a space is one between arguments, `W` an argument, `*` any
 * arguments, `#` the password.
 */
export function form(before: string, then: string, isWeak?: true): Form {
  const source = (pattern: string): string =>
    pattern.replaceAll(/[ W*#]/g, (sign) => ({ ' ': SPACE, W: WORD, '*': ANY, '#': VALUE })[sign] ?? sign);
  return {
    before: new RegExp(`${source(before)}$`),
    then: new RegExp(source(then), 'y'),
    ...(isWeak === undefined ? {} : { isWeak }),
  };
}

/** The password in a match. */
export function rangeOf(match: RegExpExecArray, start: number, isWeak = false): Range | undefined {
  const { quoted, bare = '' } = match.groups ?? {};
  const value = quoted ?? bare;
  if (
    value.length < 3 ||
    isPlaceholder(value) ||
    isReplaced(value) ||
    (isWeak && quoted === undefined && !isNoWord(value))
  )
    return undefined;
  const from = start + match[0].lastIndexOf(value);
  return { start: from, end: from + value.length };
}
