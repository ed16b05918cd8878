/** The Trace Event Format: what its viewers need to draw a slice where it belongs. */

import { buildModel } from '@tracerbench/trace-model';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { SpanRecord } from '@spanline/record';
import { traceEvents } from '../../src/index.ts';
import { all, span, spanId, traceId } from '../support/logs.ts';

interface TraceEvent {
  readonly ph: string;
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  readonly ts: number;
  readonly dur: number;
  readonly id?: number;
  readonly args?: Readonly<Record<string, unknown>>;
}

async function* each(spans: readonly SpanRecord[]): AsyncGenerator<SpanRecord> {
  yield* spans;
}

async function eventsOf(spans: readonly SpanRecord[]): Promise<TraceEvent[]> {
  const text = (await all(traceEvents(each(spans)))).join('');
  return (JSON.parse(text) as { traceEvents: TraceEvent[] }).traceEvents;
}

const slices = (events: readonly TraceEvent[]): TraceEvent[] => events.filter(({ ph }) => ph === 'X');
const sliceOf = (events: readonly TraceEvent[], number: number): TraceEvent | undefined =>
  slices(events).find(({ args }) => args?.['span_id'] === spanId(number));

it('nests steps in their request, and draws steps of the same time beside each other with a flow', async () => {
  const events = await eventsOf([
    span(2, { at: 5, ms: 100, parent_span_id: spanId(1) }),
    span(3, { at: 50, ms: 100, parent_span_id: spanId(1), 'gen_ai.request.model': 'gpt-4o' }),
    span(4, { at: 60, ms: 10, parent_span_id: spanId(3) }),
    span(1, { at: 0, ms: 200, 'span.name': 'POST /ask' }),
  ]);
  const [root, first, second, inner] = [1, 2, 3, 4].map((number) => sliceOf(events, number));
  expect(root).toMatchObject({ name: 'POST /ask', ph: 'X', dur: 200_000 });
  expect(root?.ts).toBe(Date.UTC(2026, 10, 23, 9) * 1000);
  expect(first?.tid).toBe(root?.tid);
  expect(second?.tid).not.toBe(root?.tid);
  expect(inner?.tid).toBe(second?.tid);
  expect(second?.args).toMatchObject({ model: 'gpt-4o', type: 'task' });
  const flows = events.filter(({ ph }) => ph === 's' || ph === 'f');
  expect(flows).toMatchObject([
    { ph: 's', tid: root?.tid, id: 1 },
    { ph: 'f', tid: second?.tid, ts: second?.ts, id: 1 },
  ]);
});

it('gives each trace a process with a name', async () => {
  const events = await eventsOf([span(1, { trace_id: traceId(1) }), span(2, { trace_id: traceId(2) })]);
  const names = events.filter(({ name }) => name === 'process_name').map(({ pid, args }) => [pid, args?.['name']]);
  expect(names).toEqual([
    [1, `step 1 · ${traceId(1)}`],
    [2, `step 2 · ${traceId(2)}`],
  ]);
});

it('slices of one thread are nested or apart, whatever the spans', async () => {
  const shape = fc.array(fc.record({ at: fc.nat(50), ms: fc.nat(30), parent: fc.nat(12) }), { maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(shape, async (shapes) => {
      const spans = shapes.map(({ at, ms, parent }, index) =>
        span(index + 1, { at, ms, ...(parent === 0 ? {} : { parent_span_id: spanId(parent) }) }),
      );
      const found = slices(await eventsOf(spans));
      expect(found).toHaveLength(spans.length);
      for (const a of found) {
        for (const b of found) {
          if (a === b || a.tid !== b.tid || a.ts > b.ts) continue;
          const isApart = a.ts + a.dur <= b.ts;
          const isInside = b.ts + b.dur <= a.ts + a.dur || a.ts === b.ts;
          expect(isApart || isInside).toBe(true);
        }
      }
    }),
  );
});

/** Spans of one trace, each with one of the spans before it as its parent, or with none. */
const trees = fc
  .array(fc.record({ at: fc.nat(50), ms: fc.integer({ min: 1, max: 30 }), above: fc.nat() }), { maxLength: 15 })
  .map((shapes) =>
    shapes.map(({ at, ms, above }, index) => {
      const parent = above % (index + 1);
      return span(index + 1, { at, ms, ...(parent === 0 ? {} : { parent_span_id: spanId(parent) }) });
    }),
  );

it('shows each step inside its parent in a reader of the format, or beside it with an arrow from it', async () => {
  await fc.assert(
    fc.asyncProperty(trees, async (spans) => {
      const text = (await all(traceEvents(each(spans)))).join('');
      const model = buildModel(JSON.parse(text) as Parameters<typeof buildModel>[0]);
      const threads = model.processes.flatMap((process) => process.threads);
      const steps = threads.flatMap(({ events }) => events.filter((event) => event.isComplete()));
      expect(steps.map((event) => event.getStringArg('span_id')).toSorted()).toEqual(
        spans.flatMap((one) => one.span_id ?? []).toSorted(),
      );
      const arrows = threads.flatMap(({ events }) => events.filter((event) => event.isFlowEnd()));
      for (const step of steps) {
        const record = spans.find((one) => one.span_id === step.getStringArg('span_id'));
        expect([step.start / 1000, step.duration / 1000]).toEqual([
          Date.parse(record?.['event.start'] ?? ''),
          record?.duration_ms,
        ]);
        const { parent_span_id: parent } = record ?? {};
        const above = steps.find((other) => other.getStringArg('span_id') === parent);
        const hasArrow = arrows.some(({ tid, start }) => tid === step.tid && start === step.start);
        // Flows lead forwards: a step of a clock that is slow has none.
        if (step.parent === undefined) expect(hasArrow).toBe(above !== undefined && above.start <= step.start);
        else expect(step.parent).toBe(above);
      }
    }),
  );
});
