import { APICallError, wrapLanguageModel } from 'ai';
import { createRestrictedTelemetryDispatcher } from 'ai/internal';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { spanlineMiddleware, type SpanlineTelemetry, spanlineTelemetry } from '@spanline/ai-sdk';
import { createTracer, type SpanRecord, type Tracer } from '@spanline/core';
import { type MemoryLog, memoryLog, tree } from '@spanline/core/testing';
import { runInContext } from '@spanline/instrumentation';
import { drain } from '../../../test/support/records.ts';
import { useTracer } from '../../../test/support/set-up.ts';

let log: MemoryLog;
let tracer: Tracer;

useTracer(
  (newLog, newTracer) => {
    [log, tracer] = [newLog, newTracer];
  },
  { capture: 'full' },
);

afterEach(() => vi.useRealTimers());

const NO_CONTEXT = { span: undefined, values: {}, functionSpan: undefined, entering: false };

/** All runs of the SDK's workflow agent have this id. */
const CALL = { callId: 'workflow-agent', provider: 'openai.chat', modelId: 'gpt-4o' };
const MESSAGES = [{ role: 'user', content: 'Hi' }];
const START = {
  ...CALL,
  operationId: 'ai.workflowAgent.stream',
  messages: MESSAGES,
  runtimeContext: {},
  toolsContext: {},
};
const REQUEST = { ...CALL, messages: MESSAGES };
const USAGE = { inputTokens: 40, outputTokens: 12 };
const ANSWER = {
  ...CALL,
  finishReason: 'stop',
  usage: USAGE,
  content: [{ type: 'text', text: 'sunny' }],
  responseId: 'r-1',
};
const END = { ...CALL, text: 'sunny', finishReason: 'stop', steps: [], runtimeContext: {}, toolsContext: {} };

type Dispatched = (event: unknown) => unknown;
type Dispatcher = Record<
  'onStart' | 'onEnd' | 'onError' | 'onLanguageModelCallStart' | 'onLanguageModelCallEnd',
  Dispatched
> &
  Record<'onToolExecutionStart' | 'onToolExecutionEnd', Dispatched> & {
    executeTool(work: { callId: string; toolCallId: string; execute: () => Promise<unknown> }): Promise<unknown>;
  };

/** The SDK's own. */
const createDispatcher = (integrations: readonly SpanlineTelemetry[]): Dispatcher =>
  createRestrictedTelemetryDispatcher({
    telemetry: { integrations: [...integrations] },
  } as never) as unknown as Dispatcher;

/** Those that the workflow agent reports to: one for the run, and another one for its requests, made after the start. */
const dispatcherOf = (...integrations: readonly SpanlineTelemetry[]): Dispatcher => ({
  ...createDispatcher(integrations),
  get onLanguageModelCallStart() {
    return createDispatcher(integrations).onLanguageModelCallStart;
  },
  get onLanguageModelCallEnd() {
    return createDispatcher(integrations).onLanguageModelCallEnd;
  },
});

const WEATHER = { type: 'tool-call', toolCallId: 'k1', toolName: 'weather', input: { city: 'Oslo' } };

/** Reports a run as the workflow agent of the SDK does: a request, a tool, a request. */
async function stream(
  reports: Dispatcher,
  { tool = async () => 'sunny' as unknown, failure = undefined as unknown } = {},
): Promise<void> {
  await Promise.resolve();
  await reports.onStart(START);
  await reports.onLanguageModelCallStart(REQUEST);
  await reports.onLanguageModelCallEnd(ANSWER);
  const event = { toolCall: WEATHER, stepNumber: 0, messages: MESSAGES, toolContext: undefined };
  await reports.onToolExecutionStart(event);
  try {
    const output = await reports.executeTool({ callId: CALL.callId, toolCallId: 'k1', execute: tool });
    await reports.onToolExecutionEnd({ ...event, durationMs: 1, success: true, output });
  } catch (error) {
    await reports.onToolExecutionEnd({ ...event, durationMs: 1, success: false, error });
  }
  await reports.onLanguageModelCallStart(REQUEST);
  if (failure === undefined) await reports.onLanguageModelCallEnd(ANSWER);
  else await reports.onError(failure);
  await reports.onEnd(END);
}

