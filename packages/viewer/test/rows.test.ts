/** Rows of the waterfall, and the axis above them. */

import { expect, it } from 'vitest';
import type { SpanRow, TraceAnswer } from '@spanline/viewer';
import { placeOf, ticksOf } from '../page/trace/axis.ts';
import { revealing, type Row, rowsOf, type View } from '../page/trace/rows.ts';
import { siblingTree } from '../page/trace/sibling-tree.ts';

const span = (name: string, depth: number, parent?: number): SpanRow => ({
  spanId: `${name}-${depth}`,
  name,
  type: 'task',
  depth,
  fromMs: 0,
  durationMs: 1,
  ...(parent === undefined ? {} : { parent }),
});

const traceOf = (spans: readonly SpanRow[], events: TraceAnswer['events'] = []) => ({ spans, events }) as TraceAnswer;

const WHOLE: View = { collapsed: new Set(), expanded: new Set(), showsEvents: true };

const titleOf = (row: Row): string =>
  row.kind === 'span' ? row.span.name : row.kind === 'more' ? `${row.count} more ${row.name}` : row.event.message;

const names = (trace: TraceAnswer, view: Partial<View> = {}): string[] => {
  const rows = rowsOf(trace, siblingTree(trace.spans), { ...WHOLE, ...view });
  return Array.from({ length: rows.count }, (_, index) => {
    const row = rows.at(index);
    if (row?.kind === 'span') expect(rows.rowOf(row.index)).toBe(index);
    return row === undefined ? '' : titleOf(row);
  });
};

const line = (message: string, atMs: number, spanId?: string) => ({
  kind: 'app',
  atMs,
  message,
  ...(spanId === undefined ? {} : { spanId }),
});

it('hides what is below a collapsed span, and its log lines', () => {
  const trace = traceOf(
    [span('root', 0), span('a', 1, 0), span('b', 2, 1), span('c', 1, 0)],
    [line('in a', 0, 'a-1'), line('start', 0)],
  );
  expect(names(trace)).toEqual(['root', 'a', 'b', 'in a', 'c', 'start']);
  expect(names(trace, { collapsed: new Set([1]) })).toEqual(['root', 'a', 'c', 'start']);
  expect(names(trace, { showsEvents: false })).toEqual(['root', 'a', 'b', 'c']);
});

it('puts log lines between the spans by time', () => {
  const at = (one: SpanRow, fromMs: number, durationMs: number): SpanRow => ({ ...one, fromMs, durationMs });
  const trace = traceOf(
    [at(span('root', 0), 0, 100), at(span('a', 1, 0), 10, 30), at(span('b', 2, 1), 20, 5), at(span('c', 1, 0), 50, 10)],
    [
      line('after', 120),
      line('between a and c', 45, 'root-0'),
      line('of another process', 49, 'zzz'),
      line('in a, after b', 26, 'a-1'),
      line('in a, before b', 15, 'a-1'),
      line('first', 1),
      line('before the trace', -5),
      line('late', 99, 'root-0'),
    ],
  );
  expect(names(trace)).toEqual([
    'before the trace',
    'root',
    'first',
    'a',
    'in a, before b',
    'b',
    'in a, after b',
    'between a and c',
    'of another process',
    'c',
    'late',
    'after',
  ]);
});

it('many siblings of one name are one row until they are asked for', () => {
  const trace = traceOf([
    span('root', 0),
    ...Array.from({ length: 100 }, () => span('fetch', 1, 0)),
    span('end', 1, 0),
  ]);
  expect(names(trace)).toEqual(['root', ...Array.from({ length: 20 }, () => 'fetch'), '80 more fetch', 'end']);
  expect(names(trace, { expanded: new Set([21]) })).toHaveLength(102);
});

it('shows one span wherever it is hidden, and nothing else', () => {
  const trace = traceOf([
    span('root', 0),
    span('a', 1, 0),
    ...Array.from({ length: 30 }, () => span('fetch', 2, 1)),
    ...Array.from({ length: 30 }, () => span('read', 2, 1)),
    span('within', 3, 57),
    span('c', 1, 0),
    span('d', 2, 63),
  ]);
  const view = { ...WHOLE, collapsed: new Set([1, 57, 63]) };
  expect(names(trace, view)).toEqual(['root', 'a', 'c']);
  const shown = names(trace, revealing(62, trace.spans, siblingTree(trace.spans), view));
  expect(shown.filter((name) => name !== 'fetch' && name !== 'read')).toEqual([
    'root',
    'a',
    '10 more fetch',
    'within',
    'c',
  ]);
  expect(shown.filter((name) => name === 'read')).toHaveLength(30);
});

it('a bar is cut to the part of the time that is shown', () => {
  const range = { fromMs: 10, toMs: 20 };
  expect(placeOf(12, 3, range)).toEqual({ left: 20, width: 30 });
  expect(placeOf(0, 100, range)).toEqual({ left: 0, width: 100 });
  expect(placeOf(30, 5, range)).toEqual({ left: 100, width: 0 });
  expect(placeOf(5, 0, { fromMs: 5, toMs: 5 })).toEqual({ left: 0, width: 0 });
});

it('times on the axis are round', () => {
  expect(ticksOf({ fromMs: 0, toMs: 217 }, 6)).toEqual([0, 50, 100, 150, 200]);
  expect(ticksOf({ fromMs: 3, toMs: 9 }, 6)).toEqual([3, 4, 5, 6, 7, 8, 9]);
  expect(ticksOf({ fromMs: 0, toMs: 0 }, 6)).toHaveLength(1);
});
