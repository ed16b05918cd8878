import type { LLMock } from '@copilotkit/aimock';
import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import type { Tracer } from '@spanline/core';
import { type MemoryLog, tree } from '@spanline/core/testing';
import { type WrapOptions, wrapOpenAI } from '@spanline/openai';
import { drain, onlyRecord } from '../../../test/support/records.ts';
import { useTracer, useWire } from '../../../test/support/set-up.ts';
import { useProvider } from '../../../test/support/use-provider.ts';
import { openaiChatText, openaiChatTool } from '../../../test/support/wire/openai.ts';
import { events, json, type Wire } from '../../../test/support/wire/server.ts';
import { ask } from './support/scenarios.ts';
import { helpersOf, VERSIONS } from './support/versions.ts';

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

const client = (more: object = {}, options: WrapOptions = {}): OpenAI =>
  wrapOpenAI(new OpenAI({ apiKey: 'test', baseURL: `${provider.url}/v1`, maxRetries: 0, ...more }), {
    tracer,
    ...options,
  });

const wired = (more: object = {}, options: WrapOptions = {}): OpenAI =>
  client({ baseURL: `${wire.url}/v1`, ...more }, options);

const only = () => onlyRecord(log);

const COUNTED = { 'gen_ai.usage.input_tokens': 40, 'gen_ai.usage.output_tokens': 12, 'spanline.cost.usd': 0.00022 };
const SAID = [{ type: 'text', content: 'one two three four five six seven eight nine ten' }];