const RUN = 'agent invoke_agent agent\n  llm chat gpt-4o\n  tool execute_tool weather\n  llm chat gpt-4o';
const FAILED = RUN.replace('agent invoke_agent agent', '$& [error]').replace(/gpt-4o$/, '$& [error]');
const indented = (text: string): string => text.replace(/^/gm, '    ');
const times = (count: number, text: string): string => Array.from({ length: count }, () => text).join('\n');
const tracerOf = ({ logger }: MemoryLog): Tracer =>
  createTracer({ logger, service: { name: 'test' }, statsIntervalSeconds: 0 });
const spans = (type: string, { records }: MemoryLog = log): SpanRecord[] =>
  records().filter((record) => record['span.type'] === type);

describe('runs of a workflow agent, which have one id', () => {
  it('are one tree each, three at once', async () => {
    const reports = dispatcherOf(spanlineTelemetry({ tracer }));
    await Promise.all([stream(reports), stream(reports), stream(reports)]);
    expect(tree(log.records())).toBe(times(3, RUN));
    expect(spans('llm').map((record) => record['gen_ai.usage.input_tokens'])).toEqual([40, 40, 40, 40, 40, 40]);
    expect(spans('tool')[0]).toMatchObject({ 'gen_ai.tool.call.id': 'k1', 'gen_ai.tool.call.result': '"sunny"' });
    expect(tracer.stats()).toMatchObject({ open: 0, internalErrors: 0 });
  });

  it('are inside of the tool that runs one', async () => {
    const reports = dispatcherOf(spanlineTelemetry({ tracer }));
    const outer = () => stream(reports, { tool: () => stream(reports) });
    await Promise.all([outer(), outer()]);
    const nested = RUN.replace('weather', `weather\n${indented(RUN)}`);
    expect(tree(log.records())).toBe(times(2, nested));
    expect(tracer.stats()).toMatchObject({ open: 0, internalErrors: 0 });
  });

  it('end with the error that is reported in place of an event, and leave the others alone', async () => {
    const reports = dispatcherOf(spanlineTelemetry({ tracer }));
    const request = { url: 'http://localhost', requestBodyValues: {}, statusCode: 400 };
    const failure = new APICallError({ ...request, message: 'refused', data: { error: { message: 'refused' } } });
    await Promise.all([stream(reports, { failure }), stream(reports)]);
    expect(tree(log.records()).split('\n').toSorted()).toEqual(`${FAILED}\n${RUN}`.split('\n').toSorted());
    const failed = { 'span.status': 'error', 'error.type': 'AI_APICallError', 'error.message': 'refused' };
    expect(spans('llm').filter((record) => record['span.status'] === 'error')).toMatchObject([failed]);
    expect(spans('agent').filter((record) => record['span.status'] === 'error')).toMatchObject([failed]);
    expect(tracer.stats()).toMatchObject({ open: 0, internalErrors: 0 });
  });

  it.each([
    ['an error of JavaScript', new TypeError('no'), 'the AI SDK reported the failure without its message'],
    ['an error of the web', new DOMException('no', 'NetworkError'), ''],
    ['a text', 'no', ''],
    ['nothing', null, ''],
  ])('end with %s', async (_, failure, message) => {
    const telemetry = spanlineTelemetry({ tracer });
    await stream(dispatcherOf(telemetry), { failure });
    expect(tracer.stats()).toMatchObject({ open: 0, internalErrors: 0 });
    expect(spans('agent')).toHaveLength(1);
    expect(spans('llm')).toHaveLength(2);
    if (message !== '') expect(spans('agent')).toMatchObject([{ 'span.status': 'error', 'error.message': message }]);
  });

  it('have the failure of a tool', async () => {
    const tool = () => Promise.reject(new Error('no tool'));
    await stream(dispatcherOf(spanlineTelemetry({ tracer })), { tool });
    expect(spans('tool')).toMatchObject([{ 'span.status': 'error', 'error.message': 'no tool' }]);
  });

  it('are recorded once, whichever recordings hear of them', async () => {
    const [first, second] = [spanlineTelemetry({ tracer }), spanlineTelemetry({ tracer })];
    const other = memoryLog();
    const elsewhere = spanlineTelemetry({ tracer: tracerOf(other) });
    const sets = [[first, second], [second, first], [second], [first, elsewhere, second]] as const;
    await Promise.all(sets.map((set) => stream(dispatcherOf(...set))));
    expect(spans('agent')).toHaveLength(sets.length);
    expect(spans('tool')).toHaveLength(sets.length);
    expect(spans('llm')).toHaveLength(2 * sets.length);
    expect(other.records()).toHaveLength(4);
    expect(tracer.stats()).toMatchObject({ open: 0, internalErrors: 0 });
  });

  it('have a model call whose end is not reported', async () => {
    const reports = dispatcherOf(spanlineTelemetry({ tracer }));
    await Promise.resolve();
    await reports.onStart(START);
    await reports.onLanguageModelCallStart(REQUEST);
    await reports.onEnd(END);
    expect(spans('llm')).toMatchObject([{ 'span.status': 'abandoned', 'gen_ai.request.model': 'gpt-4o' }]);
  });

  describe('with a wrapped model', () => {
    /** Reports a request of a run, and makes it, as the step of the agent does. */
    const ask = async (reports: Dispatcher, parts: readonly object[], failure?: unknown): Promise<void> => {
      const rest = [...parts];
      const stream = new ReadableStream({
        pull(controller) {
          const part = rest.shift();
          if (part !== undefined) controller.enqueue(part);
          else if (failure === undefined) controller.close();
          else controller.error(failure);
        },
      });
      const house = { specificationVersion: 'v4', provider: 'openai.chat', modelId: 'gpt-4o', supportedUrls: {} };
      const model = { ...house, doStream: async () => ({ stream }) } as never;
      const wrapped = wrapLanguageModel({ model, middleware: spanlineMiddleware({ tracer }) });
      await reports.onStart(START);
      await reports.onLanguageModelCallStart(REQUEST);
      const answer = await wrapped.doStream({ prompt: [] });
      await drain(answer.stream as never);
    };

    it('have one line for each request', async () => {
      const reports = dispatcherOf(spanlineTelemetry({ tracer }));
      const usage = { inputTokens: { total: 40 }, outputTokens: { total: 12 } };
      await ask(reports, [{ type: 'finish', finishReason: { unified: 'stop' }, usage }]);
      await reports.onLanguageModelCallEnd(ANSWER);
      await reports.onEnd(END);
      expect(tree(log.records())).toBe('agent invoke_agent agent\n  llm chat gpt-4o');
      expect(spans('llm')).toMatchObject([{ 'gen_ai.usage.input_tokens': 40, 'gen_ai.usage.output_tokens': 12 }]);
    });

    it('end when they are aborted, which the SDK does not report', async () => {
      const abort = new DOMException('stop', 'AbortError');
      const reports = dispatcherOf(spanlineTelemetry({ tracer }));
      await expect(ask(reports, [{ type: 'text-delta', id: '1', delta: 'sun' }], abort)).rejects.toBe(abort);
      await expect.poll(() => tracer.stats().open).toBe(0);
      expect(tree(log.records())).toBe('agent invoke_agent agent [aborted]\n  llm chat gpt-4o [aborted]');
      expect(spans('llm')[0]?.['gen_ai.output.messages']).toContain('sun');
    });
  });

  it('keep their tokens where the context is lost, have a line each, and the rest is counted', () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
    const lost = memoryLog();
    const own = tracerOf(lost);
    const telemetry = spanlineTelemetry({ tracer: own });
    const report = (name: keyof Dispatcher, event: unknown): unknown =>
      runInContext(NO_CONTEXT, () => (telemetry[name] as Dispatched)(event));
    for (const name of ['onStart', 'onStart', 'onLanguageModelCallStart', 'onLanguageModelCallStart'] as const) {
      report(name, name === 'onStart' ? START : REQUEST);
    }
    report('onLanguageModelCallEnd', ANSWER);
    report('onLanguageModelCallEnd', ANSWER);
    report('onToolExecutionStart', { toolCall: WEATHER });
    report('onEnd', END);
    expect(spans('llm', lost).map((record) => record['gen_ai.usage.input_tokens'])).toEqual([40, 40]);
    // Two requests, a tool and an end.
    expect(own.stats()).toMatchObject({ open: 2, internalErrors: 4 });
    vi.advanceTimersByTime(120_000);
    expect(spans('agent', lost).map((record) => record['span.status'])).toEqual(['abandoned', 'abandoned']);
    report('onStart', START);
    report('onLanguageModelCallStart', REQUEST);
    report('onLanguageModelCallEnd', ANSWER);
    report('onEnd', END);
    expect(spans('agent', lost).at(-1)).toMatchObject({ 'span.status': 'ok' });
    expect(own.stats().open).toBe(0);
  });
});
