/** Functions that the client calls by itself, whole and streamed. */

import { readFileSync } from 'node:fs';
import type { CallableTool, FunctionCall, GoogleGenAI, Part } from '@google/genai';
import { describe, expect, it, vi } from 'vitest';
import { currentSpan, type Tracer } from '@spanline/core';
import { type MemoryLog, tree } from '@spanline/core/testing';
import { unwrapGoogleGenAI, wrapGoogleGenAI } from '@spanline/google-genai';
import { drain, parsedRecords } from '../../../test/support/records.ts';
import { useTracer, useWire } from '../../../test/support/set-up.ts';
import { googleText } from '../../../test/support/wire/google.ts';
import { events, json, type Wire, type WireReply } from '../../../test/support/wire/server.ts';
import { VERSIONS } from './versions.ts';

let wire: Wire;
let log: MemoryLog;
let tracer: Tracer;

useWire((opened) => {
  wire = opened;
});

useTracer(
  (newLog, newTracer) => {
    [log, tracer] = [newLog, newTracer];
  },
  { capture: 'full' },
);

const MODEL = 'gemini-2.5-flash';
const oslo: FunctionCall = { id: 'call_1', name: 'weather', args: { city: 'Oslo' } };
const rome: FunctionCall = { id: 'call_2', name: 'weather', args: { city: 'Rome' } };

/** A model that asks for functions once, and then answers. */
function asksFor(isStreamed: boolean, ...calls: readonly FunctionCall[]): void {
  const asked = (): WireReply => {
    const parts = calls.map((functionCall) => ({ functionCall }));
    const counted = { promptTokenCount: 40, candidatesTokenCount: 12, totalTokenCount: 52 };
    const answer = {
      candidates: [{ content: { role: 'model', parts }, index: 0, finishReason: 'STOP' }],
      usageMetadata: counted,
      modelVersion: MODEL,
    };
    return isStreamed ? events([answer]) : json(answer);
  };
  wire.answer(({ body }) => (JSON.stringify(body).includes('functionResponse') ? googleText(isStreamed) : asked()));
}

/** A tool with functions of these names. */
function toolOf(names: readonly string[], answer: (call: FunctionCall) => object | Promise<object>): CallableTool {
  return {
    tool: async () => ({ functionDeclarations: names.map((name) => ({ name })) }),
    async callTool(calls): Promise<Part[]> {
      const own = calls.filter(({ name }) => names.includes(name ?? ''));
      const answers = own.map(async (call) => {
        const response = (await answer(call)) as Record<string, unknown>;
        return { functionResponse: { id: call.id ?? '', name: call.name ?? '', response } };
      });
      return Promise.all(answers);
    },
  };
}

const weather = toolOf(['weather'], ({ args }) => {
  tracer.startSpan({ name: `ask ${String(args?.['city'])}` }).end();
  return { sky: 'blue' };
});

const ROUNDS = [
  `llm generate_content ${MODEL}`,
  'tool execute_tool weather',
  '  task ask Oslo',
  `llm generate_content ${MODEL}`,
].map((line) => `  ${line}`);

/** Pages that show the tree. */
const PAGES = ['../README.md', '../../../docs/clients.md'] as const;

