/** Long lists: the order of their rows, the table that holds them, and how they are scrolled. */

import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { TraceSummary } from '@spanline/query';
import { movedTo, scrolled } from '../page/ui/scroll.ts';
import { sortDescending } from '../src/server/answers/sorting.ts';
import { createTraceTable } from '../src/server/answers/trace-table.ts';

const places = (count: number): Uint32Array => Uint32Array.from({ length: count }, (_, index) => index);

it('sorts numbers as a comparison does, whatever they are, and keeps the order of equal ones', () => {
  const number = fc.oneof(fc.double(), fc.integer({ min: -3, max: 3 }), fc.constantFrom(0, -0, Number.NaN, 1e-310));
  fc.assert(
    fc.property(fc.array(number, { maxLength: 200 }), (numbers) => {
      const values = Float64Array.from(numbers);
      const key = (place: number): number => {
        const value = values[place] ?? Number.NaN;
        return Number.isNaN(value) ? Number.NEGATIVE_INFINITY : value;
      };
      const expected = [...places(values.length)].toSorted((a, b) => (key(a) === key(b) ? 0 : key(b) - key(a)));
      expect([...sortDescending(values, places(values.length))]).toEqual(expected);
    }),
  );
});

const trace = (n: number): TraceSummary => ({
  traceId: String(n),
  name: `trace ${n % 3}`,
  status: 'ok',
  hasRoot: true,
  startMs: n,
  durationMs: undefined,
  spans: 1,
  errors: 0,
  requestId: undefined,
  sessionId: n % 2 === 0 ? '' : undefined,
  userId: undefined,
  service: undefined,
  route: undefined,
  ttftMs: undefined,
  scores: [],
  models: [],
  inputTokens: n,
  outputTokens: 1,
  costUsd: 0,
  unknownCosts: 0,
});

it('holds the newest traces, and gives back what was added', () => {
  const table = createTraceTable(5000);
  for (let n = 0; n < 7000; n++) table.set(trace(n));
  expect(table.count).toBe(5000);
  expect(table.isCut).toBe(true);
  const rows = Array.from({ length: 5000 }, (_, index) => table.row(index));
  expect(new Set(rows.map(({ traceId }) => Number(traceId)))).toEqual(
    new Set(Array.from({ length: 5000 }, (_, index) => index + 2000)),
  );
  expect(rows.find(({ traceId }) => traceId === '6999')).toEqual({
    traceId: '6999',
    name: 'trace 0',
    status: 'ok',
    hasRoot: true,
    startMs: 6999,
    spans: 1,
    errors: 0,
    tokens: 7000,
    costUsd: 0,
    models: [],
  });
  // An empty text is a text.
  expect(rows.find(({ traceId }) => traceId === '6998')?.sessionId).toBe('');
});

it('reaches every pixel of a list that is taller than an element may be', () => {
  const view = 800;
  const height = 30_000_000;
  const extents = { most: 10_000_000 - view, hidden: height - 10_000_000, view };
  const end = height - view;
  expect(movedTo(end, extents)).toEqual({ top: end, scrollTop: extents.most });
  expect(movedTo(-5, extents)).toEqual({ top: 0, scrollTop: 0 });
  // A jump of the bar to its end, and steps of the wheel up from there.
  let now = scrolled({ top: 0, scrollTop: 0 }, extents.most, extents);
  expect(now.top).toBe(end);
  now = scrolled(now, now.scrollTop - 100, extents);
  expect(now.top).toBe(end - 100);
  // Steps alone reach both ends, and none is larger than what the wheel did.
  let steps = 0;
  for (let at = movedTo(2_000_000, extents); at.top > 0; steps++) {
    const next = scrolled(at, Math.max(0, at.scrollTop - 3000), extents);
    expect(at.top - next.top).toBeLessThanOrEqual(3100);
    at = next;
    if (steps > 1000) throw new Error('the top is never reached');
  }
  const short = { most: 500, hidden: 0, view };
  expect(scrolled({ top: 0, scrollTop: 0 }, 120, short)).toEqual({ top: 120, scrollTop: 120 });
});
