/** Traces and spans of the SDK with values that cannot be read. */

import { expect, it } from 'vitest';
import { createTracer, validate } from '@spanline/core';
import { memoryLog } from '@spanline/core/testing';
import { SpanlineTracingProcessor } from '@spanline/openai-agents';

const circle: Record<string, unknown> = { big: 1n };
circle['self'] = circle;
const broken = new Proxy(
  {},
  {
    get(): never {
      throw new Error('get');
    },
    ownKeys(): never {
      throw new Error('keys');
    },
  },
);

it.each([
  ['a circle', circle],
  ['a proxy that throws', broken],
  ['a text of 5 MB', 'x'.repeat(5_000_000)],
  ['a lone surrogate', '\ud800'],
  ['keys of prototypes', JSON.parse('{"__proto__":{"polluted":1},"constructor":2}')],
  ['a symbol', Symbol('s')],
])('%s leaves no span open, and each line valid', async (_what, value: unknown) => {
  const log = memoryLog();
  const tracer = createTracer({ logger: log.logger, statsIntervalSeconds: 0 });
  const processor = new SpanlineTracingProcessor({ tracer });
  const trace = { traceId: 'trace_1', name: 'workflow', groupId: value, metadata: { value } };
  await processor.onTraceStart(trace as never);
  for (const type of ['agent', 'generation', 'response', 'function', 'handoff', 'guardrail', 'mcp_tools', 'custom']) {
    const spanData = { type, name: 'step', input: value, output: value, usage: value, data: value, _response: value };
    const span = {
      traceId: 'trace_1',
      spanId: `span_${type}`,
      parentId: null,
      startedAt: null,
      endedAt: null,
      spanData,
    };
    await processor.onSpanStart(span as never);
    await processor.onSpanEnd({ ...span, error: value } as never);
    await processor.onSpanEnd(span as never);
  }
  await processor.onTraceEnd(trace as never);
  expect(tracer.stats().open).toBe(0);
  expect(log.records()).toHaveLength(9);
  for (const record of log.records()) expect(validate(record)).toEqual({ valid: true });
  expect({}).not.toHaveProperty('polluted');
});
