import { getEventListeners } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { LLMock } from '@copilotkit/aimock';
import type { ToolSet } from 'ai';
import { describe, expect, it } from 'vitest';
import { spanlineMiddleware, spanlineTelemetry } from '@spanline/ai-sdk';
import type { Tracer } from '@spanline/core';
import { type MemoryLog, tree } from '@spanline/core/testing';
import { collectUntil } from '../../../test/support/garbage.ts';
import { drain } from '../../../test/support/records.ts';
import { useTracer, useWire } from '../../../test/support/set-up.ts';
import { useProvider } from '../../../test/support/use-provider.ts';
import type { Wire } from '../../../test/support/wire/server.ts';
import { SDKS, watchedBy } from './support/sdks.ts';

let provider: LLMock;
let wire: Wire;
let log: MemoryLog;
let tracer: Tracer;

useProvider((started) => {
  provider = started;
});
useWire((opened) => {
  wire = opened;
});

useTracer(
  (newLog, newTracer) => {
    [log, tracer] = [newLog, newTracer];
  },
  { capture: 'full' },
);

const settled = (): Promise<void> => collectUntil(() => tracer.stats().open === 0);
const statuses = (): unknown[] => log.records().map((record) => [record['span.type'], record['span.status']]);

/** More pieces than the SDK reads ahead. */
const PIECES = Array.from(
  { length: 500 },
  (_, index) =>
    `data: ${JSON.stringify({ id: 'long-1', model: 'gpt-4o', choices: [{ index: 0, delta: { content: `${index} ` } }] })}\n\n`,
);

