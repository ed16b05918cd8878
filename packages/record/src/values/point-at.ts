/** Shows where a text is wrong: one line of it, and a line with carets below. */

import { lazy } from './lazy.ts';

/** Characters of the text around the error that are shown. */
const SHOWN = 76;
const CUT = '…';

const INVISIBLE = lazy(() => new RegExp(String.raw`[\p{C}\p{Z}]`, 'gu'));

/** Characters that a terminal would act on become spaces. */
export function oneLine(text: string): string {
  return text.replaceAll(INVISIBLE(), (found) => ' '.repeat(found.length));
}

/**
 * One line of a text around an error, and a line with carets below. Control characters become spaces.
 *
 * @param at - first character that is wrong, counted from 0 in UTF-16 units
 * @param length - characters that are wrong
 */
export function pointAt(text: string, at: number, length: number = 1): string {
  const from = Math.max(0, Math.min(at - SHOWN / 2, text.length - SHOWN));
  const before = from > 0 ? CUT : '';
  const after = from + SHOWN < text.length ? CUT : '';
  const shown = oneLine(text.slice(from, from + SHOWN));
  const room = SHOWN - (at - from) + 1;
  const carets = '^'.repeat(Math.max(1, Math.min(length, room)));
  return `  ${before}${shown}${after}\n  ${' '.repeat(before.length + at - from)}${carets}`;
}
