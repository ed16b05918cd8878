/** Rows of the waterfall, and the axis above them. */

import { expect, it } from 'vitest';
import type { SpanRow, TraceAnswer } from '@spanline/viewer';
import { placeOf, ticksOf } from '../page/trace/axis.ts';
import { childrenOf, rowsOf } from '../page/trace/rows.ts';

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

const names = (trace: TraceAnswer, view: Partial<Parameters<typeof rowsOf>[2]> = {}): string[] =>
  rowsOf(trace, childrenOf(trace.spans), { collapsed: new Set(), expanded: new Set(), showsEvents: true, ...view }).map(
    (row) =>
      row.kind === 'span' ? row.span.name : row.kind === 'more' ? `${row.count} more ${row.name}` : row.event.message,
  );

it('hides what is below a collapsed span, and puts log lines below the span that wrote them', () => {
  const event = (message: string, spanId?: string) => ({
    kind: 'log',
    atMs: 0,
    message,
    ...(spanId === undefined ? {} : { spanId }),
  });
  const trace = traceOf(
    [span('root', 0), span('a', 1, 0), span('b', 2, 1), span('c', 1, 0)],
    [event('in a', 'a-1'), event('start'), event('of another process', 'zzz')],
  );
  expect(names(trace)).toEqual(['start', 'of another process', 'root', 'a', 'in a', 'b', 'c']);
  expect(names(trace, { collapsed: new Set([1]) })).toEqual(['start', 'of another process', 'root', 'a', 'c']);
  expect(names(trace, { showsEvents: false })).toEqual(['root', 'a', 'b', 'c']);
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
