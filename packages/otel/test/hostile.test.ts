/** Spans of an SDK that does not keep to the rules, and attributes from outside. */
import { ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { expect, test } from 'vitest';
import { createTracer, type SpanRecord, validate } from '@spanline/core';
import { memoryLog } from '@spanline/core/testing';
import { type OtelSpan, SpanlineLogRecordProcessor, SpanlineSpanProcessor } from '@spanline/otel';

const IDS = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7', traceFlags: 1 };
const START: [number, number] = [1_780_000_000, 0];

/** A span with what is given in place of its parts. */
function spanOf(parts: Record<string, unknown> = {}): OtelSpan {
  return {
    name: 'hostile',
    kind: 0,
    startTime: START,
    endTime: [START[0], 5_000_000],
    status: { code: 0 },
    attributes: {},
    events: [],
    links: [],
    spanContext: () => IDS,
    ...parts,
  } as unknown as OtelSpan;
}

interface Written {
  readonly records: readonly SpanRecord[];
  readonly errors: number;
}

function write(span: OtelSpan): Written {
  const log = memoryLog();
  const tracer = createTracer({ logger: log.logger, statsIntervalSeconds: 0 });
  const processor = new SpanlineSpanProcessor({ tracer });
  processor.onStart(span, ROOT_CONTEXT);
  processor.onEnd(span);
  void processor.shutdown();
  for (const record of log.records()) expect(validate(record)).toEqual({ valid: true });
  expect(tracer.stats().open).toBe(0);
  return { records: log.records(), errors: tracer.stats().internalErrors };
}

function recordOf(attributes: Record<string, unknown>): SpanRecord {
  const { records, errors } = write(spanOf({ attributes }));
  expect(records).toHaveLength(1);
  expect(errors).toBe(0);
  return records[0] as SpanRecord;
}

test('a hundred thousand attributes are a line of bounded size', () => {
  const attributes = Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`app.key.${index}`, 'x']));
  const flat = Object.fromEntries(
    Array.from({ length: 100_000 }, (_, index) => [`llm.input_messages.${index}.message.content`, 'x']),
  );
  for (const given of [attributes, flat]) expect(JSON.stringify(recordOf(given)).length).toBeLessThan(300_000);
  expect(recordOf(attributes)['spanline.truncated']).toContain('labels');
});

test('texts of five megabytes are cut', () => {
  const huge = 'x'.repeat(5_000_000);
  const record = recordOf({
    'gen_ai.request.model': huge,
    'gen_ai.prompt.0.content': huge,
    'gen_ai.output.messages': `[${JSON.stringify(huge)}`,
    'input.value': huge,
    'app.note': huge,
    [huge]: 1,
  });
  expect(JSON.stringify(record).length).toBeLessThan(500_000);
});

const VALUES: Record<string, unknown> = {
  'a number': -1.5,
  'no number': Number.NaN,
  'a list': [[], {}, null],
  'an object': { toString: null },
  'a big integer': 2n ** 80n,
  'a symbol': Symbol('x'),
  'a function': () => 1,
  'broken JSON': '{"a":[',
  'deep JSON': `${'['.repeat(5000)}${']'.repeat(5000)}`,
  'a date': new Date(Number.NaN),
  'a boolean': true,
};
const KEYS = [
  'gen_ai.operation.name',
  'gen_ai.request.model',
  'gen_ai.request.temperature',
  'gen_ai.usage.input_tokens',
  'gen_ai.usage.output_tokens',
  'gen_ai.response.finish_reasons',
  'gen_ai.input.messages',
  'gen_ai.prompt.0.content',
  'llm.invocation_parameters',
  'llm.input_messages.0.message.tool_calls.0.tool_call.function',
  'ai.response.providerMetadata',
  'ai.prompt.messages',
  'retrieval.documents.0.document.metadata',
  'embedding.embeddings.0.embedding.vector',
  'metadata',
  'tag.tags',
  'session.id',
  'http.url',
  'openinference.span.kind',
  'gen_ai.usage.cost',
  'app.own',
];

test.each(Object.entries(VALUES))('%s as the value of any attribute costs that attribute alone', (_, value) => {
  for (const key of KEYS) {
    const { records } = write(spanOf({ attributes: { [key]: value, 'app.kept': 'yes' } }));
    expect(records).toMatchObject([{ 'labels.app_kept': 'yes' }]);
  }
  expect(write(spanOf({ attributes: Object.fromEntries(KEYS.map((key) => [key, value])) })).records).toHaveLength(1);
});

test('a value of another type than that of its key is counted, and the line names the key', () => {
  const { records, errors } = write(spanOf({ attributes: { 'gen_ai.response.finish_reasons': 5 } }));
  expect(errors).toBe(1);
  expect(records[0]?.['spanline.truncated']).toEqual(['gen_ai.response.finish_reasons']);
});

