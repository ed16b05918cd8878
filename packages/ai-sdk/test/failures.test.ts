/** Calls that fail or are taken back. `ai` 6 reports neither: a wrapped model and the signal of the caller show them. */

import { getEventListeners } from 'node:events';
import type { LLMock } from '@copilotkit/aimock';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { spanlineMiddleware, spanlineTelemetry } from '@spanline/ai-sdk';
import type { SpanRecord, Tracer } from '@spanline/core';
import { type MemoryLog, tree } from '@spanline/core/testing';
import { drain } from '../../../test/support/records.ts';
import { useTracer, useWire } from '../../../test/support/set-up.ts';
import { useProvider } from '../../../test/support/use-provider.ts';
import { json, type Wire } from '../../../test/support/wire/server.ts';
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

useTracer((newLog, newTracer) => {
  [log, tracer] = [newLog, newTracer];
});

const settled = async (): Promise<void> => {
  await expect.poll(() => tracer.stats().open).toBe(0);
};
const last = (): SpanRecord | undefined => log.records().at(-1);
const answer = (content: string, finish = 'stop') =>
  json({
    id: 'a1',
    model: 'gpt-4o',
    choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: finish }],
    usage: { prompt_tokens: 40, completion_tokens: 12 },
  });
const refused = (status: number) => ({ status, type: 'application/json', chunks: ['{"error":{"message":"refused"}}'] });

