/** The rows of a trace: spans in the order of their tree, without what is collapsed, and lines of the application. */

import type { EventRow, SpanRow, TraceAnswer } from '../../src/contract.ts';

/** A row of the waterfall. */
export type Row =
  | { readonly kind: 'span'; readonly index: number; readonly span: SpanRow; readonly hasChildren: boolean }
  /** Siblings of one name that are shown as one row. */
  | {
      readonly kind: 'more';
      readonly first: number;
      readonly count: number;
      readonly depth: number;
      readonly name: string;
    }
  | { readonly kind: 'event'; readonly event: EventRow; readonly index: number; readonly depth: number };

/** Siblings of one name: so many are shown, then one row stands for the rest. */
const REPEATED = 20;

/** What the reader chose. */
export interface View {
  /** Spans whose children are hidden, by place. */
  readonly collapsed: ReadonlySet<number>;
  /** First of the repeated siblings that are shown in full, by place. */
  readonly expanded: ReadonlySet<number>;
  readonly showsEvents: boolean;
}

/** Children of each span, and of the roots under -1. */
export function childrenOf(spans: readonly SpanRow[]): ReadonlyMap<number, readonly number[]> {
  const children = new Map<number, number[]>();
  spans.forEach(({ parent = -1 }, index) => {
    const known = children.get(parent);
    if (known === undefined) children.set(parent, [index]);
    else known.push(index);
  });
  return children;
}

type Step = { readonly span: number } | Extract<Row, { kind: 'more' }>;

/** Siblings in their order; of long runs of one name, the first ones and one row for the rest. */
function siblings(indexes: readonly number[], spans: readonly SpanRow[], { expanded }: View): Step[] {
  const steps: Step[] = [];
  for (let at = 0; at < indexes.length;) {
    const name = spans[indexes[at] ?? 0]?.name ?? '';
    let end = at + 1;
    while (end < indexes.length && spans[indexes[end] ?? 0]?.name === name) end++;
    const first = indexes[at + REPEATED];
    const isCut = first !== undefined && end - at > REPEATED + 1 && !expanded.has(first);
    for (const index of indexes.slice(at, isCut ? at + REPEATED : end)) steps.push({ span: index });
    if (isCut) {
      const depth = spans[first]?.depth ?? 0;
      steps.push({ kind: 'more', first, count: end - at - REPEATED, depth, name });
    }
    at = end;
  }
  return steps;
}

/** Lines of the application below the span that wrote them; others come first. */
function eventsBySpan(events: readonly EventRow[]): ReadonlyMap<string, readonly (readonly [EventRow, number])[]> {
  const bySpan = new Map<string, [EventRow, number][]>();
  events.forEach((event, index) => {
    const key = event.spanId ?? '';
    const known = bySpan.get(key);
    if (known === undefined) bySpan.set(key, [[event, index]]);
    else known.push([event, index]);
  });
  return bySpan;
}

/** The rows that are shown, from top to bottom. */
export function rowsOf(trace: TraceAnswer, children: ReadonlyMap<number, readonly number[]>, view: View): Row[] {
  const { spans, events } = trace;
  const rows: Row[] = [];
  const bySpan = view.showsEvents ? eventsBySpan(events) : new Map<string, readonly (readonly [EventRow, number])[]>();
  const known = new Set(spans.map(({ spanId }) => spanId));
  for (const [spanId, lines] of bySpan)
    if (!known.has(spanId)) for (const [event, index] of lines) rows.push({ kind: 'event', event, index, depth: 0 });
  const stack: Step[] = siblings(children.get(-1) ?? [], spans, view).toReversed();
  for (let step = stack.pop(); step !== undefined; step = stack.pop()) {
    if ('kind' in step) {
      rows.push(step);
      continue;
    }
    const index = step.span;
    const span = spans[index];
    if (span === undefined) continue;
    const below = children.get(index) ?? [];
    rows.push({ kind: 'span', index, span, hasChildren: below.length > 0 });
    if (view.collapsed.has(index)) continue;
    for (const [event, at] of bySpan.get(span.spanId) ?? [])
      rows.push({ kind: 'event', event, index: at, depth: span.depth + 1 });
    stack.push(...siblings(below, spans, view).toReversed());
  }
  return rows;
}

/** Words of a span that the search inside a trace looks at. */
export function isMatch({ name, model = '', type, error = '' }: SpanRow, words: string): boolean {
  return `${name} ${model} ${type} ${error}`.toLowerCase().includes(words.toLowerCase());
}