describe.each(Object.entries(VERSIONS))('a client of %s', (_version, Class) => {
  const bare = (): GoogleGenAI => new Class({ apiKey: 'test', httpOptions: { baseUrl: wire.url } });
  const client = (): GoogleGenAI => wrapGoogleGenAI(bare(), { tracer });
  const ask = (...tools: CallableTool[]) => ({ model: MODEL, contents: 'Weather?', config: { tools } });

  it('has a span for each function that it calls, and one around the rounds', async () => {
    asksFor(false, oslo);
    const answer = await client().models.generateContent(ask(weather));
    expect(answer.text).toBe('It is sunny.');
    const shown = ['chain generateContent', ...ROUNDS].join('\n');
    expect(tree(log.records())).toBe(shown);
    for (const page of PAGES)
      expect(readFileSync(new URL(page, import.meta.url), 'utf8')).toContain(`\`\`\`text\n${shown}\n\`\`\``);
    const [asked, , called, answered, whole] = parsedRecords(log);
    expect(called).toMatchObject({
      'otel.scope.name': '@spanline/google-genai',
      'span.status': 'ok',
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.tool.name': 'weather',
      'gen_ai.tool.call.id': 'call_1',
      'gen_ai.tool.call.arguments': { city: 'Oslo' },
      'gen_ai.tool.call.result': { sky: 'blue' },
    });
    expect(whole).toMatchObject({ 'spanline.input': '"Weather?"', 'spanline.output': '"It is sunny."' });
    expect(asked).toMatchObject({ 'gen_ai.usage.input_tokens': 40, 'gen_ai.usage.output_tokens': 12 });
    expect(answered).toMatchObject({ 'gen_ai.usage.input_tokens': 100, 'gen_ai.usage.output_tokens': 20 });
    expect(whole).toMatchObject({ 'spanline.rollup.input_tokens': 140, 'spanline.rollup.output_tokens': 32 });
  });

  it('has the same spans where the answer is streamed, and in a chat', async () => {
    asksFor(true, oslo);
    await drain(await client().models.generateContentStream(ask(weather)));
    expect(tree(log.records())).toBe(['chain generateContentStream', ...ROUNDS].join('\n'));
    expect(log.records().at(-1)).toMatchObject({ 'span.status': 'ok', 'spanline.output': '"It is sunny."' });
    log.clear();
    const chat = client().chats.create({ model: MODEL, config: { tools: [weather] } });
    await drain(await chat.sendMessageStream({ message: 'Weather?' }));
    expect(tree(log.records())).toBe(['chain generateContentStream', ...ROUNDS].join('\n'));
  });

  it('leaves the context of whoever reads a stream alone', async () => {
    asksFor(true, oslo);
    const seen = new Set<unknown>();
    const reader = tracer.startSpan({ name: 'reader', type: 'chain' });
    await tracer.run(reader, async () => {
      for await (const _ of await client().models.generateContentStream(ask(weather))) seen.add(currentSpan());
    });
    reader.end();
    expect([...seen]).toEqual([reader]);
  });

  it('ends all that is open when the reader of a stream leaves', async () => {
    asksFor(true, oslo);
    for await (const _ of await client().models.generateContentStream(ask(weather))) break;
    expect(log.records().map((record) => record['span.status'])).toEqual(['abandoned', 'abandoned']);
  });

  it.each([false, true])('is aborted with its caller (streamed: %s)', async (isStreamed) => {
    asksFor(isStreamed, oslo);
    const controller = new AbortController();
    const stop = toolOf(['weather'], () => {
      controller.abort();
      return { sky: 'blue' };
    });
    const config = { tools: [stop], abortSignal: controller.signal };
    const { models } = client();
    const run = async (): Promise<unknown> =>
      isStreamed
        ? drain(await models.generateContentStream({ ...ask(), config }))
        : models.generateContent({ ...ask(), config });
    await expect(run()).rejects.toThrow();
    const records = log.records();
    expect(records.at(-1)).toMatchObject({ 'span.type': 'chain', 'span.status': 'aborted' });
    expect(records.map((record) => record['span.status'])).not.toContain('error');
    expect(records.find((record) => record['span.type'] === 'tool')).toMatchObject({ 'span.status': 'ok' });
  });

  it('has a span for each of several calls at once, and none for those of another tool', async () => {
    const time: FunctionCall = { id: 'call_3', name: 'time', args: {} };
    asksFor(false, oslo, time, rome);
    const clock = toolOf(['time'], () => ({ hour: 7 }));
    await client().models.generateContent(ask(weather, clock));
    const tools = parsedRecords(log).filter((record) => record['span.type'] === 'tool');
    expect(tools.map((record) => [record['gen_ai.tool.call.id'], record['gen_ai.tool.call.result']])).toEqual([
      ['call_1', { sky: 'blue' }],
      ['call_2', { sky: 'blue' }],
      ['call_3', { hour: 7 }],
    ]);
    const root = log.records().at(-1)?.span_id;
    for (const record of tools) expect(record.parent_span_id).toBe(root);
  });

  it('has the error of a function that throws, and throws what it throws', async () => {
    asksFor(false, oslo);
    const error = new RangeError('no such city');
    const broken = toolOf(['weather'], () => {
      throw error;
    });
    await expect(client().models.generateContent(ask(broken))).rejects.toBe(error);
    const [, called, whole] = log.records();
    for (const record of [called, whole])
      expect(record).toMatchObject({ 'span.status': 'error', 'error.type': 'RangeError' });
  });

  it('has the error that a function tells the model', async () => {
    asksFor(false, oslo);
    const refusing = toolOf(['weather'], () => ({ error: 'no such city' }));
    expect((await client().models.generateContent(ask(refusing))).text).toBe('It is sunny.');
    expect(log.records()[1]).toMatchObject({
      'span.status': 'error',
      'error.type': 'ToolCallError',
      'error.message': 'no such city',
    });
    expect(log.records().at(-1)).toMatchObject({ 'span.status': 'ok' });
  });

  it('gives the application what it gets without a wrapper', async () => {
    const results: unknown[] = [];
    for (const one of [bare(), client()]) {
      const given = ask(weather);
      asksFor(false, oslo);
      results.push({ ...(await one.models.generateContent(given)), sdkHttpResponse: 0 }, given.contents);
      asksFor(true, oslo);
      const chunks = await drain(await one.models.generateContentStream(given));
      results.push(
        chunks.map((chunk) => ({ ...chunk, sdkHttpResponse: 0 })),
        given.contents,
      );
    }
    expect(results.slice(4)).toEqual(results.slice(0, 4));
  });

  it('calls no function where the application has said so, and knows calls of its own from those of the client', async () => {
    vi.spyOn(console, 'warn').mockReturnValue(undefined);
    asksFor(false, oslo);
    const one = client();
    await one.models.generateContent(ask(weather));
    log.clear();
    for (const automaticFunctionCalling of [{ disable: true }, { maximumRemoteCalls: -1 }]) {
      const given = ask(weather);
      const config = { ...given.config, automaticFunctionCalling };
      const answer = await one.models.generateContent({ ...given, config });
      expect(answer.functionCalls).toMatchObject([{ name: 'weather' }]);
    }
    await weather.callTool([oslo]);
    expect(tree(log.records()).split('\n')).toEqual([ROUNDS[0]?.trim(), ROUNDS[0]?.trim(), 'task ask Oslo']);
    log.clear();
    await unwrapGoogleGenAI(one).models.generateContent(ask(weather));
    expect(tree(log.records())).toBe('task ask Oslo');
  });

  it.each<[string, (tool: CallableTool) => CallableTool]>([
    ['is frozen', (tool) => Object.freeze({ ...tool })],
    ['is a proxy that refuses changes', (tool) => new Proxy(tool, { defineProperty: () => false })],
    ['answers with a text', (tool) => ({ ...tool, callTool: async () => [{ text: 'blue' }] })],
    ['returns no parts', (tool) => ({ ...tool, callTool: async () => [] })],
  ])('works with a tool that %s', async (_what, make) => {
    asksFor(false, oslo);
    const other = toolOf(['weather'], () => ({ sky: 'grey' }));
    const given = { ...ask(make(other)) };
    const config = { ...given.config, automaticFunctionCalling: { maximumRemoteCalls: 2 } };
    const plain = await bare().models.generateContent({ ...given, config });
    const traced = await client().models.generateContent({ ...given, config });
    expect({ ...traced, sdkHttpResponse: 0 }).toEqual({ ...plain, sdkHttpResponse: 0 });
    expect(log.records().at(-1)).toMatchObject({ 'span.name': 'generateContent', 'span.status': 'ok' });
  });
});
