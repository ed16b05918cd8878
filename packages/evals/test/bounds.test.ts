import { expect, it } from 'vitest';
import { createTracer } from '@spanline/core';
import { memoryLog } from '@spanline/core/testing';
import { createEvals, feedback, field, refusal } from '../src/index.ts';
import { type EvaluatedSpan } from '../src/subject/evaluated-span.ts';
import { OpenTraces } from '../src/subject/open-traces.ts';

const spanOf = (trace: number, span: number, isLocalRoot = false): EvaluatedSpan =>
  ({ traceId: `t${trace}`, spanId: `${trace}-${span}`, parentSpanId: `${trace}-root`, isLocalRoot }) as EvaluatedSpan;

it('traces that never end are forgotten, the oldest first', () => {
  const traces = new OpenTraces();
  for (let trace = 0; trace < 5000; trace++) traces.add(spanOf(trace, 1));
  expect(traces.size).toBeLessThanOrEqual(1000);
  const root = (trace: number): EvaluatedSpan => ({ ...spanOf(trace, 0, true), spanId: `${trace}-root` });
  expect(traces.add(root(4999))().below).toHaveLength(1);
  expect(traces.add(root(0))().below).toEqual([]);
});

it('a trace keeps its newest spans', () => {
  const traces = new OpenTraces();
  for (let span = 0; span < 2000; span++) traces.add(spanOf(1, span));
  const { below } = traces.add({ ...spanOf(1, 0, true), spanId: '1-root' })();
  expect(below).toHaveLength(500);
  expect(below.at(-1)?.spanId).toBe('1-1999');
});

it('evaluations that wait are as many as the queue takes; the rest is counted', async () => {
  const tracer = createTracer({ logger: memoryLog().logger, statsIntervalSeconds: 0 });
  const evals = createEvals({
    tracer,
    queue: 10,
    feedback: [feedback({ name: 'refusal', on: { answer: field.answer }, fn: refusal() })],
  });
  for (let at = 0; at < 500; at++) tracer.withSpan({ name: 'run', type: 'chain' }, (span) => void span.output('Yes.'));
  expect(evals.stats()).toMatchObject({ waiting: 10, dropped: 490 });
  await evals.settled();
  expect(evals.stats()).toMatchObject({ scored: 10, waiting: 0, dropped: 490 });
});
