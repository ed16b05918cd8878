/** Lines of the application, each in the span that it stands in. */

import type { EventRow, TraceAnswer } from '../../src/contract/index.ts';
import type { SiblingTree } from './sibling-tree.ts';

/** Lines by the span that they stand in, by place; of none, under -1. Each list is in the order of time. */
export type LinesBySpan = ReadonlyMap<number, readonly EventRow[]>;

/**
 * A line stands in the span that wrote it, or else in a root that was open: of those that had begun, the one that ended
 * last.
 */
export function linesBySpan({ spans, events }: TraceAnswer, tree: SiblingTree): LinesBySpan {
  const bySpan = new Map<number, EventRow[]>();
  if (events.length === 0) return bySpan;
  const places = new Map(spans.map(({ spanId }, index) => [spanId, index]));
  const startOf = (index: number | undefined): number => spans[index ?? -1]?.fromMs ?? 0;
  const endOf = (index: number): number => startOf(index) + (spans[index]?.durationMs ?? 0);
  const roots: number[] = [];
  for (let root = tree.firstChild(-1); root >= 0; root = tree.nextSibling(root)) roots.push(root);
  const begins = roots.toSorted((a, b) => startOf(a) - startOf(b));
  let begun = 0;
  let open = -1;
  for (const event of events.toSorted((a, b) => a.atMs - b.atMs)) {
    for (; begun < begins.length && startOf(begins[begun]) <= event.atMs; begun++) {
      const root = begins[begun] ?? -1;
      if (open < 0 || endOf(root) > endOf(open)) open = root;
    }
    const root = open >= 0 && endOf(open) >= event.atMs ? open : -1;
    const place = places.get(event.spanId ?? '') ?? root;
    const known = bySpan.get(place);
    if (known === undefined) bySpan.set(place, [event]);
    else known.push(event);
  }
  return bySpan;
}