describe.each(SDKS)('ai $version', ({ version, ai, createOpenAI }) => {
  const openai = (url = provider.url) => createOpenAI({ apiKey: 'test', baseURL: `${url}/v1` }).chat('gpt-4o');
  const middleware = () => spanlineMiddleware({ tracer });
  const wrapped = (model = openai()) => ai.wrapLanguageModel({ model, middleware: middleware() });
  const watched = (more?: object) => watchedBy(spanlineTelemetry({ tracer }), more);
  const execute = (): string => 'sunny';
  const tools = { weather: ai.tool({ inputSchema: z.object({ city: z.string() }), execute }) };

  it('a request that is refused fails its call, which has the error of its model', async () => {
    const call = ai.generateText({ model: wrapped(), prompt: 'faulty', maxRetries: 0, ...watched() });
    await expect(call).rejects.toThrow('Internal fault');
    await settled();
    expect(tree(log.records())).toBe('chain generateText [error]\n  llm chat gpt-4o [error]');
    expect(last()).toMatchObject({ 'error.type': 'AI_APICallError', 'spanline.error.propagated': true });
  });

  it('a stream that is refused fails its call', async () => {
    const options = { model: wrapped(), prompt: 'faulty', maxRetries: 0, onError: () => undefined, ...watched() };
    await drain(ai.streamText(options).fullStream);
    await settled();
    expect(tree(log.records())).toBe('chain streamText [error]\n  llm chat gpt-4o [error]');
  });

  it('each attempt is a span of its call, whose last one decides', async () => {
    let asked = 0;
    wire.answer(() => (asked++ === 0 ? { ...refused(503), headers: { 'retry-after-ms': '1' } } : answer('hello')));
    const model = wrapped(openai(wire.url));
    const { text } = await ai.generateText({ model, prompt: 'plain', ...watched() });
    await settled();
    expect(text).toBe('hello');
    expect(tree(log.records())).toBe('chain generateText\n  llm chat gpt-4o [error]\n  llm chat gpt-4o');
    expect(last()).toMatchObject({ 'span.status': 'ok', 'spanline.rollup.input_tokens': 40 });

    log.clear();
    wire.answer(() => ({ ...refused(503), headers: { 'retry-after-ms': '1' } }));
    await expect(ai.generateText({ model, prompt: 'plain', maxRetries: 1, ...watched() })).rejects.toThrow(
      /2 attempts/,
    );
    await settled();
    expect(tree(log.records())).toBe(
      'chain generateText [error]\n  llm chat gpt-4o [error]\n  llm chat gpt-4o [error]',
    );
  });

  it('a step that fails fails its agent, and keeps what came before it', async () => {
    let asked = 0;
    const call = { id: 'c1', type: 'function', function: { name: 'weather', arguments: '{"city":"Oslo"}' } };
    const message = { role: 'assistant', content: null, tool_calls: [call] };
    wire.answer(() =>
      asked++ === 0 ? json({ id: 'a1', choices: [{ index: 0, message, finish_reason: 'tool_calls' }] }) : refused(400),
    );
    const options = { model: wrapped(openai(wire.url)), prompt: 'weather', tools, stopWhen: ai.stepCountIs(3) };
    await expect(ai.generateText({ ...options, ...watched() })).rejects.toThrow('refused');
    await settled();
    expect(tree(log.records())).toBe(
      'agent invoke_agent agent [error]\n  llm chat gpt-4o\n  tool execute_tool weather\n  llm chat gpt-4o [error]',
    );
  });

  it('a model that another one stands in for does not fail the call', async () => {
    wire.answer(({ body }) => (body['model'] === 'gpt-4o' ? refused(400) : answer('from the other one')));
    const other = wrapped(createOpenAI({ apiKey: 'test', baseURL: `${wire.url}/v1` }).chat('gpt-4o-mini'));
    const fallback = {
      specificationVersion: 'v3',
      wrapGenerate: ({ doGenerate, params }: { doGenerate: () => Promise<unknown>; params: never }) =>
        doGenerate().catch(() => other.doGenerate(params)),
    } as never;
    const model = ai.wrapLanguageModel({ model: wrapped(openai(wire.url)), middleware: fallback });
    const { text } = await ai.generateText({ model, prompt: 'plain', ...watched() });
    await settled();
    expect(text).toBe('from the other one');
    expect(last()).toMatchObject({ 'span.type': 'chain', 'span.status': 'ok', 'spanline.rollup.input_tokens': 40 });
  });

  it('an answer that ends with an error is a failure of its model', async () => {
    const model = {
      specificationVersion: 'v3',
      provider: 'house',
      modelId: 'house-model',
      supportedUrls: {},
      doGenerate: async () => ({
        content: [{ type: 'text', text: 'half an' }],
        finishReason: { unified: 'error', raw: 'error' },
        usage: { inputTokens: { total: 40 }, outputTokens: { total: 2 } },
        warnings: [],
      }),
    } as never;
    await ai.generateText({ model, prompt: 'plain', ...watched() });
    expect(tree(log.records())).toBe('chain generateText [error]\n  llm chat house-model [error]');
    expect(log.records()[0]).toMatchObject({
      'error.message': 'the model reported an error',
      'gen_ai.usage.input_tokens': 40,
    });
  });

  it('a call whose signal is aborted is aborted, without a wrapped model too', async () => {
    const controller = new AbortController();
    const call = ai.generateText({ model: openai(), prompt: 'never', abortSignal: controller.signal, ...watched() });
    await expect.poll(() => tracer.stats().open).toBe(2);
    controller.abort();
    await expect(call).rejects.toThrow(/abort/);
    await settled();
    expect(tree(log.records())).toBe('chain generateText [aborted]\n  llm chat gpt-4o [aborted]');
  });

  it('a signal whose time is over is a failure', async () => {
    const controller = new AbortController();
    const call = ai.generateText({ model: openai(), prompt: 'never', abortSignal: controller.signal, ...watched() });
    await expect.poll(() => tracer.stats().open).toBe(2);
    controller.abort(new DOMException('too long', 'TimeoutError'));
    await expect(call).rejects.toThrow('too long');
    await settled();
    expect(last()).toMatchObject({ 'span.status': 'error', 'spanline.error.class': 'timeout' });
  });

  it('a call that its tool takes back ends after the tool', async () => {
    const controller = new AbortController();
    const leave = async (): Promise<string> => {
      controller.abort();
      await new Promise((resolve) => void setImmediate(() => setImmediate(resolve)));
      return 'done';
    };
    const leaving = { weather: ai.tool({ inputSchema: z.object({ city: z.string() }), execute: leave }) };
    const options = { model: openai(), prompt: 'weather', tools: leaving, stopWhen: ai.stepCountIs(3) };
    const call = ai.generateText({ ...options, abortSignal: controller.signal, ...watched() });
    await expect(call).rejects.toThrow(/abort/);
    await settled();
    expect(last()).toMatchObject({ 'span.type': 'agent', 'span.status': 'aborted' });
    const tool = log.records().find((record) => record['span.type'] === 'tool');
    expect(tool).toMatchObject({ 'span.status': 'ok' });
  });

  it.runIf(version === 6)('a signal that outlives its calls keeps none of them', async () => {
    const { signal } = new AbortController();
    const ask = (doGenerate: () => Promise<unknown>): Promise<unknown> => {
      const house = { specificationVersion: 'v3', provider: 'house', modelId: 'house-model', supportedUrls: {} };
      const model = wrapped({ ...house, doGenerate } as never);
      return ai.generateText({ model, prompt: 'plain', abortSignal: signal, ...watched() });
    };
    const usage = { inputTokens: {}, outputTokens: {} };
    const said = { content: [{ type: 'text', text: 'said' }], finishReason: { unified: 'stop' }, usage, warnings: [] };
    await ask(async () => said);
    await expect(ask(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    await settled();
    expect(log.records()).toHaveLength(4);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
});