test('a getter that throws costs its own attribute', () => {
  const attributes = { before: 1, after: 2 };
  Object.defineProperty(attributes, 'app.broken', {
    enumerable: true,
    get() {
      throw new Error('no');
    },
  });
  expect(recordOf(attributes)).toMatchObject({ 'labels.before': 1, 'labels.after': 2 });
});

test('names of prototypes are names like any other', () => {
  const attributes = JSON.parse(
    '{"__proto__":"a","constructor":"b","llm.input_messages.0.__proto__.x":1,"metadata":"{\\"__proto__\\":{\\"polluted\\":1}}"}',
  ) as Record<string, unknown>;
  recordOf(attributes);
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
});

test.each([
  ['no number', [Number.NaN, 0]],
  ['endless', [Number.POSITIVE_INFINITY, 0]],
  ['negative', [-5, -5]],
  ['after the year 300000', [1e13, 0]],
  ['a text', 'now'],
  ['nothing', undefined],
])('a time that is %s does not stop the line', (_, time) => {
  for (const parts of [{ startTime: time }, { endTime: time }, { startTime: time, endTime: time }]) {
    const { records, errors } = write(spanOf({ ...parts, events: [{ name: 'event', time }] }));
    expect(records).toHaveLength(1);
    expect(errors).toBe(0);
    expect(records[0]?.duration_ms).toBeGreaterThanOrEqual(0);
  }
});

test('an end before the start is a duration of 0', () => {
  const { records } = write(spanOf({ endTime: [START[0] - 10, 0] }));
  expect(records).toMatchObject([{ duration_ms: 0 }]);
});

test.each([
  ['zeros', { traceId: '0'.repeat(32), spanId: '0'.repeat(16) }],
  ['upper case', { traceId: 'A'.repeat(32), spanId: 'B'.repeat(16) }],
  ['short', { traceId: 'abc', spanId: 'd' }],
  ['no texts', { traceId: 1, spanId: {} }],
  ['absent', {}],
])('ids that are %s are replaced by valid ones', (_, ids) => {
  const { records } = write(spanOf({ spanContext: () => ({ traceFlags: 1, ...ids }) }));
  expect(records).toHaveLength(1);
  expect(records[0]?.trace_id).toMatch(/^(?!0{32})[0-9a-f]{32}$/);
  expect(records[0]?.span_id).toMatch(/^(?!0{16})[0-9a-f]{16}$/);
});

test.each([
  ['events', { events: undefined }],
  ['links', { links: undefined }],
  ['status', { status: undefined }],
  ['attributes', { attributes: undefined }],
  ['ids', { spanContext: undefined }],
])('an SDK without %s never gets an exception', (_, parts) => {
  expect(() => write(spanOf(parts))).not.toThrow();
});

test('a log record may hold anything', () => {
  const log = memoryLog();
  const tracer = createTracer({ logger: log.logger, statsIntervalSeconds: 0 });
  const spans = new SpanlineSpanProcessor({ tracer });
  const logs = new SpanlineLogRecordProcessor({ tracer });
  const span = spanOf({ attributes: { 'gen_ai.operation.name': 'chat' } });
  const within = { getValue: () => span };
  spans.onStart(span, ROOT_CONTEXT);
  for (const body of [undefined, null, 1, 'x', [], { content: { a: 1 } }, { message: 7, finish_reason: {} }, () => 1])
    for (const eventName of ['gen_ai.user.message', 'gen_ai.choice', 'gen_ai.evaluation.result', 'exception', 'own'])
      logs.onEmit({ eventName, body, attributes: { 'exception.type': 5 } }, within);
  logs.onEmit(null as never, within);
  logs.onEmit({ eventName: 5 as never }, within);
  for (let index = 0; index < 5000; index++) logs.onEmit({ eventName: 'gen_ai.user.message', body: {} }, within);
  spans.onEnd(span);
  void spans.shutdown();
  expect(log.records()).toHaveLength(1);
  expect(validate(log.records()[0] as SpanRecord)).toEqual({ valid: true });
});

test.each([
  ['no ids', { traceId: '', spanId: '' }],
  ['ids of zeros', { traceId: '0'.repeat(32), spanId: '0'.repeat(16) }],
  ['ids that are none', { traceId: IDS.traceId, spanId: 'parent' }],
])('a parent with %s is none', (_, ids) => {
  const log = memoryLog();
  const tracer = createTracer({ logger: log.logger, statsIntervalSeconds: 0 });
  const processor = new SpanlineSpanProcessor({ tracer });
  const span = spanOf();
  processor.onStart(span, trace.setSpanContext(ROOT_CONTEXT, { ...ids, traceFlags: 1 }));
  processor.onEnd(span);
  const [record] = log.records();
  expect(record).toMatchObject({ trace_id: IDS.traceId, span_id: IDS.spanId });
  expect(record).not.toHaveProperty('parent_span_id');
});
