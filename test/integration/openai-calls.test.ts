import type { LLMock } from '@copilotkit/aimock';
import { createTracer, type Tracer, validate } from '@spanline/core';
import { type MemoryLog, memoryLog } from '@spanline/core/testing';
import { type WrapOptions, wrapOpenAI } from '@spanline/openai';
import OpenAI, { AzureOpenAI } from 'openai';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startProvider } from '../support/provider.ts';
import { ask } from '../support/openai/scenarios.ts';
import { drain, onlyRecord } from '../support/records.ts';
import { events, json, openWire, type Wire } from '../support/wire/server.ts';
import { openaiChatText, openaiResponsesTool } from '../support/wire/openai.ts';

let provider: LLMock;
let wire: Wire;
let log: MemoryLog;
let tracer: Tracer;

beforeAll(async () => {
  provider = await startProvider();
  wire = await openWire();
});

afterAll(() => Promise.all([provider.stop(), wire.close()]));

beforeEach(() => {
  log = memoryLog();
  tracer = createTracer({ logger: log.logger, service: { name: 'test' }, statsIntervalSeconds: 0, capture: 'full' });
});

afterEach(() => {
  for (const record of log.records()) expect(validate(record)).toEqual({ valid: true });
  expect(tracer.stats()).toMatchObject({ internalErrors: 0, open: 0 });
});

const client = (more: object = {}, options: WrapOptions = {}): OpenAI =>
  wrapOpenAI(new OpenAI({ apiKey: 'test', baseURL: `${provider.url}/v1`, maxRetries: 0, ...more }), {
    tracer,
    ...options,
  });

const wired = (more: object = {}, options: WrapOptions = {}): OpenAI =>
  client({ baseURL: `${wire.url}/v1`, ...more }, options);

const only = () => onlyRecord(log);

const COUNTED = { 'gen_ai.usage.input_tokens': 40, 'gen_ai.usage.output_tokens': 12, 'spanline.cost.usd': 0.00022 };

describe('the Responses API', () => {
  it('tells instructions, input, output, status and tokens', async () => {
    wire.answer(() => openaiResponsesTool(false));
    await wired().responses.create({
      model: 'gpt-5-mini',
      instructions: 'Be kind.',
      reasoning: { effort: 'low' },
      input: [
        { role: 'user', content: 'Weather?' },
        { type: 'function_call', call_id: 'c', name: 'weather', arguments: '{}' },
        { type: 'function_call_output', call_id: 'c', output: 'sunny' },
      ],
    });
    expect(only()).toMatchObject({
      'gen_ai.request.reasoning.level': 'low',
      'gen_ai.system_instructions': [{ type: 'text', content: 'Be kind.' }],
      'gen_ai.input.messages': [
        { role: 'user', parts: [{ type: 'text', content: 'Weather?' }] },
        { role: 'assistant', parts: [{ type: 'tool_call', id: 'c', name: 'weather', arguments: {} }] },
        { role: 'tool', parts: [{ type: 'tool_call_response', id: 'c', response: 'sunny' }] },
      ],
      'gen_ai.output.messages': [
        {
          role: 'assistant',
          parts: [{ type: 'tool_call', id: 'call_1', name: 'weather', arguments: { city: 'Oslo' } }],
        },
      ],
      'gen_ai.response.status': 'completed',
      'gen_ai.response.finish_reasons': ['completed'],
      'gen_ai.usage.input_tokens': 100,
      'gen_ai.usage.reasoning.output_tokens': 12,
    });
  });

  it('streams the same', async () => {
    wire.answer(() => openaiResponsesTool(true));
    await drain(await wired().responses.create({ model: 'gpt-5-mini', input: 'Weather?', stream: true }));
    expect(only()).toMatchObject({
      'gen_ai.response.status': 'completed',
      'gen_ai.usage.output_tokens': 20,
      'gen_ai.response.time_to_first_chunk': expect.any(Number),
    });
  });

  it('bills work in the background once, however often it is fetched', async () => {
    const done = JSON.parse(String(openaiResponsesTool(false).chunks[0])) as Record<string, unknown>;
    let status = 'queued';
    wire.answer(() => json({ ...done, status, ...(status === 'completed' ? {} : { output: [], usage: null }) }));
    const openai = wired();
    const { id } = await openai.responses.create({ model: 'gpt-5-mini', input: 'x', background: true });
    await openai.responses.retrieve(id);
    status = 'completed';
    await openai.responses.retrieve(id);
    await openai.responses.retrieve(id);
    expect(
      log
        .records()
        .map((record) => [record['span.name'], record['gen_ai.response.status'], record['gen_ai.usage.input_tokens']]),
    ).toEqual([
      ['chat gpt-5-mini', 'queued', undefined],
      ['fetch_response', 'completed', 100],
    ]);
  });

  it('that fails without an error of the client is an error', async () => {
    const failed = {
      id: 'resp_9',
      object: 'response',
      status: 'failed',
      error: { code: 'server_error', message: 'broke' },
      output: [],
    };
    wire.answer(() => events([{ type: 'response.failed', response: failed }], true));
    await drain(await wired().responses.create({ model: 'gpt-5-mini', input: 'x', stream: true }));
    expect(only()).toMatchObject({ 'span.status': 'error', 'error.type': 'server_error', 'error.message': 'broke' });
  });
});

