/** APIs other than chats of OpenAI and Anthropic: who is found, and what their lines have. */

import OpenAI, { toFile } from 'openai';
import { describe, expect, it } from 'vitest';
import type { MemoryLog } from '@spanline/core/testing';
import { onlyRecord, parsedRecords } from '../../../test/support/records.ts';
import { events, json, type Wire } from '../../../test/support/wire/server.ts';
import { createFinder } from '../src/apis/index.ts';
import { readForm } from '../src/exchange/form.ts';
import { type Recording, useRecording } from './support/recording.ts';

let server: Wire;
let log: MemoryLog;
let restart: Recording['restart'];

useRecording(
  (started) => {
    ({ server, log, restart } = started);
  },
  { capture: 'full' },
);

const post = async (path: string, body: unknown): Promise<string> =>
  (await fetch(`${server.url}${path}`, { method: 'POST', body: JSON.stringify(body) })).text();

describe('the address of a request', () => {
  const find = createFinder({ 'LLM.internal:8080': 'openai', 'blog.internal': false });

  it.each([
    ['https://api.openai.com', '/v1/chat/completions'],
    ['https://api.openai.com', '/v1/images/generations'],
    ['https://api.openai.com', '/v1/moderations'],
    ['https://api.groq.com', '/openai/v1/chat/completions'],
    ['https://api.groq.com', '/openai/v1/audio/transcriptions'],
    ['https://api.mistral.ai', '/v1/agents/completions'],
    ['https://api.mistral.ai', '/v1/embeddings'],
    ['https://api.cohere.com', '/v2/chat'],
    ['https://api.cohere.com', '/v2/rerank'],
    ['https://api.cohere.com', '/compatibility/v1/chat/completions'],
    ['https://api.jina.ai', '/v1/rerank'],
    ['https://gateway.ai.cloudflare.com', '/v1/account/gateway/anthropic/v1/messages'],
    ['https://ours.openai.azure.com', '/openai/deployments/mine/chat/completions?api-version=2024-10-21'],
    ['http://llm.internal:8080', '/any/chat/completions'],
  ])('is known: %s%s', (origin, path) => {
    expect(find({ origin, path, method: 'POST' })?.isKnown).toBe(true);
  });

  it('is known as a URL too, whose text has a slash at its end', () => {
    const found = find({ origin: new URL('https://api.openai.com'), path: '/v1/chat/completions', method: 'POST' });
    expect(found?.line.origin).toBe('https://api.openai.com');
  });

  it.each(['', '::', 'https://', {} as URL])('is that of no model if it cannot be read: %j', (origin) => {
    expect(find({ origin, path: '/v1/chat/completions', method: 'POST' })).toBeUndefined();
  });

  it.each([
    ['https://api.openai.com', '/v1/files'],
    ['https://api.cohere.com', '/v1/models'],
    ['http://blog.internal', '/v1/chat/completions'],
    ['https://example.com', '/v1/images/generations'],
    ['https://example.com', '/search?from=/v1/chat/completions'],
    ['https://example.com', '/search?from=models/gemini:generateContent'],
    ['https://example.com', '/v1/chat/completions/7?x=1'],
  ])('is none of a model: %s%s', (origin, path) => {
    expect(find({ origin, path, method: 'POST' })).toBeUndefined();
  });

  it.each([
    '/v1/chat/completions',
    '/v1/chat/completions?api-version=1&from=/a',
    '/v1beta/models/gemini-2.5-flash:generateContent?key=x',
  ])('may be one of a model at a server with no known name: %s', (path) => {
    expect(find({ origin: 'https://example.com', path, method: 'POST' })).toMatchObject({ isKnown: false });
  });
});

