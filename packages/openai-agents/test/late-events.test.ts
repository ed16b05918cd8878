/** Events that a processor gets late, because the SDK awaits a slow processor before it. */

import { expect, it } from 'vitest';
import { createTracer } from '@spanline/core';
import { memoryLog } from '@spanline/core/testing';
import { SpanlineTracingProcessor } from '@spanline/openai-agents';

const trace = { traceId: 'trace_late', name: 'workflow' };
const started = {
  traceId: trace.traceId,
  spanId: 'span_late',
  parentId: null,
  startedAt: '2026-01-01T00:00:00.000Z',
  endedAt: null,
  error: null,
  spanData: { type: 'custom', name: 'step' },
};
const ended = { ...started, endedAt: '2026-01-01T00:00:01.000Z' };

it('a span is one line, though a second processor of its log gets its start after its trace has ended', async () => {
  const log = memoryLog();
  const tracer = createTracer({ logger: log.logger, statsIntervalSeconds: 0 });
  const [first, second] = [new SpanlineTracingProcessor({ tracer }), new SpanlineTracingProcessor({ tracer })];
  await first.onTraceStart(trace);
  await second.onTraceStart(trace);
  await first.onSpanStart(started);
  await first.onSpanEnd(ended);
  await first.onTraceEnd(trace);
  await second.onSpanStart(ended);
  await second.onSpanEnd(ended);
  await second.onTraceEnd(trace);
  expect(log.records().map((record) => record['span.name'])).toEqual(['step', 'workflow']);
});

it('a trace that begins again with the same id has spans of its own', async () => {
  const log = memoryLog();
  const tracer = createTracer({ logger: log.logger, statsIntervalSeconds: 0 });
  const processor = new SpanlineTracingProcessor({ tracer });
  for (const spanId of ['span_one', 'span_two']) {
    await processor.onTraceStart(trace);
    await processor.onSpanStart({ ...started, spanId });
    await processor.onSpanEnd({ ...ended, spanId });
    await processor.onTraceEnd(trace);
  }
  expect(log.records().map((record) => record['span.name'])).toEqual(['step', 'workflow', 'step', 'workflow']);
});
