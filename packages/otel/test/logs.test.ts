/** Events that instrumentations write as log records. */
import { context, ROOT_CONTEXT, SpanStatusCode, trace } from '@opentelemetry/api';
import { LoggerProvider } from '@opentelemetry/sdk-logs';
import { LoggerProvider as LoggerProvider3 } from 'otel-logs3';
import { describe, expect, onTestFinished, test } from 'vitest';
import { SpanlineLogRecordProcessor, type SpanProcessorOptions } from '@spanline/otel';
import { inside, type Program, start } from './support/setup.ts';

type Emit = (record: {
  eventName?: string;
  body?: string | Record<string, unknown>;
  attributes?: Record<string, string | number>;
  context?: typeof ROOT_CONTEXT;
}) => void;

function startWithLogs(
  sdk: 2 | 3,
  options: Omit<SpanProcessorOptions, 'tracer'> = {},
  processors = 1,
): Program & { emit: Emit } {
  const program = start(options, { statsIntervalSeconds: 0 }, { sdk });
  const { tracer } = program;
  const ours = Array.from({ length: processors }, () => new SpanlineLogRecordProcessor({ tracer }));
  const provider = new (sdk === 3 ? LoggerProvider3 : LoggerProvider)({ processors: ours });
  onTestFinished(() => provider.shutdown());
  const logger = provider.getLogger('app');
  return { ...program, emit: (record) => logger.emit(record as Parameters<typeof logger.emit>[0]) };
}

const CHAT = { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'gpt-4o' };
const json = (value: unknown): unknown => JSON.parse(String(value));

