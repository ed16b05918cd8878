/** How many rows an answer has. */

import { fail } from '../fail.ts';

/** Reads `--limit`. @throws SpanlineError `ERR_INVALID_OPTION` if it is no whole number from 1 */
export function limitOf(given: string | undefined, usual: number): number {
  if (given === undefined) return usual;
  const limit = Number(given);
  return Number.isInteger(limit) && limit >= 1 ? limit : fail('--limit', 'a whole number, at least 1');
}

/** The sentence below a list that was cut. */
export function cutNote(shown: number, total: number, what: string): string {
  return shown < total ? `${shown} of ${total} ${what}; --limit ${total} shows all` : '';
}
