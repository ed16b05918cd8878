import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
/** Nothing is kept for spans that do not end. */
import { expect, test } from 'vitest';
import { createTracer } from '@spanline/core';
import { memoryLog } from '@spanline/core/testing';
import { SpanlineLogRecordProcessor, SpanlineSpanProcessor } from '@spanline/otel';
import { collectUntil } from '../../../test/support/garbage.ts';
import { inside } from './support/setup.ts';

/** Makes a thousand spans, which nothing here holds, and tells how many are collected. */
function collectedOf(make: (index: number) => object): () => number {
  let collected = 0;
  const registry = new FinalizationRegistry(() => void collected++);
  for (let index = 0; index < 1000; index++) registry.register(make(index), undefined);
  // The registry must live until it has told.
  return () => (registry instanceof FinalizationRegistry ? collected : 0);
}

test('a parent that never ends holds neither its children nor their lines', async () => {
  const log = memoryLog();
  const tracer = createTracer({ logger: log.logger, statsIntervalSeconds: 0 });
  const provider = new BasicTracerProvider({ spanProcessors: [new SpanlineSpanProcessor({ tracer })] });
  const otel = provider.getTracer('app');
  const parent = otel.startSpan('parent');
  const within = inside(parent);
  const collected = collectedOf((index) => {
    const child = otel.startSpan('child', { attributes: { 'my.index': index } }, within);
    child.end();
    return child;
  });
  expect(log.records()).toHaveLength(1000);
  log.clear();
  await collectUntil(() => collected() === 1000);
  expect(tracer.stats().open).toBe(1);
  parent.end();
  expect(log.records()).toMatchObject([{ 'span.name': 'parent', 'spanline.rollup.spans': 1001 }]);
  await tracer.shutdown();
});

test('spans that never end are written when there are too many of them, and their events go with them', async () => {
  const log = memoryLog();
  const tracer = createTracer({ logger: log.logger, statsIntervalSeconds: 0, maxOpenSpans: 10 });
  const provider = new BasicTracerProvider({ spanProcessors: [new SpanlineSpanProcessor({ tracer })] });
  const logs = new SpanlineLogRecordProcessor({ tracer });
  const otel = provider.getTracer('app');
  const collected = collectedOf(() => {
    const span = otel.startSpan('endless');
    logs.onEmit({ eventName: 'gen_ai.user.message', body: { content: 'x'.repeat(1000) } }, inside(span));
    return span;
  });
  expect(tracer.stats()).toMatchObject({ open: 10, unfinished: 990 });
  expect(new Set(log.records().map((record) => record['span.status']))).toEqual(new Set(['abandoned']));
  await collectUntil(() => collected() === 1000);
  await tracer.shutdown();
  expect(log.records()).toHaveLength(1000);
});