describe.each(SDKS)('ai $version', ({ version, ai, createOpenAI }) => {
  const modelAt = (url: string) => createOpenAI({ apiKey: 'test', baseURL: `${url}/v1` }).chat('gpt-4o');
  const model = () => modelAt(provider.url);
  const watched = (more?: object) => watchedBy(spanlineTelemetry({ tracer }), more);
  const wrapped = () => ai.wrapLanguageModel({ model: model(), middleware: spanlineMiddleware({ tracer }) });

  it.runIf(version === 7)('each attempt of a call that fails is a span, and the call has their error', async () => {
    const call = ai.generateText({ model: model(), prompt: 'limited', maxRetries: 1, ...watched() });
    await expect(call).rejects.toThrow('Failed after 2 attempts');
    expect(tree(log.records())).toBe(
      'chain generateText [error]\n  llm chat gpt-4o [error]\n  llm chat gpt-4o [error]',
    );
    const [first, , chain] = log.records();
    expect(first).toMatchObject({
      'error.type': 'AI_APICallError',
      'error.message': 'Rate limit reached',
      'spanline.error.class': 'rate_limit',
      'spanline.provider.request_id': expect.stringMatching(/^req/),
    });
    expect(chain).toMatchObject({ 'spanline.error.propagated': true, 'spanline.error.class': 'rate_limit' });
  });

  it('a wrapped model tells of each attempt, whoever asks it', async () => {
    const call = ai.generateText({ model: wrapped(), prompt: 'limited', maxRetries: 1, ...watchedBy({} as never) });
    await expect(call).rejects.toThrow('Failed after 2 attempts');
    expect(statuses()).toEqual([
      ['llm', 'error'],
      ['llm', 'error'],
    ]);
  });

  const wrappedStream = (abortSignal: AbortSignal, more?: { readonly tools: ToolSet }) =>
    ai.streamText({
      model: ai.wrapLanguageModel({ model: modelAt(wire.url), middleware: spanlineMiddleware({ tracer }) }),
      prompt: 'plain',
      abortSignal,
      onError: () => undefined,
      ...more,
      ...watched(),
    });

  it('a stream of a wrapped model that breaks is a failure of its call', async () => {
    wire.answer(() => ({ type: 'text/event-stream', chunks: PIECES.slice(0, 5), cut: true }));
    await drain(wrappedStream(new AbortController().signal).textStream).catch(() => undefined);
    await settled();
    expect(tree(log.records())).toBe('chain streamText [error]\n  llm chat gpt-4o [error]');
  });

  it('a stream of a wrapped model that is aborted ends its call', async () => {
    wire.answer(() => ({ type: 'text/event-stream', chunks: PIECES, open: true }));
    const controller = new AbortController();
    const { textStream } = wrappedStream(controller.signal);
    for await (const piece of textStream) if (piece === '20 ') controller.abort();
    await settled();
    expect(tree(log.records())).toBe('chain streamText [aborted]\n  llm chat gpt-4o [aborted]');
  });

  it('an answer of a wrapped model that nobody reads is aborted with its call', async () => {
    const [read, unread] = [new AbortController(), new AbortController()];
    wire.answer(() => ({ type: 'text/event-stream', chunks: [...PIECES.slice(0, 3), 'data: [DONE]\n\n'] }));
    await drain(wrappedStream(read.signal).textStream);
    read.abort();
    const result = wrappedStream(unread.signal);
    await expect.poll(() => statuses().length).toBe(3);
    expect(tracer.stats().open).toBe(1);
    unread.abort();
    await expect.poll(() => tracer.stats().open).toBe(0);
    expect(statuses()).toEqual([
      ['llm', 'ok'],
      ['chain', 'ok'],
      ['llm', 'ok'],
      ['chain', 'aborted'],
    ]);
    expect(result).toBeDefined();
  });

  const CALL_OF_TOOL = [
    {
      delta: {
        tool_calls: [{ index: 0, id: 'tool-1', type: 'function', function: { name: 'wait', arguments: '{}' } }],
      },
    },
    { delta: {}, finish_reason: 'tool_calls' },
  ].map(
    (choice) => `data: ${JSON.stringify({ id: 'tools-1', model: 'gpt-4o', choices: [{ index: 0, ...choice }] })}\n\n`,
  );

  it.each([
    ['rejects', 'tool execute_tool wait [aborted]'],
    ['goes on until it is done', 'tool execute_tool wait'],
  ])('a tool of an unread answer that %s after an abort ends its call as aborted', async (end, tool) => {
    wire.answer(() => ({ type: 'text/event-stream', chunks: [...CALL_OF_TOOL, 'data: [DONE]\n\n'] }));
    const controller = new AbortController();
    let finish: (() => void) | undefined;
    const execute = (_: unknown, { abortSignal }: { abortSignal?: AbortSignal }): Promise<string> =>
      new Promise((resolve, reject) => {
        finish = () => (end === 'rejects' ? reject(abortSignal?.reason as Error) : resolve('done'));
      });
    const tools = { wait: ai.tool({ inputSchema: ai.jsonSchema({ type: 'object' }), execute }) };
    const result = wrappedStream(controller.signal, { tools });
    await expect.poll(() => statuses()).toEqual([['llm', 'ok']]);
    await expect.poll(() => finish).toBeDefined();
    controller.abort();
    await nextTurn();
    expect(tracer.stats().open).toBe(2);
    finish?.();
    await expect.poll(() => tracer.stats().open).toBe(0);
    expect(tree(log.records())).toBe(`agent invoke_agent agent [aborted]\n  llm chat gpt-4o\n  ${tool}`);
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
    expect(result).toBeDefined();
  });

  it.runIf(version === 7)('a call that starts after the end of its operation is below it', async () => {
    const signal = AbortSignal.abort();
    const { textStream } = ai.streamText({ model: model(), prompt: 'plain', abortSignal: signal, ...watched() });
    await drain(textStream).catch(() => undefined);
    await settled();
    expect(tree(log.records())).toBe('chain streamText [aborted]\n  llm chat gpt-4o [aborted]');
  });

  it.runIf(version === 6)('a call is left when nobody can report its end any more', async () => {
    const fail = () => ai.generateText({ model: model(), prompt: 'faulty', maxRetries: 0, ...watched() });
    await expect(fail()).rejects.toThrow('Internal fault');
    const leave = async (): Promise<void> => {
      for await (const _ of ai.streamText({ model: model(), prompt: 'plain', ...watched() }).textStream) break;
    };
    await leave();
    await settled();
    expect(statuses().toSorted()).toEqual([
      ['chain', 'abandoned'],
      ['chain', 'abandoned'],
      ['llm', 'abandoned'],
      ['llm', 'abandoned'],
    ]);
  });

  it.runIf(version === 7)('a call that is aborted is aborted', async () => {
    const controller = new AbortController();
    const call = ai.generateText({ model: model(), prompt: 'never', abortSignal: controller.signal, ...watched() });
    await expect.poll(() => tracer.stats().open).toBe(2);
    controller.abort();
    await expect(call).rejects.toThrow(/abort/);
    expect(statuses()).toEqual([
      ['llm', 'aborted'],
      ['chain', 'aborted'],
    ]);
  });

  it.runIf(version === 7)('a call that takes too long is a failure', async () => {
    const controller = new AbortController();
    const call = ai.generateText({ model: model(), prompt: 'never', abortSignal: controller.signal, ...watched() });
    await expect.poll(() => tracer.stats().open).toBe(2);
    controller.abort(new DOMException('too long', 'TimeoutError'));
    await expect(call).rejects.toThrow('too long');
    expect(log.records()).toMatchObject([
      { 'span.status': 'error', 'spanline.error.class': 'timeout' },
      { 'span.status': 'error', 'spanline.error.class': 'timeout' },
    ]);
  });

  describe.runIf(version === 7)('a stream', () => {
    const long = (signal?: AbortSignal) => {
      wire.answer(() => ({ type: 'text/event-stream', chunks: PIECES, open: true }));
      return ai.streamText({
        model: modelAt(wire.url),
        prompt: 'plain',
        onError: () => undefined,
        ...(signal === undefined ? {} : { abortSignal: signal }),
        ...watched(),
      });
    };

    it('that is aborted has what came of it', async () => {
      const controller = new AbortController();
      for await (const piece of long(controller.signal).textStream) if (piece === '20 ') controller.abort();
      await settled();
      expect(statuses()).toEqual([
        ['llm', 'aborted'],
        ['chain', 'aborted'],
      ]);
      expect(log.records()[0]?.['gen_ai.output.messages']).toContain('0 1 2 3 4 5 ');
      expect(log.records()[0]?.['spanline.stream.chunks']).toBeGreaterThan(20);
    });

    it('that is aborted for a reason of the application is aborted', async () => {
      const controller = new AbortController();
      for await (const piece of long(controller.signal).textStream)
        if (piece === '20 ') controller.abort('stop button');
      await settled();
      expect(statuses()).toEqual([
        ['llm', 'aborted'],
        ['chain', 'aborted'],
      ]);
    });

    it('that breaks is a failure', async () => {
      wire.answer(() => ({ type: 'text/event-stream', chunks: PIECES.slice(0, 5), cut: true }));
      const { textStream } = ai.streamText({
        model: modelAt(wire.url),
        prompt: 'plain',
        onError: () => undefined,
        ...watched(),
      });
      await expect(drain(textStream)).rejects.toThrow();
      await settled();
      expect(statuses()).toEqual([
        ['llm', 'error'],
        ['chain', 'error'],
      ]);
    });

    const leave = async (): Promise<void> => {
      for await (const _ of ai.streamText({ model: model(), prompt: 'plain', ...watched() }).textStream) break;
    };

    it('that is left after the answer has arrived leaves its call', async () => {
      await leave();
      await settled();
      expect(statuses()).toEqual([
        ['llm', 'ok'],
        ['chain', 'abandoned'],
      ]);
    });
  });
});
