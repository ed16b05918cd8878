import { describe, expect, it } from 'vitest';
import { type SpanRecord, toOtlp } from '@spanline/record';
import { createTracer } from '../../src/index.ts';
import { memoryLog } from '../../src/testing.ts';

function example(): SpanRecord[] {
  const log = memoryLog();
  const tracer = createTracer({
    logger: log.logger,
    service: { name: 'rag', version: '1.0.0' },
    capture: 'full',
    statsIntervalSeconds: 0,
  });
  tracer.withSpan({ name: 'POST /ask', type: 'http' }, () => {
    const span = tracer.startSpan({ name: 'chat gpt-4o-mini', type: 'llm' });
    span.set({
      'gen_ai.request.model': 'gpt-4o-mini',
      'gen_ai.usage.input_tokens': 7,
      'gen_ai.request.temperature': 1,
      'gen_ai.response.finish_reasons': ['stop'],
    });
    span.fail(new TypeError('boom')).end();
    tracer.score({ name: 'helpful', value: 1 });
  });
  return log.lines() as SpanRecord[];
}

describe('OTLP', () => {
  const lines = example();
  const { resourceSpans } = toOtlp(lines);
  const spans = resourceSpans[0]?.scopeSpans[0]?.spans ?? [];
  const attributes = (index: number): Record<string, unknown> =>
    Object.fromEntries((spans[index]?.attributes ?? []).map(({ key, value }) => [key, value]));

  it('groups spans by resource and scope and leaves other lines out', () => {
    expect(resourceSpans).toHaveLength(1);
    expect(spans.map(({ name }) => name)).toEqual(['chat gpt-4o-mini', 'POST /ask']);
    expect(resourceSpans[0]?.resource.attributes).toContainEqual({
      key: 'service.name',
      value: { stringValue: 'rag' },
    });
  });

  it('has ids, times in nanoseconds, kind, status and parents', () => {
    const [call, server] = spans;
    expect(call?.parentSpanId).toBe(server?.spanId);
    expect([call?.kind, server?.kind]).toEqual([3, 2]);
    expect(call?.status).toEqual({ code: 2, message: 'boom' });
    expect(server?.status).toEqual({ code: 1 });
    expect(BigInt(call?.endTimeUnixNano ?? 0) - BigInt(call?.startTimeUnixNano ?? 0)).toBe(
      BigInt(lines[0]?.['event.duration'] ?? 0),
    );
  });

  it('keeps the type of every attribute', () => {
    expect(attributes(0)).toMatchObject({
      'gen_ai.usage.input_tokens': { intValue: '7' },
      'gen_ai.request.temperature': { doubleValue: 1 },
      'gen_ai.response.finish_reasons': { arrayValue: { values: [{ stringValue: 'stop' }] } },
      'openinference.span.kind': { stringValue: 'LLM' },
      'langsmith.span.kind': { stringValue: 'llm' },
    });
    expect(attributes(0)).not.toHaveProperty('trace_id');
  });

  it('records an error as an exception event', () => {
    expect(spans[0]?.events?.[0]).toMatchObject({ name: 'exception' });
    expect(spans[0]?.events?.[0]?.attributes).toContainEqual({
      key: 'exception.type',
      value: { stringValue: 'TypeError' },
    });
  });
});