describe('a chat completion', () => {
  it('is a span with its request, its answer, its tokens and what it cost', async () => {
    const tools = [{ type: 'function' as const, function: { name: 'weather', description: 'of a city' } }];
    await client().chat.completions.create({
      ...ask('plain'),
      temperature: 0,
      max_completion_tokens: 9,
      stop: 'x',
      seed: 3,
      tools,
    });
    expect(only()).toMatchObject({
      'span.name': 'chat gpt-4o',
      'span.type': 'llm',
      'span.kind': 'CLIENT',
      'otel.scope.name': '@spanline/openai',
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': 'gpt-4o',
      'gen_ai.request.temperature': 0,
      'gen_ai.request.max_tokens': 9,
      'gen_ai.request.stop_sequences': ['x'],
      'gen_ai.request.seed': 3,
      'gen_ai.response.id': 'fixed-1',
      'gen_ai.response.finish_reasons': ['stop'],
      'server.address': '127.0.0.1',
      'gen_ai.tool.definitions': [{ type: 'function', name: 'weather', description: 'of a city' }],
      'gen_ai.input.messages': [{ role: 'user', parts: [{ type: 'text', content: 'plain' }] }],
      'gen_ai.output.messages': [{ role: 'assistant', parts: SAID, finish_reason: 'stop' }],
      'spanline.provider.request_id': expect.stringMatching(/^req/),
      ...COUNTED,
    });
  });

  it.each(Object.entries(VERSIONS))(
    'of %s stands under the span that is current, and is current while the request is made',
    async (_version, Class) => {
      const server = { apiKey: 'test', baseURL: `${provider.url}/v1`, maxRetries: 0 };
      const seen: (string | undefined)[] = [];
      const fetching: typeof fetch = (url, init) => {
        seen.push(tracer.inject({} as Record<string, string>)['traceparent']?.split('-')[2]);
        return fetch(url, init);
      };
      await tracer.withSpan({ name: 'answer', type: 'chain' }, () =>
        wrapOpenAI(new Class({ ...server, fetch: fetching }), { tracer }).chat.completions.create(ask('plain')),
      );
      expect(tree(log.records())).toBe('chain answer\n  llm chat gpt-4o');
      expect(seen).toEqual([log.records().find((record) => record['span.type'] === 'llm')?.span_id]);
    },
  );

  it('records cached, reasoning and audio tokens', async () => {
    wire.answer(() => openaiChatText(false));
    await wired().chat.completions.create(ask('x'));
    expect(only()).toMatchObject({
      'gen_ai.usage.cache_read.input_tokens': 64,
      'gen_ai.usage.reasoning.output_tokens': 12,
      'gen_ai.usage.audio.input_tokens': 8,
      'gen_ai.response.model': 'gpt-4o-mini-2024-07-18',
    });
  });

  it.each([
    ['a refusal', { content: null, refusal: 'I cannot.' }, [{ type: 'text', content: 'I cannot.' }]],
    [
      'a voice',
      { content: null, audio: { id: 'a', data: 'UklGRgAAAABXQVZF', transcript: 'Hello.' } },
      [
        { type: 'text', content: 'Hello.' },
        {
          type: 'blob',
          modality: 'audio',
          mime_type: 'audio/wav',
          bytes: 12,
          sha256: '56ddf20bae94693a26732a7629d110957d63d8afd31c95f098b32b0d9ec5b387',
        },
      ],
    ],
    [
      'a function',
      { content: null, function_call: { name: 'weather', arguments: '{"city":"Oslo"}' } },
      [{ type: 'tool_call', name: 'weather', arguments: { city: 'Oslo' } }],
    ],
  ])('records the answer of %s', async (_what, message, parts) => {
    const choices = [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', ...message } }];
    wire.answer(() => json({ id: 'c', object: 'chat.completion', model: 'gpt-4o', choices }));
    await wired().chat.completions.create(ask('x'));
    expect(only()['gen_ai.output.messages']).toEqual([{ role: 'assistant', parts, finish_reason: 'stop' }]);
  });
});

describe.each(Object.entries(VERSIONS))('a stream of %s', (_version, Class) => {
  const streaming = (options: WrapOptions = {}): OpenAI =>
    wrapOpenAI(new Class({ apiKey: 'test', baseURL: `${wire.url}/v1`, maxRetries: 0 }), { tracer, ...options });

  it('records its tokens, its chunks and the time to the first one; the application does not see that they were asked for', async () => {
    wire.answer(() => openaiChatText(true));
    const chunks = await drain(await streaming().chat.completions.create({ ...ask('x'), stream: true }));
    expect(wire.requests[0]?.body['stream_options']).toEqual({ include_usage: true });
    expect(chunks.every((chunk) => chunk.choices.length > 0 && !('usage' in chunk))).toBe(true);
    expect(only()).toMatchObject({
      'gen_ai.request.stream': true,
      'gen_ai.usage.input_tokens': 100,
      'gen_ai.usage.output_tokens': 20,
      'spanline.stream.chunks': chunks.length,
      'gen_ai.response.time_to_first_chunk': expect.any(Number),
      'gen_ai.output.messages': [
        { role: 'assistant', parts: [{ type: 'text', content: 'It is sunny.' }], finish_reason: 'stop' },
      ],
    });
  });

  it('puts tool calls together', async () => {
    wire.answer(() => openaiChatTool(true));
    await drain(await streaming().chat.completions.create({ ...ask('x'), stream: true }));
    expect(only()['gen_ai.output.messages']).toEqual([
      {
        role: 'assistant',
        parts: [{ type: 'tool_call', id: 'call_1', name: 'weather', arguments: { city: 'Oslo' } }],
        finish_reason: 'tool_calls',
      },
    ]);
  });

  it('puts a call of a function together that is no tool, and what a voice says', async () => {
    const chunk = (delta: object, finish_reason: string | null = null) => ({
      id: 'c',
      object: 'chat.completion.chunk',
      model: 'gpt-4o',
      choices: [{ index: 0, delta, finish_reason }],
    });
    wire.answer(() =>
      events([
        chunk({ role: 'assistant', content: null, audio: { id: 'a', transcript: 'Let me' } }),
        chunk({ audio: { transcript: ' look.' } }),
        chunk({ function_call: { name: 'weather', arguments: '' } }),
        chunk({ function_call: { arguments: '{"city":"Oslo"}' } }),
        chunk({}, 'function_call'),
        '[DONE]',
      ]),
    );
    await drain(await streaming().chat.completions.create({ ...ask('x'), stream: true }));
    expect(only()['gen_ai.output.messages']).toEqual([
      {
        role: 'assistant',
        parts: [
          { type: 'text', content: 'Let me look.' },
          { type: 'tool_call', name: 'weather', arguments: { city: 'Oslo' } },
        ],
        finish_reason: 'function_call',
      },
    ]);
  });

  it('that is stopped midway is abandoned, with what came until then', async () => {
    wire.answer(() => openaiChatText(true));
    for await (const chunk of await streaming().chat.completions.create({ ...ask('x'), stream: true })) {
      if (chunk.choices[0]?.delta.content === 'It is') break;
    }
    const { 'span.status': status, 'gen_ai.output.messages': said } = only();
    expect([status, said]).toEqual(['abandoned', [{ role: 'assistant', parts: [{ type: 'text', content: 'It is' }] }]]);
  });

  it('that its reader aborts is aborted', async () => {
    wire.answer(() => ({ ...openaiChatText(true), chunks: openaiChatText(true).chunks.slice(0, 2), open: true }));
    const stream = await streaming().chat.completions.create({ ...ask('x'), stream: true });
    for await (const chunk of stream) if (chunk.choices[0]?.delta.content === 'It is') stream.controller.abort();
    expect(only()).toMatchObject({ 'span.status': 'aborted', 'spanline.stream.chunks': 2 });
  });

  it('that is cut is an error, with what came until then', async () => {
    wire.answer(() => ({ ...openaiChatText(true), chunks: openaiChatText(true).chunks.slice(0, 2), cut: true }));
    const stream = await streaming().chat.completions.create({ ...ask('x'), stream: true });
    await expect(drain(stream)).rejects.toThrow();
    expect(only()).toMatchObject({
      'span.status': 'error',
      'spanline.error.class': 'network',
      'spanline.stream.chunks': 2,
    });
  });

  it('that reports an error midway is an error, with what came until then', async () => {
    const [first = ''] = openaiChatText(true).chunks;
    const failure = `data: ${JSON.stringify({ error: { message: 'overloaded', code: 'server_error' } })}\n\n`;
    wire.answer(() => ({ type: 'text/event-stream', chunks: [first, failure] }));
    const stream = await streaming().chat.completions.create({ ...ask('x'), stream: true });
    await expect(drain(stream)).rejects.toThrow(Class.APIError);
    expect(only()).toMatchObject({
      'span.status': 'error',
      'error.type': 'APIError',
      'error.message': expect.stringContaining('overloaded') as string,
      'spanline.stream.chunks': 1,
    });
  });

  it('with an event that is no JSON is an error', async () => {
    wire.answer(() => ({ type: 'text/event-stream', chunks: ['data: {"id": 1, \n\n'] }));
    const stream = await streaming().chat.completions.create({ ...ask('x'), stream: true });
    const heard = await drain(stream).catch((error: unknown) => error);
    expect(heard).toBeInstanceOf(Error);
    expect(only()).toMatchObject({ 'span.status': 'error', 'error.type': (heard as Error).name });
  });

  it('is one span however it is read', async () => {
    wire.answer(() => openaiChatText(true));
    const [left, right] = (await streaming().chat.completions.create({ ...ask('x'), stream: true })).tee();
    await Promise.all([drain(left), drain(right)]);
    await helpersOf(streaming()).stream(ask('x')).done();
    expect(log.records().map((record) => record['gen_ai.usage.input_tokens'])).toEqual([100, 100]);
  });

  it('is not asked for its tokens where the application says so, or asks itself', async () => {
    wire.answer(() => openaiChatText(true));
    await drain(await streaming({ streamUsage: false }).chat.completions.create({ ...ask('x'), stream: true }));
    const own = { ...ask('x'), stream: true as const, stream_options: { include_usage: true } };
    const chunks = await drain(await streaming().chat.completions.create(own));
    expect(wire.requests.map(({ body }) => body['stream_options'])).toEqual([undefined, { include_usage: true }]);
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { total_tokens: 120 } });
  });
});

