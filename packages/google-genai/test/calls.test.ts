import { GoogleGenAI } from '@google/genai';
import { describe, expect, it } from 'vitest';
import type { Tracer } from '@spanline/core';
import type { MemoryLog } from '@spanline/core/testing';
import { unwrapGoogleGenAI, wrapGoogleGenAI } from '@spanline/google-genai';
import { onlyRecord, parsedRecords } from '../../../test/support/records.ts';
import { useTracer, useWire } from '../../../test/support/set-up.ts';
import { googleText, googleTool } from '../../../test/support/wire/google.ts';
import { events, json, type Wire } from '../../../test/support/wire/server.ts';
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

const only = () => onlyRecord(log);
const MODEL = 'gemini-2.5-flash';
/** Thoughts are output, and billed as such. */
const COUNTED = {
  'gen_ai.usage.input_tokens': 100,
  'gen_ai.usage.cache_read.input_tokens': 32,
  'gen_ai.usage.output_tokens': 20,
};

describe.each(Object.entries(VERSIONS))('a client of %s', (_version, Class) => {
  const bare = (): GoogleGenAI => new Class({ apiKey: 'test', httpOptions: { baseUrl: wire.url } });
  const client = (): GoogleGenAI => wrapGoogleGenAI(bare(), { tracer });

  it.each([false, true])(
    'writes the reason of each candidate beside its own answer; as a stream: %s',
    async (isStream) => {
      const fine = { content: { role: 'model', parts: [{ text: 'Sunny.' }] } };
      const pieces = [
        { candidates: [{ index: 1, ...fine, finishReason: 'STOP' }] },
        { candidates: [{ index: 0, finishReason: 'SAFETY' }] },
        { candidates: [{ index: 2, ...fine, finishReason: 'MAX_TOKENS' }] },
      ];
      const whole = { candidates: pieces.flatMap(({ candidates }) => candidates) };
      wire.answer(() => (isStream ? events(pieces) : json(whole)));
      const request = { model: MODEL, contents: 'Weather?', config: { candidateCount: 3 } };
      if (isStream) for await (const chunk of await client().models.generateContentStream(request)) void chunk;
      else await client().models.generateContent(request);
      const parts = [{ type: 'text', content: 'Sunny.' }];
      expect(only()).toMatchObject({
        'gen_ai.response.finish_reasons': ['SAFETY', 'STOP', 'MAX_TOKENS'],
        'gen_ai.output.messages': [
          { role: 'assistant', parts, finish_reason: 'STOP' },
          { role: 'assistant', parts, finish_reason: 'MAX_TOKENS' },
        ],
      });
    },
  );

  it('writes a line with its request, its answer, its tokens and what it cost', async () => {
    wire.answer(() => googleText(false));
    const answer = await client().models.generateContent({
      model: MODEL,
      contents: 'Weather?',
      config: {
        systemInstruction: 'Be kind.',
        temperature: 0,
        topK: 3,
        maxOutputTokens: 100,
        stopSequences: ['x'],
        tools: [{ functionDeclarations: [{ name: 'weather', description: 'of a city' }] }, { googleSearch: {} }],
      },
    });
    expect(answer.text).toBe('It is sunny.');
    expect(only()).toMatchObject({
      'span.name': `generate_content ${MODEL}`,
      'span.type': 'llm',
      'span.status': 'ok',
      'otel.scope.name': '@spanline/google-genai',
      'gen_ai.operation.name': 'generate_content',
      'gen_ai.provider.name': 'gcp.gemini',
      'gen_ai.request.model': MODEL,
      'gen_ai.request.temperature': 0,
      'gen_ai.request.top_k': 3,
      'gen_ai.request.max_tokens': 100,
      'gen_ai.request.stop_sequences': ['x'],
      'gen_ai.tool.definitions': [
        { type: 'function', name: 'weather', description: 'of a city' },
        { type: 'googleSearch', name: 'googleSearch' },
      ],
      'gen_ai.system_instructions': [{ type: 'text', content: 'Be kind.' }],
      'gen_ai.input.messages': [{ role: 'user', parts: [{ type: 'text', content: 'Weather?' }] }],
      'gen_ai.output.messages': [
        { role: 'assistant', parts: [{ type: 'text', content: 'It is sunny.' }], finish_reason: 'STOP' },
      ],
      'gen_ai.response.id': 'resp_1',
      'gen_ai.response.model': MODEL,
      'gen_ai.response.finish_reasons': ['STOP'],
      'server.address': '127.0.0.1',
      'spanline.cost.usd': expect.any(Number),
      ...COUNTED,
    });
  });

  it('gathers a stream, which it leaves as it is', async () => {
    wire.answer(() => googleText(true));
    const stream = await client().models.generateContentStream({ model: MODEL, contents: 'Weather?' });
    const pieces = [];
    for await (const { text } of stream) pieces.push(text);
    expect(pieces).toEqual(['It is', ' sunny.']);
    expect(only()).toMatchObject({
      'span.status': 'ok',
      'gen_ai.request.stream': true,
      'spanline.stream.chunks': 2,
      'gen_ai.response.time_to_first_chunk': expect.any(Number),
      'gen_ai.output.messages': [
        { role: 'assistant', parts: [{ type: 'text', content: 'It is sunny.' }], finish_reason: 'STOP' },
      ],
      ...COUNTED,
    });
  });

  it('writes what a stream brought until its reader left', async () => {
    wire.answer(() => googleText(true));
    const stream = await client().models.generateContentStream({ model: MODEL, contents: 'Weather?' });
    for await (const { text } of stream) if (text === 'It is') break;
    expect(only()).toMatchObject({
      'span.status': 'abandoned',
      'gen_ai.output.messages': [{ role: 'assistant', parts: [{ type: 'text', content: 'It is' }] }],
    });
  });

  it('writes a line for each request that it sends, also where it calls functions by itself', async () => {
    const isAnswered = (body: object): boolean => JSON.stringify(body).includes('functionResponse');
    wire.answer(({ body }) => (isAnswered(body) ? googleText(false) : googleTool(false)));
    const weather = {
      tool: async () => ({ functionDeclarations: [{ name: 'weather' }] }),
      callTool: async () => [{ functionResponse: { name: 'weather', response: { sky: 'blue' } } }],
    };
    const chat = client().chats.create({ model: MODEL, config: { tools: [weather] } });
    expect((await chat.sendMessage({ message: 'Weather?' })).text).toBe('It is sunny.');
    const [call, answer, ...others] = parsedRecords(log).filter((record) => record['span.type'] === 'llm');
    expect(call).toMatchObject({
      'gen_ai.output.messages': [{ parts: [{ type: 'tool_call', name: 'weather', arguments: { city: 'Oslo' } }] }],
    });
    expect(answer).toMatchObject({
      'gen_ai.input.messages': [
        { role: 'user' },
        { role: 'assistant', parts: [{ type: 'tool_call' }] },
        { role: 'user', parts: [{ type: 'tool_call_response', response: { sky: 'blue' } }] },
      ],
    });
    expect(others).toEqual([]);
  });

  it('writes embeddings, without their vectors', async () => {
    wire.answer(() => json({ embeddings: [{ values: [0.5, 0.25, 0.125] }, { values: [1, 2, 3] }] }));
    await client().models.embedContent({ model: 'gemini-embedding-001', contents: ['one', 'two'] });
    expect(only()).toMatchObject({
      'span.name': 'embeddings gemini-embedding-001',
      'span.type': 'embedding',
      'gen_ai.embeddings.dimension.count': 3,
      'spanline.embeddings.input_count': 2,
      'spanline.input': ['one', 'two'],
    });
    expect(JSON.stringify(log.records())).not.toMatch(/[[,]0\.125/u);
  });

  it('has no line for what is not billed', async () => {
    wire.answer(() => json({ totalTokens: 3 }));
    await client().models.countTokens({ model: MODEL, contents: 'one two three' });
    expect(log.records()).toEqual([]);
  });

  it('throws the client’s own error, and writes it', async () => {
    const refusal = { error: { code: 429, message: 'Resource has been exhausted', status: 'RESOURCE_EXHAUSTED' } };
    wire.answer(() => json(refusal, 429));
    const [plain, traced] = await Promise.all(
      [bare(), client()].map((one) =>
        one.models.generateContent({ model: MODEL, contents: 'x' }).catch((error: unknown) => error as Error),
      ),
    );
    expect(traced).toEqual(plain);
    expect(only()).toMatchObject({ 'span.status': 'error', 'spanline.error.class': 'rate_limit' });
  });

  it('writes an error in the middle of a stream, and what came before it', async () => {
    wire.answer(() => ({ ...googleText(true), chunks: googleText(true).chunks.slice(0, 1), cut: true }));
    const read = async (): Promise<void> => {
      const stream = await client().models.generateContentStream({ model: MODEL, contents: 'Weather?' });
      for await (const _chunk of stream);
    };
    await expect(read()).rejects.toThrow();
    expect(only()).toMatchObject({
      'span.status': 'error',
      'gen_ai.output.messages': [{ parts: [{ type: 'text', content: 'It is' }] }],
      'spanline.usage.issue': 'incomplete',
    });
  });

  it('writes a prompt that the provider refuses', async () => {
    wire.answer(() =>
      json({ promptFeedback: { blockReason: 'PROHIBITED_CONTENT' }, usageMetadata: { promptTokenCount: 9 } }),
    );
    await client().models.generateContent({ model: MODEL, contents: 'x' });
    expect(only()).toMatchObject({
      'gen_ai.response.finish_reasons': ['PROHIBITED_CONTENT'],
      'gen_ai.usage.input_tokens': 9,
    });
  });

  it('knows Vertex AI', async () => {
    wire.answer(() => googleText(false));
    const vertex = new Class({ vertexai: true, apiKey: 'test', httpOptions: { baseUrl: wire.url } });
    await wrapGoogleGenAI(vertex, { tracer }).models.generateContent({ model: MODEL, contents: 'x' });
    expect(only()).toMatchObject({ 'gen_ai.provider.name': 'gcp.vertex_ai', 'gen_ai.request.model': MODEL });
  });

  it('ends as aborted when its signal fires', async () => {
    const controller = new AbortController();
    wire.answer(() => {
      setImmediate(() => controller.abort());
      return { ...events([]), open: true };
    });
    const asking = client().models.generateContent({
      model: MODEL,
      contents: 'x',
      config: { abortSignal: controller.signal },
    });
    await expect(asking).rejects.toThrow();
    expect(only()).toMatchObject({ 'span.status': 'aborted' });
  });

  it('taken back, writes nothing', async () => {
    wire.answer(() => googleText(false));
    const once = client();
    expect(unwrapGoogleGenAI(once)).toBe(once);
    await once.models.generateContent({ model: MODEL, contents: 'x' });
    expect(log.records()).toEqual([]);
  });

  it('sends nothing that a budget refuses', async () => {
    wire.answer(() => googleText(false));
    const broke = new Error('no money');
    const refused = wrapGoogleGenAI(bare(), {
      tracer,
      beforeCall: () => {
        throw broke;
      },
    });
    await expect(refused.models.generateContent({ model: MODEL, contents: 'x' })).rejects.toBe(broke);
    expect(wire.requests).toEqual([]);
  });
});

it('refuses what is no Google Gen AI client', () => {
  expect(() => wrapGoogleGenAI({ models: {}, chats: {} })).toThrow(/client.*GoogleGenAI client/);
  expect(() => wrapGoogleGenAI(new GoogleGenAI({ apiKey: 'x' }), { tracr: tracer } as object)).toThrow(/tracer/);
});
