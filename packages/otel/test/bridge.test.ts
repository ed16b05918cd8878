/** Parents across both tracers, in OpenTelemetry's own spans. */
import { context, ROOT_CONTEXT, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { beforeEach, expect, test } from 'vitest';
import { currentSpan, observe } from '@spanline/core';
import { SpanlineContextManager, SpanlineLogRecordProcessor } from '@spanline/otel';
import { type Program, start } from './support/setup.ts';

let program: Program;

beforeEach(() => {
  program = start({}, {}, { bridged: true });
});

const activeIds = (): unknown => trace.getActiveSpan()?.spanContext();
const tick = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

test('a span of ours is the parent of an OpenTelemetry span, and that one of a span of ours', async () => {
  const { otel, tracer, tree, records, exported } = program;
  await tracer.withSpan('ours', async () => {
    await tick();
    await otel.startActiveSpan('theirs', async (theirs) => {
      await tick();
      await tracer.withSpan('ours again', async () => {
        await tick();
        otel.startSpan('innermost').end();
      });
      theirs.end();
    });
  });
  expect(tree()).toBe('task ours\n  task theirs\n    task ours again\n      task innermost');
  expect(new Set(records().map((record) => record.trace_id)).size).toBe(1);
  const lines = new Map(records().map((record) => [record['span.name'], record]));
  for (const span of exported()) {
    const line = lines.get(span.name);
    expect(line).toMatchObject({
      trace_id: span.spanContext().traceId,
      parent_span_id: span.parentSpanContext?.spanId,
    });
    expect(line?.['spanline.link.trace_id']).toBeUndefined();
  }
});

test('the parts of a stream keep both contexts', async () => {
  const { otel, tracer, tree } = program;
  const stream = observe(
    async function* answer() {
      for (const part of ['one', 'two']) {
        await tick();
        otel.startSpan(part).end();
        yield part;
      }
    },
    { name: 'answer', tracer },
  );
  await otel.startActiveSpan('request', async (request) => {
    const parts: string[] = [];
    for await (const part of stream()) parts.push(part);
    expect(parts).toEqual(['one', 'two']);
    request.end();
  });
  expect(tree()).toBe('task request\n  task answer\n    task one\n    task two');
});

test('work at once stays apart', async () => {
  const { otel, tracer, records } = program;
  await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      tracer.withSpan(`ours ${index}`, async () => {
        await tick();
        await otel.startActiveSpan(`theirs ${index}`, async (span) => {
          await tick();
          span.end();
        });
      }),
    ),
  );
  const ids = new Map(records().map((record) => [record['span.name'], record.span_id]));
  for (const record of records()) {
    const [side, index] = String(record['span.name']).split(' ');
    expect(record.parent_span_id).toBe(side === 'theirs' ? ids.get(`ours ${index}`) : undefined);
  }
});

test('the active span of OpenTelemetry writes on the span of ours', () => {
  const { tracer, record } = program;
  tracer.withSpan('ours', () => {
    const active = trace.getActiveSpan();
    expect(active?.isRecording()).toBe(true);
    active?.setAttribute('tenant', 'acme').setAttributes({ 'gen_ai.request.model': 'gpt-4o' });
    active?.updateName('renamed');
    active?.recordException(new RangeError('too far'));
    active?.setStatus({ code: SpanStatusCode.ERROR });
    active?.end();
  });
  expect(record('renamed')).toMatchObject({
    'labels.tenant': 'acme',
    'gen_ai.request.model': 'gpt-4o',
    'span.status': 'error',
    'error.type': 'RangeError',
  });
});

test('events on the active span of OpenTelemetry are on the line of the span of ours', () => {
  const { tracer, record } = program;
  const logs = new SpanlineLogRecordProcessor({ tracer });
  const at = new Date('2026-06-01T12:00:00Z');
  const span = tracer.withSpan('ours', () => {
    const active = trace.getActiveSpan();
    active?.addEvent('cache miss', { key: 'user:7' }, at).addEvent('retry', undefined, at).addEvent('end', at);
    logs.onEmit({ eventName: 'feature_flag', hrTime: [at.getTime() / 1000, 0], body: { on: true } }, context.active());
    return active;
  });
  span?.addEvent('late');
  const time = at.toISOString();
  expect(JSON.parse(String(record('ours')['spanline.events']))).toEqual([
    { name: 'cache miss', time, attributes: { key: 'user:7' } },
    { name: 'retry', time },
    { name: 'end', time },
    { name: 'feature_flag', time, attributes: { body: { on: true } } },
  ]);
});

test('an event without a time has that of its call, and one with a time of the process that one', () => {
  const { tracer, record } = program;
  const before = Date.now();
  const elapsed = performance.now();
  tracer.withSpan('ours', () => trace.getActiveSpan()?.addEvent('now').addEvent('then', elapsed));
  const after = Date.now();
  const [now, then] = JSON.parse(String(record('ours')['spanline.events'])) as { time: string }[];
  expect(Date.parse(now?.time ?? '')).toBeGreaterThanOrEqual(before);
  expect(Date.parse(now?.time ?? '')).toBeLessThanOrEqual(after);
  // Binary fractions may cost a millisecond.
  expect(Math.abs(Date.parse(then?.time ?? '') - performance.timeOrigin - elapsed)).toBeLessThan(3);
});

test('a context that was asked for is the active one, also inside of a span of ours', () => {
  const { otel, tracer, record } = program;
  tracer.withSpan('ours', () => {
    context.with(ROOT_CONTEXT, () => {
      expect(activeIds()).toBeUndefined();
    });
    otel.startActiveSpan('theirs', (span) => {
      const bound = context.bind(context.active(), () => trace.getActiveSpan());
      tracer.withSpan('deeper', () => expect(bound()).toBe(span));
      span.end();
    });
    expect(activeIds()).toMatchObject({ spanId: currentSpan()?.spanId });
  });
  expect(activeIds()).toBeUndefined();
  expect(record('theirs').parent_span_id).toBe(record('ours').span_id);
});

test('an unsampled span of ours asks OpenTelemetry for nothing', async () => {
  const { otel, tracer, records } = start({}, { sampling: { ratio: 0 } }, { bridged: true });
  tracer.withSpan('ours', () => otel.startSpan('theirs').end());
  expect(records()).toEqual([]);
});

test('spans of the SDK 3 have parents of ours, and the other way around', async () => {
  const { otel, tracer, tree, records } = start({}, {}, { bridged: true, sdk: 3 });
  await tracer.withSpan('ours', async () => {
    await tick();
    await otel.startActiveSpan('theirs', async (theirs) => {
      await tick();
      expect(theirs.spanContext().traceId).toBe(currentSpan()?.traceId);
      tracer.withSpan('innermost', () => undefined);
      theirs.end();
    });
  });
  expect(tree()).toBe('task ours\n  task theirs\n    task innermost');
  expect(new Set(records().map((record) => record.trace_id)).size).toBe(1);
});

test('something else than a context manager is refused', () => {
  expect(() => new SpanlineContextManager({} as AsyncLocalStorageContextManager)).toThrow(
    expect.objectContaining({ code: 'ERR_INVALID_OPTION' }),
  );
});
