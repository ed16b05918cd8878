/** The steps of a trace that stand out. */

import type { SpanRow, TraceAnswer } from '../../contract/index.ts';
import { present } from './present.ts';

/** Places of the spans that have a badge. */
export function badgesOf(spans: readonly SpanRow[]): Pick<TraceAnswer, 'slowest' | 'costliest'> {
  let [slowest, costliest, mostMs, mostUsd] = [-1, -1, 0, 0];
  // Of two spans neither stands out.
  if (spans.length > 2)
    for (let place = 0; place < spans.length; place++) {
      const { parent, selfMs = 0, costUsd = 0 } = spans[place] ?? {};
      if (parent !== undefined && selfMs > mostMs) [slowest, mostMs] = [place, selfMs];
      if (costUsd > mostUsd) [costliest, mostUsd] = [place, costUsd];
    }
  const place = (at: number): number | undefined => (at < 0 ? undefined : at);
  return present({ slowest: place(slowest), costliest: place(costliest) });
}
