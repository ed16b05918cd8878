/** How answers end that do not come to their end, and what they counted. */

import type { GoogleGenAI } from '@google/genai';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Tracer } from '@spanline/core';
import type { MemoryLog } from '@spanline/core/testing';
import { wrapGoogleGenAI } from '@spanline/google-genai';
import { runs } from '../../../test/support/effort.ts';
import { drain, onlyRecord } from '../../../test/support/records.ts';
import { useTracer, useWire } from '../../../test/support/set-up.ts';
import { googleText } from '../../../test/support/wire/google.ts';
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

const candidate = (text: string, finishReason?: string): object => ({
  candidates: [{ content: { role: 'model', parts: [{ text }] }, index: 0, finishReason }],
  modelVersion: MODEL,
});

describe.each(Object.entries(VERSIONS))('a client of %s', (_version, Class) => {
  const client = (retryAttempts?: number): GoogleGenAI => {
    const retry = retryAttempts === undefined ? {} : { retryOptions: { attempts: retryAttempts } };
    return wrapGoogleGenAI(new Class({ apiKey: 'test', httpOptions: { baseUrl: wire.url, ...retry } }), { tracer });
  };
  const ask = { model: MODEL, contents: 'Weather?' };

  it('writes what a stream brought until its caller aborted', async () => {
    const controller = new AbortController();
    wire.answer(() => ({ ...events([candidate('It is')]), open: true }));
    const read = async (): Promise<void> => {
      const config = { abortSignal: controller.signal };
      for await (const { text } of await client().models.generateContentStream({ ...ask, config }))
        if (text === 'It is') controller.abort();
    };
    await expect(read()).rejects.toThrow();
    expect(only()).toMatchObject({
      'span.status': 'aborted',
      'gen_ai.output.messages': [{ parts: [{ type: 'text', content: 'It is' }] }],
    });
  });

  it.each([
    [503, 'UNAVAILABLE', 'other'],
    [429, 'RESOURCE_EXHAUSTED', 'rate_limit'],
  ])('writes the error %s that a stream brings, and what came before it', async (code, status, errorClass) => {
    const error = { code, message: 'The model is overloaded.', status };
    wire.answer(() => events([candidate('It is'), { error }]));
    const read = async (): Promise<unknown> => drain(await client().models.generateContentStream(ask));
    await expect(read()).rejects.toMatchObject({ name: 'ApiError', status: code });
    expect(only()).toMatchObject({
      'span.status': 'error',
      'error.type': 'ApiError',
      'error.message': expect.stringContaining(error.message),
      'spanline.error.class': errorClass,
      'gen_ai.output.messages': [{ parts: [{ type: 'text', content: 'It is' }] }],
    });
  });

  it('writes an answer that a filter stops on its way', async () => {
    wire.answer(() => events([candidate('It is'), { candidates: [{ index: 0, finishReason: 'SAFETY' }] }]));
    await drain(await client().models.generateContentStream(ask));
    expect(only()).toMatchObject({
      'span.status': 'ok',
      'gen_ai.response.finish_reasons': ['SAFETY'],
      'gen_ai.output.messages': [{ parts: [{ type: 'text', content: 'It is' }], finish_reason: 'SAFETY' }],
    });
  });

  it('writes one line for a request that it sends again', async () => {
    let requests = 0;
    wire.answer(() => (requests++ === 0 ? json({ error: { code: 503, message: 'later' } }, 503) : googleText(false)));
    await client(2).models.generateContent(ask);
    expect(requests).toBe(2);
    expect(only()).toMatchObject({ 'span.status': 'ok', 'gen_ai.usage.output_tokens': 20 });
  });

  it('counts what was served: thoughts, tools, cache and modalities', async () => {
    const count = fc.nat({ max: 100_000 });
    const counts = fc.record({
      text: count,
      audio: count,
      tool: count,
      cached: fc.nat({ max: 100 }),
      answer: count,
      picture: count,
      thoughts: count,
    });
    await fc.assert(
      fc.asyncProperty(counts, fc.boolean(), async (served, isStreamed) => {
        log.clear();
        const { text, audio, tool, answer, picture, thoughts } = served;
        const cached = Math.min(served.cached, text);
        const usageMetadata = {
          promptTokenCount: text + audio,
          toolUsePromptTokenCount: tool,
          cachedContentTokenCount: cached,
          candidatesTokenCount: answer + picture,
          thoughtsTokenCount: thoughts,
          totalTokenCount: text + audio + tool + answer + picture + thoughts,
          promptTokensDetails: [
            { modality: 'TEXT', tokenCount: text },
            { modality: 'AUDIO', tokenCount: audio },
          ],
          candidatesTokensDetails: [
            { modality: 'TEXT', tokenCount: answer },
            { modality: 'IMAGE', tokenCount: picture },
          ],
          cacheTokensDetails: [{ modality: 'TEXT', tokenCount: cached }],
          toolUsePromptTokensDetails: [{ modality: 'TEXT', tokenCount: tool }],
        };
        const end = { ...candidate('sunny.', 'STOP'), usageMetadata };
        // Each piece of a stream counts again from the start.
        const first = {
          ...candidate('It is '),
          usageMetadata: { promptTokenCount: text + audio, totalTokenCount: text + audio },
        };
        wire.answer(() => (isStreamed ? events([first, end]) : json(end)));
        if (isStreamed) await drain(await client().models.generateContentStream(ask));
        else await client().models.generateContent(ask);
        const line = only();
        const told = (key: string): unknown => line[key] ?? 0;
        expect(told('gen_ai.usage.input_tokens')).toBe(text + audio + tool);
        expect(told('gen_ai.usage.output_tokens')).toBe(answer + picture + thoughts);
        expect(told('gen_ai.usage.cache_read.input_tokens')).toBe(cached);
        expect(told('gen_ai.usage.reasoning.output_tokens')).toBe(thoughts);
        expect(told('gen_ai.usage.audio.input_tokens')).toBe(audio);
        expect(told('spanline.usage.output_image_tokens')).toBe(picture);
        expect(line).not.toHaveProperty(['spanline.usage.issue']);
      }),
      { numRuns: runs(25, 1000) },
    );
  });

  it('records values that no JSON has, as the request has them', async () => {
    wire.answer(() => googleText(false));
    const args: Record<string, unknown> = { lone: '\ud800', __proto__: { polluted: true }, constructor: 1 };
    const contents = [
      { role: 'model', parts: [{ functionCall: { name: 'weather', args } }] },
      { role: 'user', parts: [{ text: 'x'.repeat(2_000_000) }] },
    ];
    await client().models.generateContent({ model: MODEL, contents });
    expect(only()).toMatchObject({ 'span.status': 'ok', 'gen_ai.usage.output_tokens': 20 });
    expect(tracer.stats()).toMatchObject({ internalErrors: 0, open: 0 });
    expect({}).not.toHaveProperty('polluted');
  });

  it.each([
    ['a circle', (value: Record<string, unknown>) => (value['self'] = value)],
    ['a BigInt', (value: Record<string, unknown>) => (value['big'] = 1n)],
    [
      'a getter that throws',
      (value: Record<string, unknown>) =>
        Object.defineProperty(value, 'broken', {
          enumerable: true,
          get(): never {
            throw new TypeError('not ready');
          },
        }),
    ],
  ])('throws what the client throws for %s', async (_what, add) => {
    const failure = async (one: GoogleGenAI): Promise<unknown> => {
      const args: Record<string, unknown> = {};
      add(args);
      const contents = [{ role: 'model', parts: [{ functionCall: { name: 'weather', args } }] }];
      return one.models.generateContent({ model: MODEL, contents }).catch((error: unknown) => error);
    };
    const bare = new Class({ apiKey: 'test', httpOptions: { baseUrl: wire.url } });
    const [plain, traced] = [await failure(bare), await failure(client())];
    expect(plain).toBeInstanceOf(Error);
    expect(traced).toEqual(plain);
    expect(tracer.stats()).toMatchObject({ internalErrors: 0, open: 0 });
  });
});