describe.each([2, 3] as const)('with the SDK %i of OpenTelemetry', (sdk) => {
  test.each([
    ['the attribute event.name', (name: string) => ({ attributes: { 'event.name': name, 'gen_ai.system': 'openai' } })],
    ['the name of the event', (name: string) => ({ eventName: name, attributes: { 'gen_ai.system': 'openai' } })],
  ])('messages up to 1.36 join the line of their span: %s', (_, named) => {
    const { otel, emit, record } = startWithLogs(sdk);
    const span = otel.startSpan('chat gpt-4o', { attributes: CHAT });
    const within = { context: inside(span) };
    emit({ ...within, ...named('gen_ai.system.message'), body: { content: 'Be brief.' } });
    emit({ ...within, ...named('gen_ai.user.message'), body: { content: 'Which river?' } });
    const calls = [{ id: 'c1', type: 'function', function: { name: 'find', arguments: '{"city":"Bonn"}' } }];
    emit({ ...within, ...named('gen_ai.assistant.message'), body: { tool_calls: calls } });
    emit({ ...within, ...named('gen_ai.tool.message'), body: { id: 'c1', content: 'the Rhine' } });
    const message = { content: 'The Rhine.' };
    emit({ ...within, ...named('gen_ai.choice'), body: { index: 0, finish_reason: 'stop', message } });
    span.end();
    const line = record();
    expect(json(line['gen_ai.input.messages'])).toEqual([
      { role: 'system', parts: [{ type: 'text', content: 'Be brief.' }] },
      { role: 'user', parts: [{ type: 'text', content: 'Which river?' }] },
      { role: 'assistant', parts: [{ type: 'tool_call', id: 'c1', name: 'find', arguments: { city: 'Bonn' } }] },
      { role: 'tool', parts: [{ type: 'tool_call_response', id: 'c1', response: 'the Rhine' }] },
    ]);
    expect(json(line['gen_ai.output.messages'])).toEqual([
      { role: 'assistant', parts: [{ type: 'text', content: 'The Rhine.' }] },
    ]);
    expect(line['gen_ai.response.finish_reasons']).toEqual(['stop']);
    expect(line['spanline.events']).toBeUndefined();
    expect(Object.keys(line).filter((key) => key.startsWith('labels.'))).toEqual([]);
  });

  test('the details event joins the active span, in attributes or in its body', () => {
    const { otel, emit, record } = startWithLogs(sdk);
    const messages = {
      'gen_ai.input.messages': [{ role: 'user', parts: [{ type: 'text', content: 'Which river?' }] }],
      'gen_ai.output.messages': [{ role: 'assistant', parts: [{ type: 'text', content: 'The Rhine.' }] }],
    };
    const texts = Object.fromEntries(Object.entries(messages).map(([key, value]) => [key, JSON.stringify(value)]));
    const eventName = 'gen_ai.client.inference.operation.details';
    for (const [name, event] of Object.entries({ attributes: { attributes: texts }, body: { body: messages } }))
      otel.startActiveSpan(name, { attributes: CHAT }, (span) => {
        emit({ eventName, ...event });
        span.end();
      });
    for (const name of ['attributes', 'body'])
      expect(json(record(name)['gen_ai.output.messages'])).toEqual(messages['gen_ai.output.messages']);
  });

  test('an instrumentation that leaves out content still tells why the model stopped', () => {
    const { otel, emit, record } = startWithLogs(sdk);
    const span = otel.startSpan('chat gpt-4o', { attributes: CHAT });
    const within = { context: inside(span) };
    emit({ ...within, eventName: 'gen_ai.user.message', body: {} });
    emit({ ...within, eventName: 'gen_ai.choice', body: { index: 0, finish_reason: 'length', message: {} } });
    span.end();
    expect(record()['gen_ai.input.messages']).toBeUndefined();
    expect(record()['gen_ai.output.messages']).toBeUndefined();
    expect(record()['gen_ai.response.finish_reasons']).toEqual(['length']);
  });

  test('content follows the capture mode of the span, and is redacted', () => {
    const { otel, emit, record } = startWithLogs(sdk, { capture: 'metadata' });
    const redacted = startWithLogs(sdk);
    for (const program of [{ otel, emit }, redacted]) {
      const span = program.otel.startSpan('chat gpt-4o', { attributes: CHAT });
      const body = { content: 'I am jane.doe@example.com' };
      program.emit({ context: inside(span), eventName: 'gen_ai.user.message', body });
      span.end();
    }
    expect(record()['gen_ai.input.messages']).toBeUndefined();
    expect(redacted.record()['gen_ai.input.messages']).toContain('EMAIL');
    expect(redacted.log.raw().join('\n')).not.toContain('jane.doe');
  });

  test('an exception is the error of a span that failed, other events are kept, plain records are left alone', () => {
    const { otel, emit, record } = startWithLogs(sdk);
    const span = otel.startSpan('work');
    const within = { context: inside(span) };
    emit({ ...within, body: 'a line of the application' });
    emit({ ...within, eventName: 'cache.miss', attributes: { key: 'user:7' }, body: 'missed' });
    const exception = { 'exception.type': 'RangeError', 'exception.message': 'too far' };
    emit({ ...within, eventName: 'gen_ai.client.operation.exception', attributes: exception });
    span.setStatus({ code: SpanStatusCode.ERROR });
    span.end();
    expect(record()).toMatchObject({ 'error.type': 'RangeError', 'error.message': 'too far' });
    expect(json(record()['spanline.events'])).toEqual([
      { name: 'cache.miss', time: expect.any(String) as string, attributes: { key: 'user:7', body: 'missed' } },
    ]);
  });

  test('an evaluation is a score of its span, also after its end', () => {
    const { otel, emit, log, tracer } = startWithLogs(sdk);
    const span = otel.startSpan('chat gpt-4o', { attributes: CHAT });
    span.end();
    emit({
      context: inside(span),
      eventName: 'gen_ai.evaluation.result',
      attributes: {
        'gen_ai.evaluation.name': 'relevance',
        'gen_ai.evaluation.score.value': 0.75,
        'gen_ai.evaluation.score.label': 'relevant',
        'gen_ai.evaluation.explanation': 'It names the river.',
      },
    });
    emit({ context: inside(span), eventName: 'gen_ai.evaluation.result', attributes: {} });
    const scores = log.lines().filter((line) => line['event.name'] === 'gen_ai.evaluation.result');
    expect(scores).toHaveLength(1);
    expect(scores[0]).toMatchObject({
      trace_id: span.spanContext().traceId,
      span_id: span.spanContext().spanId,
      'gen_ai.evaluation.name': 'relevance',
      'gen_ai.evaluation.score.value': 0.75,
      'spanline.evaluation.label': 'relevant',
    });
    expect(tracer.stats().internalErrors).toBe(0);
  });

  test('messages that come after the end of their span are counted, and other events are not', () => {
    const { otel, emit, tracer } = startWithLogs(sdk);
    const span = otel.startSpan('chat gpt-4o', { attributes: CHAT });
    span.end();
    emit({ context: inside(span), eventName: 'cache.miss' });
    expect(tracer.stats().internalErrors).toBe(0);
    emit({ context: inside(span), eventName: 'gen_ai.user.message', body: { content: 'late' } });
    expect(tracer.stats().internalErrors).toBe(1);
  });

  test('two processors join a record once, and records outside of spans are left alone', () => {
    const { otel, emit, record, log } = startWithLogs(sdk, {}, 2);
    emit({ context: ROOT_CONTEXT, eventName: 'gen_ai.user.message', body: { content: 'nowhere' } });
    otel.startActiveSpan('chat gpt-4o', { attributes: CHAT }, (span) => {
      emit({ eventName: 'gen_ai.user.message', body: { content: 'once' } });
      span.end();
    });
    expect(json(record()['gen_ai.input.messages'])).toHaveLength(1);
    expect(log.raw().join('')).not.toContain('nowhere');
  });

  test('events of a span that the filter leaves out are left out with it', () => {
    const { otel, emit, record, log } = startWithLogs(sdk, { filter: ({ name }) => name !== 'hidden' });
    otel.startActiveSpan('outer', { attributes: CHAT }, (outer) => {
      otel.startActiveSpan('hidden', (hidden) => {
        emit({ eventName: 'gen_ai.user.message', body: { content: 'of the hidden one' } });
        hidden.end();
      });
      outer.end();
    });
    expect(record().span_id).toBeDefined();
    expect(log.raw().join('')).not.toContain('of the hidden one');
  });
});

test('a wrong option is refused, and an SDK that gives no context is served by the active one', () => {
  expect(() => new SpanlineLogRecordProcessor({ tracer: {} as never })).toThrow(
    expect.objectContaining({ code: 'ERR_INVALID_OPTION' }),
  );
  const { otel, tracer, record } = start();
  const processor = new SpanlineLogRecordProcessor({ tracer });
  const span = otel.startSpan('chat gpt-4o', { attributes: CHAT });
  context.with(trace.setSpan(context.active(), span), () =>
    processor.onEmit({ eventName: 'gen_ai.user.message', body: { content: 'given no context' } }),
  );
  span.end();
  expect(record()['gen_ai.input.messages']).toContain('given no context');
});
