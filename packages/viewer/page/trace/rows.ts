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

/** A run of siblings of one name: the span that would be the first one behind a row for the rest, and the next run. */
function runFrom(start: number, spans: readonly SpanRow[], tree: SiblingTree) {
  const name = spans[start]?.name ?? '';
  let [count, cut, end] = [0, -1, start];
  for (; end >= 0 && spans[end]?.name === name; end = tree.nextSibling(end)) if (count++ === REPEATED) cut = end;
  return { name, count, cut: count > REPEATED + 1 ? cut : -1, end };
}

/** The rows that are shown. */
export function rowsOf(trace: TraceAnswer, tree: SiblingTree, { collapsed, expanded, showsEvents }: View): Rows {
  const { spans } = trace;
  const lines: LinesBySpan = showsEvents ? linesBySpan(trace, tree) : new Map();
  /** A span is its place. Any other row is `-1 - n`, the n-th of these. */
  const others: OtherRow[] = [];
  const codes: number[] = [];
  const rowBySpan = new Int32Array(spans.length).fill(-1);
  const add = (row: OtherRow): number => -others.push(row);

  /** What stands in a span: siblings, and of long runs of one name the first ones and a row for the rest. */
  function stepsIn(parent: number): number[] {
    const steps: number[] = [];
    for (let at = tree.firstChild(parent); at >= 0;) {
      const { name, count, cut, end } = runFrom(at, spans, tree);
      const isCut = cut >= 0 && !expanded.has(cut);
      for (; at !== (isCut ? cut : end); at = tree.nextSibling(at)) steps.push(at);
      if (isCut)
        steps.push(add({ kind: 'more', first: cut, count: count - REPEATED, depth: spans[cut]?.depth ?? 0, name }));
      at = end;
    }
    return steps;
  }

  const startOf = (code: number): number => {
    const row = others[-1 - code];
    return spans[row === undefined ? code : row.kind === 'more' ? row.first : -1]?.fromMs ?? 0;
  };

  /** Steps and lines by time. Of the same moment, the step comes first. */
  function byTime(steps: readonly number[], inSpan: readonly EventRow[], depth: number): number[] {
    const merged: number[] = [];
    let at = 0;
    const addUntil = (ms: number): void => {
      for (let event = inSpan[at]; event !== undefined && event.atMs < ms; event = inSpan[++at])
        merged.push(add({ kind: 'event', event, depth }));
    };
    for (const step of steps) {
      addUntil(startOf(step));
      merged.push(step);
    }
    addUntil(Number.POSITIVE_INFINITY);
    return merged;
  }

  const stack: number[] = [];
  function enter(parent: number): void {
    const inSpan = lines.get(parent);
    if (inSpan === undefined && tree.firstChild(parent) < 0) return;
    const steps = stepsIn(parent);
    const all = inSpan === undefined ? steps : byTime(steps, inSpan, (spans[parent]?.depth ?? -1) + 1);
    for (let at = all.length - 1; at >= 0; at--) stack.push(all[at] ?? 0);
  }
  enter(-1);
  for (let code = stack.pop(); code !== undefined; code = stack.pop()) {
    if (code >= 0) rowBySpan[code] = codes.length;
    codes.push(code);
    if (code >= 0 && !collapsed.has(code)) enter(code);
  }

  return {
    count: codes.length,
    at(row) {
      const code = codes[row];
      if (code === undefined || code < 0) return others[-1 - (code ?? 0)];
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
    for (let at = tree.firstChild(parent); at >= 0 && at <= span;) {
      const { cut, end } = runFrom(at, spans, tree);
      if (cut >= 0 && cut <= span && (end < 0 || span < end)) expanded.add(cut);
      at = end;
    }
    collapsed.delete(parent);
    span = parent;
  }
  return { ...view, collapsed, expanded };
}

/** Words of a span that the search inside a trace looks at. */
export function isMatch({ name, model = '', type, error = '' }: SpanRow, words: string): boolean {
  return `${name} ${model} ${type} ${error}`.toLowerCase().includes(words.toLowerCase());
}