describe('a request that is made again', () => {
  it.each(Object.entries(VERSIONS))(
    'by %s is one span, with the retries, what is left of the limits and the id of the last request',
    async (_version, Class) => {
      let attempts = 0;
      const limits = {
        'x-ratelimit-limit-requests': '100',
        'x-ratelimit-remaining-requests': '25',
        'x-request-id': 'req_2',
      };
      wire.answer(() =>
        attempts++ === 0
          ? json({ error: { message: 'busy' } }, 429, { 'retry-after-ms': '1', 'x-request-id': 'req_1' })
          : { ...openaiChatText(false), headers: limits },
      );
      const retrying = new Class({ apiKey: 'test', baseURL: `${wire.url}/v1`, maxRetries: 2 });
      await wrapOpenAI(retrying, { tracer }).chat.completions.create(ask('x'));
      expect(only()).toMatchObject({
        'span.status': 'ok',
        'spanline.retry.attempt': 2,
        'spanline.ratelimit.remaining_ratio': 0.25,
        'spanline.provider.request_id': 'req_2',
      });
    },
  );

  it('in vain is an error that records the same', async () => {
    const headers = {
      'retry-after-ms': '1',
      'x-ratelimit-limit-requests': '100',
      'x-ratelimit-remaining-requests': '0',
    };
    wire.answer(() =>
      json({ error: { message: 'busy', code: 'rate_limit_exceeded' } }, 429, { ...headers, 'x-request-id': 'req_3' }),
    );
    await expect(wired({ maxRetries: 1 }).chat.completions.create(ask('x'))).rejects.toBeInstanceOf(
      OpenAI.RateLimitError,
    );
    expect(only()).toMatchObject({
      'span.status': 'error',
      'error.type': 'RateLimitError',
      'spanline.error.class': 'rate_limit',
      'spanline.retry.attempt': 2,
      'spanline.ratelimit.remaining_ratio': 0,
      'spanline.provider.request_id': 'req_3',
    });
  });
});

describe('an abort', () => {
  it('of the caller is no error', async () => {
    const controller = new AbortController();
    const answer = client().chat.completions.create(ask('never'), { signal: controller.signal });
    controller.abort();
    await expect(answer).rejects.toThrow('aborted');
    expect(only()).toMatchObject({ 'span.status': 'aborted', 'spanline.error.class': 'aborted' });
  });

  it('after a time-out is one', async () => {
    await expect(client().chat.completions.create(ask('never'), { timeout: 30 })).rejects.toThrow();
    expect(only()).toMatchObject({ 'span.status': 'error', 'spanline.error.class': 'timeout' });
  });
});
