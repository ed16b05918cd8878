/** Names of steps or scores that a log has, for a question with a name that it does not have. */

import { nearest } from '@spanline/record';
import type { UnknownName } from './explanation.ts';

/** Most names that are held, and the longest. */
const MAX_NAMES = 10_000;
const MAX_LENGTH = 200;
/** Names that an answer lists. */
const MAX_LISTED = 10;

/** Names, counted. */
export interface KnownNames {
  add(name: string): void;
  /** The name of the question. `undefined` if one of those that were added fits it. */
  unknown(): UnknownName | undefined;
}

/**
 * Creates a counter of names.
 *
 * @param name - the name of the question; `undefined` if it has none
 * @param fits - tests whether a name is meant by it
 */
export function createKnownNames(
  kind: UnknownName['kind'],
  name: string | undefined,
  fits: (known: string) => boolean,
): KnownNames {
  const counts = new Map<string, number>();
  let isKnown = name === undefined;
  return {
    add(known) {
      if (isKnown) return;
      const count = counts.get(known) ?? 0;
      if (count === 0) {
        isKnown = fits(known);
        if (isKnown || counts.size >= MAX_NAMES || known.length > MAX_LENGTH) return;
      }
      counts.set(known, count + 1);
    },
    unknown() {
      if (name === undefined || isKnown) return undefined;
      const byCount = [...counts].toSorted(([, a], [, b]) => b - a).map(([known]) => known);
      const suggestion = nearest(name, byCount);
      return { kind, name, known: byCount.slice(0, MAX_LISTED), ...(suggestion === undefined ? {} : { suggestion }) };
    },
  };
}
