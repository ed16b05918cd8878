/** Messages, settings and labels that nobody should hand over, and that somebody will. */

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { spanlineMiddleware, spanlineTelemetry } from '@spanline/ai-sdk';
import { createTracer, type Tracer, validate } from '@spanline/core';
import { memoryLog, type MemoryLog } from '@spanline/core/testing';
import { drain } from '../../../test/support/records.ts';
import { HOSTILE } from '../../core/test/hostile-values.ts';

let log: MemoryLog;
let tracer: Tracer;

beforeEach(() => {
  log = memoryLog();
  tracer = createTracer({ logger: log.logger, capture: 'full', statsIntervalSeconds: 0 });
});

/** Checks the lines. A value that cannot be read is counted as a fault. */
function valid(): void {
  for (const record of log.records()) expect(validate(record)).toEqual({ valid: true });
  expect(tracer.stats().open).toBe(0);
}

afterEach(valid);

const USAGE = { inputTokens: { total: 40 }, outputTokens: { total: 12 } };
const COUNTED = { 'span.status': 'ok', 'gen_ai.usage.input_tokens': 40, 'gen_ai.usage.output_tokens': 12 };

/** A list that has no end, by whichever way it is read as one. */
const ENDLESS = {
  *[Symbol.iterator]() {
    for (;;) yield 'again';
  },
};

const refuse = (): never => {
  throw new Error('refused');
};

const VALUES: readonly (readonly [name: string, value: unknown])[] = [
  ...HOSTILE,
  ['an iterable without an end', ENDLESS],
  [
    'a key that throws',
    {
      chatId: 'chat-1',
      fine: 'yes',
      get broken() {
        return refuse();
      },
    },
  ],
];

/** A hostile value at each place where the SDK hands over something of the application or of the model. */
const PLACES: Readonly<Record<string, (value: unknown) => object>> = {
  metadata: (value) => ({ metadata: value }),
  'a key of the metadata': (value) => ({ metadata: { chatId: value, key: value } }),
  'the runtime context': (value) => ({ runtimeContext: value }),
  messages: (value) => ({ messages: value }),
  'a message': (value) => ({ messages: [value] }),
  'the content of a message': (value) => ({ messages: [{ role: value, content: value }] }),
  'a part of a message': (value) => ({ messages: [{ role: 'user', content: [value] }] }),
  'the fields of parts': (value) => ({
    messages: [
      {
        role: 'user',
        content: ['text', 'image', 'file', 'tool-call', 'tool-result', 'source', 'other'].map((type) => ({
          type,
          text: value,
          data: value,
          image: value,
          file: value,
          input: value,
          output: value,
          toolName: value,
          toolCallId: value,
          mediaType: value,
        })),
      },
    ],
  }),
  'settings and tools': (value) => ({
    tools: value,
    system: value,
    headers: value,
    temperature: value,
    stopSequences: value,
    providerOptions: value,
    functionId: value,
    abortSignal: value,
    responseFormat: value,
  }),
  'a tool': (value) => ({ tools: { look: value }, providerOptions: { openai: value } }),
};

const answerWith = (value: unknown): object => ({
  content: [{ type: 'text', text: 'Oslo' }, value, { type: 'tool-call', toolName: value, input: value }],
  finishReason: value,
  usage: USAGE,
  providerMetadata: value,
  response: { id: value, headers: value, body: value },
  request: value,
});

/** Calls as the SDK calls, with nothing between it and the events. */
describe.each(VALUES)('%s', (_name, value) => {
  it('from the application leaves each call alone, and its lines', async () => {
    const telemetry = spanlineTelemetry({ tracer });
    const { onStart, executeLanguageModelCall, onEnd } = telemetry;
    for (const [place, hostileAt] of Object.entries(PLACES)) {
      const hostile = hostileAt(value);
      const call = { callId: `call-${place}`, provider: 'openai.chat', modelId: 'gpt-4o' };
      onStart({ operationId: 'ai.workflowAgent.stream', prompt: 'a question', ...hostile, ...call });
      telemetry.onLanguageModelCallStart?.({ ...hostile, ...call });
      const answer = { content: [], usage: USAGE };
      expect(await executeLanguageModelCall({ ...call, execute: async () => answer })).toBe(answer);
      onEnd({ text: 'Oslo', ...call });
      expect(log.records(), place).toMatchObject([COUNTED, { 'span.status': 'ok' }]);
      valid();
      log.clear();
    }
  });

  it('as an answer is given to the application as it is', async () => {
    const answer = answerWith(value);
    const { wrapGenerate } = spanlineMiddleware({ tracer });
    const model = { provider: 'openai.chat', modelId: 'gpt-4o' };
    expect(await wrapGenerate({ params: {}, model, doGenerate: async () => answer })).toBe(answer);
    expect(log.records()).toMatchObject([COUNTED]);
  });

  it('as a piece of a stream is handed on in its place', async () => {
    const pieces = [
      value,
      { type: 'text-delta', id: value, delta: value },
      { type: 'tool-call', toolCallId: value, toolName: value, input: value },
      { type: 'finish', usage: USAGE, finishReason: value, providerMetadata: value },
    ];
    const stream = new ReadableStream({
      start(controller) {
        for (const piece of pieces) controller.enqueue(piece);
        controller.close();
      },
    });
    const { wrapStream } = spanlineMiddleware({ tracer });
    const model = { provider: 'openai.chat', modelId: 'gpt-4o' };
    const result = await wrapStream({ params: {}, model, doStream: async () => ({ stream }) });
    const read = await drain(result.stream as unknown as AsyncIterable<unknown>);
    // By identity: to compare them is to read them.
    expect(read.map((piece, index) => Object.is(piece, pieces[index]))).toEqual([true, true, true, true]);
    expect(log.records()).toMatchObject([COUNTED]);
  });

  it('as an error of a tool, or of a model, stays what it is', async () => {
    const { wrapGenerate } = spanlineMiddleware({ tracer });
    const { onStart, onToolExecutionStart, onToolExecutionEnd, onError } = spanlineTelemetry({ tracer });
    const doGenerate = (): never => {
      throw value;
    };
    await wrapGenerate({ params: {}, model: {}, doGenerate }).then(refuse, (error: unknown) =>
      expect(error).toBe(value),
    );
    const call = { callId: 'call-1', toolCall: { toolCallId: value, toolName: value, input: value } };
    onStart({ operationId: 'ai.generateText', prompt: value, ...call });
    onToolExecutionStart(call);
    onToolExecutionEnd({ ...call, toolOutput: { type: 'tool-error', error: value } });
    onError({ ...call, error: value });
    expect(log.records().map((record) => record['span.status'])).toEqual(['error', 'error', 'error']);
  });
});