describe('other calls', () => {
  it('of embeddings are counted, and their vectors are not kept', async () => {
    await client().embeddings.create({ model: 'text-embedding-3-small', input: ['plain', 'text'] });
    expect(only()).toMatchObject({
      'span.name': 'embeddings text-embedding-3-small',
      'span.type': 'embedding',
      'spanline.embeddings.input_count': 2,
      'gen_ai.embeddings.dimension.count': 3,
      'gen_ai.request.encoding_formats': ['base64'],
    });
    expect(log.raw().join()).not.toContain('0.25');
  });

  it('of moderations are guardrails', async () => {
    await client().moderations.create({ input: 'something bad' });
    expect(only()).toMatchObject({
      'span.type': 'guardrail',
      'spanline.guardrail.name': 'openai.moderation',
      'spanline.guardrail.action': 'flag',
      'spanline.output': [{ flagged: true, categories: ['violence'] }],
    });
  });

  it('of legacy completions', async () => {
    const choices = [{ index: 0, text: ' there', finish_reason: 'length', logprobs: null }];
    const usage = { prompt_tokens: 3, completion_tokens: 1, total_tokens: 4 };
    wire.answer(() => json({ id: 'cmpl', object: 'text_completion', model: 'gpt-3.5-turbo-instruct', choices, usage }));
    await wired().completions.create({ model: 'gpt-3.5-turbo-instruct', prompt: 'Hello' });
    expect(only()).toMatchObject({
      'span.name': 'text_completion gpt-3.5-turbo-instruct',
      'gen_ai.input.messages': [{ role: 'user', parts: [{ type: 'text', content: 'Hello' }] }],
      'gen_ai.output.messages': [
        { role: 'assistant', parts: [{ type: 'text', content: ' there' }], finish_reason: 'length' },
      ],
      'gen_ai.usage.output_tokens': 1,
    });
  });

  it('of media tell what they are and nothing of their content', async () => {
    const openai = client();
    await openai.images.generate({ model: 'gpt-image-1', prompt: 'a secret', n: 2 });
    await openai.audio.speech.create({ model: 'tts-1', voice: 'alloy', input: 'a secret' });
    await openai.audio.transcriptions.create({
      model: 'whisper-1',
      file: await OpenAI.toFile(Buffer.from('a secret'), 'a.mp3'),
    });
    expect(
      log
        .records()
        .map((record) => [record['span.name'], record['gen_ai.operation.name'], record['gen_ai.output.type']]),
    ).toEqual([
      ['images.generations gpt-image-1', 'generate_content', 'image'],
      ['audio.speech tts-1', 'generate_content', 'speech'],
      ['audio.transcriptions whisper-1', 'generate_content', 'text'],
    ]);
    expect(log.raw().join()).not.toContain('secret');
  });

  it('of one’s own go through untouched', async () => {
    wire.answer(() => json({ data: [] }));
    await wired().models.list();
    await wired().post('/something', { body: { model: 'x' } });
    expect(log.records()).toEqual([]);
  });

  it('that the application makes of the answer itself are told', async () => {
    const response = await client().chat.completions.create(ask('plain')).asResponse();
    await response.json();
    await expect.poll(() => log.records()).toHaveLength(1);
    expect(only()).toMatchObject(COUNTED);
  });
});

