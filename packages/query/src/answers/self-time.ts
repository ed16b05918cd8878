/** Self time: the wall time during which a span had no open child. */

/** A span as far as self time needs it. Times in milliseconds. */
export interface TimedSpan {
  readonly id: string | number;
  readonly parent: string | number | undefined;
  readonly start: number;
  readonly end: number;
}

/** Wall time of a span that its children cover. They must be sorted by their start. */
function covered({ start, end }: TimedSpan, children: readonly TimedSpan[]): number {
  let total = 0;
  let reached = start;
  for (const child of children) {
    const from = Math.max(child.start, reached);
    const to = Math.min(child.end, end);
    if (to <= from) continue;
    total += to - from;
    reached = to;
  }
  return total;
}

/** Calls back with the self time of each span of a trace, in milliseconds. */
export function selfTimes<Span extends TimedSpan>(
  spans: readonly Span[],
  each: (span: Span, selfMs: number) => void,
): void {
  const children = new Map<string | number, Span[]>();
  for (const span of spans) {
    if (span.parent === undefined || span.parent === span.id) continue;
    const siblings = children.get(span.parent);
    if (siblings === undefined) children.set(span.parent, [span]);
    else siblings.push(span);
  }
  for (const siblings of children.values()) siblings.sort((a, b) => a.start - b.start);
  for (const span of spans) {
    each(span, Math.max(0, span.end - span.start - covered(span, children.get(span.id) ?? [])));
  }
}
