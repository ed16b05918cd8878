/** The steps of a trace that stand out. */

import type { SpanRow } from '../../src/contract/index.ts';

/** Places of the spans that have a badge; -1 for none. */
export interface Badges {
  /** The step with the most time of its own. A root is no step. */
  readonly slowest: number;
  readonly costliest: number;
}

export function badgesOf(spans: readonly SpanRow[]): Badges {
  let [slowest, costliest, mostMs, mostUsd] = [-1, -1, 0, 0];
  // Of two spans neither stands out.
  if (spans.length > 2)
    for (let place = 0; place < spans.length; place++) {
      const { parent, selfMs = 0, costUsd = 0 } = spans[place] ?? {};
      if (parent !== undefined && selfMs > mostMs) [slowest, mostMs] = [place, selfMs];
      if (costUsd > mostUsd) [costliest, mostUsd] = [place, costUsd];
    }
  return { slowest, costliest };
}