describe('a provider', () => {
  it.each([
    ['https://api.groq.com/openai/v1', 'groq'],
    ['https://openrouter.ai/api/v1', 'openrouter'],
    ['https://my.openai.azure.com/openai/v1', 'azure.ai.openai'],
    ['https://europe-west4-aiplatform.googleapis.com/v1', 'gcp.vertex_ai'],
    ['https://llm.example.com/v1', 'openai'],
  ])('at %s is %s', async (baseURL, name) => {
    const answer = openaiChatText(false);
    const local: typeof fetch = () =>
      Promise.resolve(new Response(String(answer.chunks[0]), { headers: { 'content-type': answer.type } }));
    await client({ baseURL, fetch: local }).chat.completions.create(ask('x'));
    expect(only()['gen_ai.provider.name']).toBe(name);
  });

  it('Azure is a deployment, and an old version of its API is not asked for tokens', async () => {
    wire.answer(() => openaiChatText(true));
    for (const apiVersion of ['2023-05-15', '2024-10-21']) {
      const azure = new AzureOpenAI({ apiKey: 'test', endpoint: wire.url, apiVersion, maxRetries: 0 });
      await drain(await wrapOpenAI(azure, { tracer }).chat.completions.create({ ...ask('x'), stream: true }));
    }
    expect(wire.requests.map(({ path, body }) => [path.split('?')[0], body['stream_options']])).toEqual([
      ['/openai/deployments/gpt-4o/chat/completions', undefined],
      ['/openai/deployments/gpt-4o/chat/completions', { include_usage: true }],
    ]);
  });
});

describe('wrapping', () => {
  it('again changes the tracer, and a copy made by withOptions is traced once', async () => {
    const former = memoryLog();
    const openai = client({}, { tracer: createTracer({ logger: former.logger, statsIntervalSeconds: 0 }) });
    await wrapOpenAI(openai, { tracer }).withOptions({ timeout: 5000 }).chat.completions.create(ask('plain'));
    expect([former.records().length, log.records().length]).toEqual([0, 1]);
  });

  it('with a tracer that is switched off leaves the client alone', () => {
    const openai = new OpenAI({ apiKey: 'test' });
    const names = Object.getOwnPropertyNames(openai);
    wrapOpenAI(openai, { tracer: createTracer({ logger: log.logger, enabled: false }) });
    expect(Object.getOwnPropertyNames(openai)).toEqual(names);
  });

  it('of what is no client, or with a wrong option, fails at once', () => {
    expect(() => wrapOpenAI({} as never)).toThrow('client');
    expect(() => wrapOpenAI(new OpenAI({ apiKey: 'x' }), { streamUsage: 'yes' as never })).toThrow('streamUsage');
    expect(() => wrapOpenAI(new OpenAI({ apiKey: 'x' }), { trace: 1 } as never)).toThrow('trace');
  });

  it('survives fifty calls at once, each under its own span', async () => {
    const openai = client();
    const one = (name: string) =>
      tracer.withSpan({ name, type: 'chain' }, () => openai.chat.completions.create(ask('plain')));
    await Promise.all(Array.from({ length: 50 }, (_, index) => one(`run ${index}`)));
    const records = log.records();
    const parents = new Set(
      records.filter((record) => record['span.type'] === 'llm').map((record) => record.parent_span_id),
    );
    expect([records.length, parents.size]).toEqual([100, 50]);
  });
});
