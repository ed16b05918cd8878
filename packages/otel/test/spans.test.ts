/** The line of an OpenTelemetry span, whatever the span is about. */
import { context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { describe, expect, test } from 'vitest';
import { inside, start } from './support/setup.ts';

describe.each([2, 3] as const)('with the SDK %i of OpenTelemetry', (sdk) => {
  test('a span becomes a line with its ids, times, scope and attributes', () => {
    const { otel, record } = start({}, {}, { sdk });
    const startTime = Date.UTC(2026, 5, 1, 12, 0, 0, 250);
    const span = otel.startSpan('resize', { startTime, attributes: { 'image.width': 640, kept: true } });
    span.end(startTime + 40);
    const line = record();
    expect(line).toMatchObject({
      trace_id: span.spanContext().traceId,
      span_id: span.spanContext().spanId,
      'span.name': 'resize',
      'span.type': 'task',
      'span.kind': 'INTERNAL',
      'span.status': 'ok',
      'event.start': '2026-06-01T12:00:00.250000Z',
      duration_ms: 40,
      'otel.scope.name': 'app',
      'otel.scope.version': '1.2.3',
      'labels.image_width': 640,
      'labels.kept': true,
    });
    expect(line.parent_span_id).toBeUndefined();
  });

  test('spans form the tree that OpenTelemetry knows, and each is written when it ends', () => {
    const { otel, tree, records } = start({}, {}, { sdk });
    const parent = otel.startSpan('parent');
    const child = otel.startSpan('child', {}, inside(parent));
    const grandchild = otel.startSpan('grandchild', {}, inside(child));
    grandchild.end();
    child.end();
    expect(records().map((record) => record['span.name'])).toEqual(['grandchild', 'child']);
    parent.end();
    expect(tree()).toBe('task parent\n  task child\n    task grandchild');
    expect(records().at(-1)).toMatchObject({ 'spanline.rollup.spans': 3 });
  });

  test('a parent in another process is named', () => {
    const { otel, record } = start({}, {}, { sdk });
    const remote = {
      traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
      spanId: '00f067aa0ba902b7',
      traceFlags: 1,
      isRemote: true,
    };
    otel.startSpan('served', { kind: SpanKind.SERVER }, trace.setSpanContext(context.active(), remote)).end();
    expect(record()).toMatchObject({
      trace_id: remote.traceId,
      parent_span_id: remote.spanId,
      'spanline.parent.remote': true,
      'span.kind': 'SERVER',
    });
  });

  test('an exception with the status of an error is the error of the line', () => {
    const { otel, record } = start({}, {}, { sdk });
    const span = otel.startSpan('broken');
    span.recordException(new RangeError('too far'));
    span.setStatus({ code: SpanStatusCode.ERROR, message: 'too far' });
    span.end();
    expect(record()).toMatchObject({ 'span.status': 'error', 'error.type': 'RangeError', 'error.message': 'too far' });
    expect(record()['error.stack']).toContain('spans.test.ts');
  });

  test('a status without an exception is an error as well; an exception alone is none', () => {
    const { otel, record } = start({}, {}, { sdk });
    const failed = otel.startSpan('failed', { attributes: { 'error.type': '503' } });
    failed.setStatus({ code: SpanStatusCode.ERROR });
    failed.end();
    const noted = otel.startSpan('noted');
    noted.recordException(new Error('handled'));
    noted.end();
    expect(record('failed')).toMatchObject({ 'span.status': 'error', 'error.type': '503' });
    expect(record('noted')).toMatchObject({ 'span.status': 'ok' });
  });

  test('events and links are kept', () => {
    const { otel, record } = start({}, {}, { sdk });
    const cause = otel.startSpan('cause');
    const span = otel.startSpan('work', { links: [{ context: cause.spanContext() }] });
    span.addEvent('cache miss', { key: 'user:7' }, new Date('2026-06-01T12:00:00Z'));
    span.end();
    const line = record('work');
    expect(line['spanline.link.trace_id']).toBe(cause.spanContext().traceId);
    expect(JSON.parse(line['spanline.events'] ?? '')).toEqual([
      { name: 'cache miss', time: '2026-06-01T12:00:00.000Z', attributes: { key: 'user:7' } },
    ]);
    cause.end();
  });

  test('more attributes than a line has room for are told, and are no fault', () => {
    const { otel, record, tracer } = start({}, {}, { sdk });
    const attributes = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`custom.${index}`, index]));
    otel.startSpan('wide', { attributes }).end();
    const line = record();
    expect(Object.keys(line).filter((key) => key.startsWith('labels.'))).toHaveLength(32);
    expect(line['spanline.truncated']).toContain('labels');
    expect(tracer.stats().internalErrors).toBe(0);
  });

  test('the filter leaves spans out, and those below them keep their place', () => {
    const { otel, tree } = start({ filter: ({ name }) => name !== 'middleware' }, {}, { sdk });
    const request = otel.startSpan('request');
    const middleware = otel.startSpan('middleware', {}, inside(request));
    otel.startSpan('query', {}, inside(middleware)).end();
    middleware.end();
    request.end();
    expect(tree()).toBe('task request\n  task query');
  });

  test('a span that OpenTelemetry does not sample is not written', () => {
    const { otel, records, log } = start({}, { statsIntervalSeconds: 0 }, { sdk });
    const unsampled = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7', traceFlags: 0 };
    otel.startSpan('silent', {}, trace.setSpanContext(context.active(), unsampled)).end();
    expect(records()).toEqual([]);
    expect(log.lines()).toEqual([]);
  });

  test('two processors write a span once', () => {
    const { otel, records } = start({}, {}, { processors: 2, sdk });
    otel.startSpan('once').end();
    expect(records()).toHaveLength(1);
  });

  test('a span of ours inside an OpenTelemetry span stands below it, and the other way around', () => {
    const { otel, tracer, tree, records } = start({}, {}, { sdk });
    otel.startActiveSpan('outer', (outer) => {
      tracer.withSpan('ours', () => {
        otel.startActiveSpan('theirs', (theirs) => {
          tracer.startSpan('innermost').end();
          theirs.end();
        });
      });
      outer.end();
    });
    expect(tree()).toBe('task outer\n  task ours\n    task theirs\n      task innermost');
    expect(new Set(records().map((record) => record.trace_id)).size).toBe(1);
  });

  test('a span without a parent that starts inside a span of ours belongs to its trace, and links to its own', () => {
    const { otel, tracer, record, tree } = start({}, {}, { sdk });
    const theirs = tracer.withSpan('ours', () => {
      const span = otel.startSpan('theirs');
      span.end();
      return span.spanContext();
    });
    expect(tree()).toBe('task ours\n  task theirs');
    expect(record('theirs')).toMatchObject({
      trace_id: record('ours').trace_id,
      span_id: theirs.spanId,
      'spanline.link.trace_id': theirs.traceId,
    });
  });

  test('another object with the ids of an open span stands for it', () => {
    const { otel, tracer, tree, record } = start({}, {}, { sdk });
    const outer = otel.startSpan('outer');
    const stand = trace.wrapSpanContext(outer.spanContext());
    context.with(inside(stand), () => {
      tracer.withSpan('ours', () => otel.startSpan('theirs').end());
    });
    outer.end();
    expect(tree()).toBe('task outer\n  task ours\n    task theirs');
    expect(record('outer')['spanline.rollup.spans']).toBe(3);
  });

  test('a span that asks for a new trace gets one', () => {
    const { otel, record } = start({}, {}, { sdk });
    otel.startActiveSpan('outer', (outer) => {
      otel.startSpan('apart', { root: true }).end();
      outer.end();
    });
    expect(record('apart').parent_span_id).toBeUndefined();
    expect(record('apart').trace_id).not.toBe(record('outer').trace_id);
  });
});