describe('Cohere', () => {
  const usage = {
    billed_units: { input_tokens: 30, output_tokens: 4 },
    tokens: { input_tokens: 90, output_tokens: 6 },
  };
  const asked = { model: 'command-r-08-2024', messages: [{ role: 'user', content: 'Hi' }] };
  const counted = { 'gen_ai.usage.input_tokens': 30, 'gen_ai.usage.output_tokens': 4, 'gen_ai.response.id': 'c1' };

  it('answers whole', async () => {
    const message = { role: 'assistant', content: [{ type: 'text', text: 'Hello' }] };
    server.answer(() => json({ id: 'c1', finish_reason: 'COMPLETE', message, usage }));
    await post('/v2/chat', asked);
    expect(onlyRecord(log)).toMatchObject({
      ...counted,
      'span.name': 'chat command-r-08-2024',
      'gen_ai.response.finish_reasons': ['COMPLETE'],
      'gen_ai.output.messages': [{ parts: [{ type: 'text', content: 'Hello' }] }],
      'gen_ai.input.messages': [{ role: 'user', parts: [{ type: 'text', content: 'Hi' }] }],
    });
  });

  it('streams text and calls of tools', async () => {
    const called = { id: 't1', type: 'function', function: { name: 'weather', arguments: '' } };
    server.answer(() =>
      events(
        [
          { type: 'message-start', id: 'c1', delta: { message: { role: 'assistant' } } },
          { type: 'content-delta', index: 0, delta: { message: { content: { text: 'Hel' } } } },
          { type: 'content-delta', index: 0, delta: { message: { content: { text: 'lo' } } } },
          { type: 'tool-call-start', index: 0, delta: { message: { tool_calls: called } } },
          { type: 'tool-call-delta', index: 0, delta: { message: { tool_calls: { function: { arguments: '{}' } } } } },
          { type: 'message-end', delta: { finish_reason: 'TOOL_CALL', usage } },
        ],
        true,
      ),
    );
    await post('/v2/chat', { ...asked, stream: true });
    expect(onlyRecord(log)).toMatchObject({
      ...counted,
      'gen_ai.request.stream': true,
      'gen_ai.output.messages': [
        { parts: [{ content: 'Hello' }, { type: 'tool_call', id: 't1', name: 'weather', arguments: {} }] },
      ],
      'spanline.stream.max_gap_ms': expect.any(Number) as number,
    });
  });

  it.each([true, false])('answers in version 1 with calls of tools beside a text; as a stream: %s', async (stream) => {
    const calls = [{ name: 'weather', parameters: { city: 'Oslo' } }];
    const citations = [{ start: 0, end: 5, text: 'Hello', document_ids: ['d1'] }];
    const whole = { text: 'Hello', generation_id: 'c1', tool_calls: calls, citations, finish_reason: 'COMPLETE' };
    const pieces = [
      { event_type: 'stream-start', generation_id: 'c1' },
      { event_type: 'text-generation', text: 'Hel' },
      { event_type: 'text-generation', text: 'lo' },
      { event_type: 'citation-generation', citations },
      { event_type: 'tool-calls-generation', tool_calls: calls },
      { event_type: 'stream-end', finish_reason: 'COMPLETE', response: whole },
    ];
    server.answer(() => (stream ? events(pieces) : json(whole)));
    restart({ hosts: { [new URL(server.url).host]: 'cohere' } });
    await post('/v1/chat', { model: 'command-r-08-2024', message: 'Hi', preamble: 'Be kind.', k: 5, stream });
    expect(onlyRecord(log)).toMatchObject({
      'gen_ai.response.id': 'c1',
      'gen_ai.request.top_k': 5,
      'gen_ai.response.finish_reasons': ['COMPLETE'],
      'gen_ai.system_instructions': [{ type: 'text', content: 'Be kind.' }],
      'gen_ai.input.messages': [{ role: 'user', parts: [{ type: 'text', content: 'Hi' }] }],
      'gen_ai.output.messages': [
        {
          parts: [
            { type: 'text', content: 'Hello', citations },
            { type: 'tool_call', name: 'weather', arguments: { city: 'Oslo' } },
          ],
          finish_reason: 'COMPLETE',
        },
      ],
    });
  });

  it('embeds and ranks', async () => {
    server.answer(({ path }) =>
      path === '/v2/embed'
        ? json({ id: 'e1', embeddings: { float: [[1, 2, 3]] }, meta: { billed_units: { input_tokens: 7 } } })
        : json({
            id: 'r1',
            results: [{ index: 1, relevance_score: 0.9 }],
            meta: { billed_units: { search_units: 1 } },
          }),
    );
    await post('/v2/embed', { model: 'embed-v4.0', texts: ['one'], input_type: 'search_query' });
    await post('/v2/rerank', { model: 'rerank-v3.5', query: 'which?', documents: ['one', 'two'], top_n: 1 });
    expect(parsedRecords(log)).toMatchObject([
      { 'span.type': 'embedding', 'gen_ai.usage.input_tokens': 7, 'gen_ai.embeddings.dimension.count': 3 },
      {
        'span.type': 'reranker',
        'span.name': 'rerank rerank-v3.5',
        'spanline.rerank.input_count': 2,
        'spanline.retrieval.count': 1,
        'spanline.retrieval.score_min': 0.9,
        'spanline.retrieval.score_max': 0.9,
        'spanline.usage.rerank_searches': 1,
        'gen_ai.retrieval.documents': [{ id: '1', score: 0.9, content: 'two' }],
      },
    ]);
  });
});

describe('a form', () => {
  it('tells the model of a transcript', async () => {
    const usage = { type: 'tokens', input_tokens: 14, output_tokens: 5, total_tokens: 19 };
    const client = new OpenAI({ apiKey: 'test', baseURL: `${server.url}/v1` });
    restart({ hosts: { [new URL(server.url).host]: 'openai' } });
    server.answer(() => json({ text: 'Hello', usage }));
    const file = await toFile(Buffer.from('\r\n--sound\r\n'), 'speech.wav');
    await client.audio.transcriptions.create({ file, model: 'gpt-4o-transcribe' });
    expect(onlyRecord(log)).toMatchObject({
      'gen_ai.request.model': 'gpt-4o-transcribe',
      'gen_ai.usage.input_tokens': 14,
      'spanline.cost.usd': expect.any(Number) as number,
    });
  });

  it('is read in part, if it is broken', () => {
    const part = (name: string, value: string): string =>
      `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
    const read = (text: string): unknown => readForm(Buffer.from(text));
    expect(read(`${part('model', 'whisper-1')}${part('model', 'other')}--b--\r\n`)).toEqual({ model: 'whisper-1' });
    expect(read(`${part('model', 'whisper-1')}--b\r\nContent-Disposition: form-da`)).toEqual({ model: 'whisper-1' });
    expect(read(part('model', 'x'.repeat(5000)))).toEqual({});
    expect(Object.keys(read(part('__proto__', 'x')) as object)).not.toContain('polluted');
    expect(read('{"model":"gpt-4o"}')).toBeUndefined();
    expect(read('--')).toBeUndefined();
    expect(read('')).toBeUndefined();
    expect(read(`--b\r\n${'--b\r\n'.repeat(10_000)}`)).toEqual({});
  });
});
