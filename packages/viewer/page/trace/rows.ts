/** The rows of a trace: spans in the order of their tree, without what is collapsed, and lines of the application. */

import type { EventRow, SpanRow, TraceAnswer } from '../../src/contract/index.ts';
import { type LinesBySpan, linesBySpan } from './log-lines.ts';
import type { SiblingTree } from './sibling-tree.ts';

/** A row of the waterfall. */
export type Row =
  | { readonly kind: 'span'; readonly index: number; readonly span: SpanRow; readonly hasChildren: boolean }
  | OtherRow;

type OtherRow =
  /** Siblings of one name that are shown as one row. */
  | {
      readonly kind: 'more';
      readonly first: number;
      readonly count: number;
      readonly depth: number;
      readonly name: string;
    }
  | { readonly kind: 'event'; readonly event: EventRow; readonly depth: number };

/** Rows from top to bottom. A row is made when it is asked for: few of many can be seen. */
export interface Rows {
  readonly count: number;
  at(row: number): Row | undefined;
  /** The row of a span, by place; -1 if it is not shown. */
  rowOf(span: number): number;
}

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

/** What stands in a span, from first to last. */
interface Steps {
  step(place: number): void;
  /** Siblings of one name that are not shown one by one: the first of them, and the sibling behind them (-1: none). */
  rest(first: number, count: number, end: number): void;
}

function eachStep(
  parent: number,
  spans: readonly SpanRow[],
  tree: SiblingTree,
  expanded: ReadonlySet<number>,
  { step, rest }: Steps,
): void {
  let [name, run]: [string | undefined, number] = [undefined, 0];
  for (let at = tree.firstChild(parent); at >= 0; at = tree.nextSibling(at)) {
    run = spans[at]?.name === name ? run + 1 : 1;
    name = spans[at]?.name;
    if (run === REPEATED + 1 && !expanded.has(at)) {
      let [last, count] = [at, 1];
      for (let next = tree.nextSibling(at); next >= 0 && spans[next]?.name === name; next = tree.nextSibling(next)) {
        last = next;
        count++;
      }
      // A row for one span would be of no use.
      if (count > 1) {
        rest(at, count, tree.nextSibling(last));
        at = last;
        continue;
      }
    }
    step(at);
  }
}

/** The rows that are shown. */
export function rowsOf(trace: TraceAnswer, tree: SiblingTree, { collapsed, expanded, showsEvents }: View): Rows {
  const { spans } = trace;
  const lines: LinesBySpan = showsEvents ? linesBySpan(trace, tree) : new Map();
  const most = spans.length + (showsEvents ? trace.events.length : 0);
  /** A span is its place. Any other row is `-1 - n`, the n-th of these. */
  const others: OtherRow[] = [];
  const codes = new Int32Array(most);
  let count = 0;
  const rowBySpan = new Int32Array(spans.length).fill(-1);
  /** Rows to come, the next one on top. */
  const stack = new Int32Array(most);
  let top = 0;
  const pushOther = (row: OtherRow): void => {
    stack[top++] = -others.push(row);
  };

  /** Pushes what stands in a span: steps and lines by time. Of the same moment, the step comes first. */
  function enter(parent: number): void {
    const bottom = top;
    const inSpan = lines.get(parent) ?? [];
    const depth = (spans[parent]?.depth ?? -1) + 1;
    let line = 0;
    const pushUntil = (ms: number): void => {
      for (let event = inSpan[line]; event !== undefined && event.atMs < ms; event = inSpan[++line])
        pushOther({ kind: 'event', event, depth });
    };
    eachStep(parent, spans, tree, expanded, {
      step(place) {
        if (line < inSpan.length) pushUntil(spans[place]?.fromMs ?? 0);
        stack[top++] = place;
      },
      rest(first, count) {
        pushUntil(spans[first]?.fromMs ?? 0);
        pushOther({ kind: 'more', first, count, depth, name: spans[first]?.name ?? '' });
      },
    });
    pushUntil(Number.POSITIVE_INFINITY);
    stack.subarray(bottom, top).reverse();
  }

  enter(-1);
  while (top > 0) {
    const code = stack[--top] ?? 0;
    if (code >= 0) rowBySpan[code] = count;
    codes[count++] = code;
    if (code >= 0 && !collapsed.has(code) && (tree.firstChild(code) >= 0 || lines.has(code))) enter(code);
  }

  return {
    count,
    at(row) {
      if (row < 0 || row >= count) return undefined;
      const code = codes[row] ?? 0;
      if (code < 0) return others[-1 - code];
      const span = spans[code];
      return span && { kind: 'span', index: code, span, hasChildren: tree.firstChild(code) >= 0 };
    },
    rowOf: (span) => rowBySpan[span] ?? -1,
  };
}

/** The view with a span in it: nothing above it is collapsed, and it stands behind no row for many. */
export function revealing(index: number, spans: readonly SpanRow[], tree: SiblingTree, view: View): View {
  const [collapsed, expanded] = [new Set(view.collapsed), new Set(view.expanded)];
  for (let span = index; span >= 0;) {
    const parent = spans[span]?.parent ?? -1;
    const place = span;
    eachStep(parent, spans, tree, view.expanded, {
      step() {},
      rest(first, _count, end) {
        if (first <= place && (end < 0 || place < end)) expanded.add(first);
      },
    });
    collapsed.delete(parent);
    span = parent;
  }
  return { ...view, collapsed, expanded };
}

/** Words of a span that the search inside a trace looks at. */
export function isMatch({ name, model = '', type, error = '' }: SpanRow, words: string): boolean {
  return `${name} ${model} ${type} ${error}`.toLowerCase().includes(words.toLowerCase());
}
