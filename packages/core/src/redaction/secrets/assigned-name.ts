/** The name before a sign, read backwards: `user.password=…`, `"apiKey": …`, `API key: …`. */

import { lazy } from '@spanline/record';
import { textBefore } from '../lines.ts';
import { wordsOf } from './secret-names.ts';
import { PARAMETERS } from './secret-words.ts';

/** The name before a sign: `user.password=…`, `"apiKey": …`. */
export interface Named {
  readonly name: string;
  readonly isQuoted: boolean;
  /** Where the name begins, with its quotes. */
  readonly start: number;
}

const MAX_SPACES = 3;
const MAX_QUOTES = 8;
const MAX_NAME = 128;
const isQuote = (character: string): boolean => '"\'`\\\\'.includes(character);
const isNamePart = (code: number): boolean =>
  code > 127 ||
  (code > 47 && code < 58) ||
  (code > 63 && code < 91) ||
  (code > 96 && code < 123) ||
  [36, 45, 46, 95].includes(code);

/** The place before at most `max` characters in front of `end`. */
function skipBack(text: string, end: number, max: number, isSkipped: (character: string) => boolean): number {
  let start = end;
  while (start > 0 && end - start < max && isSkipped(text.charAt(start - 1))) start--;
  return start;
}

export function nameBefore(text: string, sign: number): Named {
  const spaces = skipBack(text, sign, MAX_SPACES, (character) => /\s/.test(character));
  const end = skipBack(text, spaces, MAX_QUOTES, (character) => isQuote(character) || '[]'.includes(character));
  let start = end;
  while (start > 0 && end - start < MAX_NAME && isNamePart(text.charCodeAt(start - 1))) start--;
  const opening = skipBack(text, start, MAX_QUOTES, isQuote);
  return { name: text.slice(start, end), isQuoted: end < spaces && opening < start, start: opening };
}

const WORDS = lazy(() => new RegExp(String.raw`(?:[\p{L}\p{M}\p{N}]{1,20}(?:[ '’-]|$)){0,4}$`, 'u'));

/** The last words before a colon: `API key: …`. */
export function wordsBefore(text: string, { name, start }: Named): string {
  return `${WORDS().exec(textBefore(text, start, 84))?.[0] ?? ''} ${name}`;
}

const PARAMETER_START = /[?&;]$/;

export function isParameter(text: string, { name, start }: Named): boolean {
  return PARAMETER_START.test(text.charAt(start - 1)) && PARAMETERS().has(wordsOf(name).at(-1) ?? '');
}

export function isSignature({ name }: Named): boolean {
  return wordsOf(name).at(-1) === 'signature';
}
