/** The conditions of a price: asked for by the request, decided by the answer, by every way to call a model. */
import Anthropic from '@anthropic-ai/sdk';
import { ChatAnthropic } from '@langchain/anthropic';
import { ChatOpenAI } from '@langchain/openai';
import { OpenAI as LlamaOpenAI } from '@llamaindex/openai';
import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { wrapAnthropic } from '@spanline/anthropic';
import { llmSpan, type SpanRecord, type Tracer } from '@spanline/core';
import type { MemoryLog } from '@spanline/core/testing';
import { SpanlineCallbackHandler } from '@spanline/langchain';
import { instrumentLlamaIndex } from '@spanline/llamaindex';
import { wrapOpenAI } from '@spanline/openai';
import { drain } from '../support/records.ts';
import { useTracer, useWire } from '../support/set-up.ts';
import { events, json, type Wire, type WireReply } from '../support/wire/server.ts';

let wire: Wire;
let log: MemoryLog;
let tracer: Tracer;

useWire((opened) => {
  wire = opened;
});

useTracer((newLog, newTracer) => {
  [log, tracer] = [newLog, newTracer];
});

/** Requests for any host go to the server of the test. */
const toWire: typeof fetch = (_input, init) => fetch(wire.url, init);

function theCall(): SpanRecord {
  const calls = log.records().filter((record) => record['span.type'] === 'llm');
  expect(calls).toHaveLength(1);
  return calls[0] as SpanRecord;
}

const message = { role: 'assistant', content: 'Yes.' };
const usage = { prompt_tokens: 1000, completion_tokens: 100, total_tokens: 1100 };
const completion = (more: object): object => ({
  id: 'c1',
  object: 'chat.completion',
  created: 1,
  model: 'gpt-5-mini',
  choices: [{ index: 0, finish_reason: 'stop', message }],
  usage,
  ...more,
});
/** $0.25 and $2 per million. */
const LIST = (1000 * 0.25 + 100 * 2) / 1e6;

const messages = [{ role: 'user' as const, content: 'Is it so?' }];

/** Each way to call OpenAI, asking for the flex tier. */
const WAYS: Readonly<Record<string, () => Promise<unknown>>> = {
  'the wrapped client': () =>
    wrapOpenAI(new OpenAI({ apiKey: 'test', maxRetries: 0, fetch: toWire }), { tracer }).chat.completions.create({
      model: 'gpt-5-mini',
      service_tier: 'flex',
      messages,
    }),
  "LangChain's handler": () =>
    new ChatOpenAI({
      model: 'gpt-5-mini',
      apiKey: 'test',
      maxRetries: 0,
      service_tier: 'flex',
      configuration: { fetch: toWire },
    }).invoke('Is it so?', { callbacks: [new SpanlineCallbackHandler({ tracer })] }),
  LlamaIndex: async () => {
    const uninstall = instrumentLlamaIndex({ tracer });
    try {
      const llm = new LlamaOpenAI({
        model: 'gpt-5-mini',
        apiKey: 'test',
        maxRetries: 0,
        additionalChatOptions: { service_tier: 'flex' },
        additionalSessionOptions: { fetch: toWire },
      });
      await uninstall.observe(llm).chat({ messages });
    } finally {
      uninstall();
    }
  },
  llmSpan: () =>
    llmSpan(
      {
        tracer,
        model: 'gpt-5-mini',
        provider: 'openai',
        messages: 'Is it so?',
        attributes: { 'spanline.cost.tier': 'flex' },
      },
      async () => (await toWire('http://localhost', { method: 'POST' })).json(),
    ),
};

describe.each(Object.keys(WAYS))('%s', (way) => {
  it('has the tier that was asked for on the line, and its price', async () => {
    wire.answer(() => json(completion({})));
    await WAYS[way]?.();
    expect(theCall()['spanline.cost.tier']).toBe('flex');
    expect(theCall()['spanline.cost.usd']).toBeCloseTo(LIST / 2, 12);
    const isReported = way === 'llmSpan';
    expect(theCall()['spanline.cost.reason']).toBe(isReported ? undefined : 'assumed_tier');
    expect(theCall()['spanline.cost.exact']).toBe(isReported ? undefined : false);
  });
});

describe("LangChain's handler", () => {
  it('does not claim the tier that LangChain hides', async () => {
    wire.answer(() => json(completion({ service_tier: 'default' })));
    await WAYS["LangChain's handler"]?.();
    expect(theCall()).toMatchObject({
      'spanline.cost.tier': 'flex',
      'spanline.cost.requested_tier': 'flex',
      'spanline.cost.exact': false,
      'spanline.cost.reason': 'assumed_tier',
    });
  });

  it('knows the tier of a wrapped client below', async () => {
    wire.answer(() => json(completion({ service_tier: 'default' })));
    const model = new ChatOpenAI({
      model: 'gpt-5-mini',
      apiKey: 'test',
      maxRetries: 0,
      service_tier: 'flex',
      configuration: { fetch: toWire },
    });
    await model.invoke('warm up', { callbacks: [] });
    const { client } = (model as unknown as { completions: { client: OpenAI } }).completions;
    wrapOpenAI(client, { tracer });
    log.clear();
    await model.invoke('Is it so?', { callbacks: [new SpanlineCallbackHandler({ tracer })] });
    expect(theCall()['spanline.cost.usd']).toBeCloseTo(LIST, 12);
    expect(theCall()).not.toHaveProperty(['spanline.cost.exact']);
  });
});

describe('searches that a request asks for', () => {
  const SEARCHING = { model: 'gpt-5-mini', apiKey: 'test', maxRetries: 0, configuration: { fetch: toWire } };
  const callbacks = () => [new SpanlineCallbackHandler({ tracer })];

  it('make the cost a lower bound where the answer does not count them', async () => {
    wire.answer(() => json(completion({})));
    const bound = {
      'spanline.cost.exact': false,
      'spanline.cost.reason': 'unknown_usage',
      'spanline.usage.unknown': ['web_search_options'],
    };
    const client = wrapOpenAI(new OpenAI({ apiKey: 'test', maxRetries: 0, fetch: toWire }), { tracer });
    await client.chat.completions.create({ model: 'gpt-5-mini', messages, web_search_options: {} });
    expect(theCall()).toMatchObject(bound);
    log.clear();
    const model = new ChatOpenAI({ ...SEARCHING, modelKwargs: { web_search_options: {} } });
    await model.invoke('Is it so?', { callbacks: callbacks() });
    expect(theCall()).toMatchObject(bound);
  });

  it('are those that the answer counts', async () => {
    wire.answer(() =>
      json(
        completion({ usage: { prompt_tokens: 10, completion_tokens: 1, server_tool_use: { web_search_requests: 2 } } }),
      ),
    );
    await new ChatOpenAI({ ...SEARCHING, modelKwargs: { web_search_options: {} } }).invoke('?', {
      callbacks: callbacks(),
    });
    expect(theCall()).toMatchObject({ 'spanline.usage.web_searches': 2 });
    expect(theCall()).not.toHaveProperty(['spanline.cost.exact']);
  });

  const response = (model: string): object => ({
    id: 'resp_1',
    object: 'response',
    created_at: 1,
    status: 'completed',
    model,
    output: [
      { type: 'web_search_call', id: 'ws_1', status: 'completed', action: { type: 'search', query: 'a' } },
      { type: 'web_search_call', id: 'ws_2', status: 'completed', action: { type: 'open_page', url: 'b' } },
      { type: 'message', id: 'm', role: 'assistant', content: [{ type: 'output_text', text: 'So.', annotations: [] }] },
    ],
    usage: { input_tokens: 100, output_tokens: 10, total_tokens: 110 },
  });

  it.each([
    ['gpt-5-mini', 'web_search', true],
    ['gpt-5-mini', 'web_search_preview', true],
    ['gpt-4o', 'web_search', true],
    ['gpt-4o', 'web_search_preview', false],
  ])('count with LangChain as in the wrapped client: %s, %s', async (model, type, isExact) => {
    const lines: SpanRecord[] = [];
    for (const isStreamed of [false, true]) {
      const whole = response(model);
      wire.answer(() => (isStreamed ? events([{ type: 'response.completed', response: whole }], true) : json(whole)));
      const chat = new ChatOpenAI({ ...SEARCHING, model, useResponsesApi: true, streaming: isStreamed });
      await chat.invoke('Is it so?', { tools: [{ type }] as never, callbacks: callbacks() });
      lines.push(theCall());
      log.clear();
      const client = wrapOpenAI(new OpenAI({ apiKey: 'test', maxRetries: 0, fetch: toWire }), { tracer });
      const request = { model, input: 'Is it so?', tools: [{ type }] as never, stream: isStreamed };
      const answer: unknown = await client.responses.create(request);
      if (isStreamed) for await (const _ of answer as AsyncIterable<unknown>);
      lines.push(theCall());
      log.clear();
    }
    for (const line of lines) {
      expect(line['spanline.usage.web_searches']).toBe(1);
      expect(line['spanline.cost.exact']).toBe(isExact ? undefined : false);
      expect(line['spanline.cost.usd']).toBeCloseTo(lines[0]?.['spanline.cost.usd'] ?? 0, 12);
    }
  });
});

describe.each(Object.keys(WAYS).filter((way) => !way.startsWith('LangChain')))('%s', (way) => {
  it('believes the answer where another tier was served', async () => {
    wire.answer(() => json(completion({ service_tier: 'default' })));
    await WAYS[way]?.();
    expect(theCall()).not.toHaveProperty('spanline.cost.tier');
    expect(theCall()['spanline.cost.usd']).toBeCloseTo(LIST, 12);
  });
});

describe('the fast mode of OpenAI', () => {
  it.each([
    ['priority', 'priority', 'priority', 1.8, undefined],
    ['fast', 'fast', 'fast', 1.8, undefined],
    ['fast', 'default', undefined, 1, undefined],
    ['fast', undefined, 'fast', 1.8, 'assumed_tier'],
  ] as const)('is asked for as %s and answered as %s', async (asked, served, tier, factor, reason) => {
    wire.answer(() => json(completion(served === undefined ? {} : { service_tier: served })));
    const client = wrapOpenAI(new OpenAI({ apiKey: 'test', maxRetries: 0, fetch: toWire }), { tracer });
    await client.chat.completions.create({ model: 'gpt-5-mini', messages, service_tier: asked as 'priority' });
    expect(theCall()['spanline.cost.tier']).toBe(tier);
    expect(theCall()['spanline.cost.requested_tier']).toBe(asked);
    expect(theCall()['spanline.cost.usd']).toBeCloseTo(LIST * factor, 12);
    expect(theCall()['spanline.cost.reason']).toBe(reason);
  });
});

describe('a streamed answer', () => {
  const chunk = (more: object): object => ({
    id: 'c1',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'gpt-5-mini',
    ...more,
  });
  const streamed = (tier: string): WireReply =>
    events([
      chunk({ service_tier: tier, choices: [{ index: 0, delta: message, finish_reason: null }] }),
      chunk({ service_tier: tier, choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }),
      chunk({ service_tier: tier, choices: [], usage }),
    ]);

  it('tells the tier to the wrapped client', async () => {
    wire.answer(() => streamed('flex'));
    const client = wrapOpenAI(new OpenAI({ apiKey: 'test', maxRetries: 0, fetch: toWire }), { tracer });
    await drain(await client.chat.completions.create({ model: 'gpt-5-mini', messages, stream: true }));
    expect(theCall()['spanline.cost.usd']).toBeCloseTo(LIST / 2, 12);
  });

  it("tells the tier to LangChain's handler", async () => {
    wire.answer(() => streamed('default'));
    const model = new ChatOpenAI({
      model: 'gpt-5-mini',
      apiKey: 'test',
      maxRetries: 0,
      service_tier: 'flex',
      configuration: { fetch: toWire },
    });
    await drain(await model.stream('Is it so?', { callbacks: [new SpanlineCallbackHandler({ tracer })] }));
    expect(theCall()['spanline.cost.usd']).toBeCloseTo(LIST, 12);
  });
});

describe('the geography and the speed of Claude', () => {
  const answered = (more: object): object => ({
    id: 'm1',
    type: 'message',
    role: 'assistant',
    model: 'claude-opus-4-8',
    content: [{ type: 'text', text: 'Yes.' }],
    stop_reason: 'end_turn',
    stop_sequence: null,
    usage: { input_tokens: 1000, output_tokens: 100, ...more },
  });
  /** $5 and $25 per million. */
  const OPUS = (1000 * 5 + 100 * 25) / 1e6;
  const ask = (more: object): Promise<unknown> =>
    wrapAnthropic(new Anthropic({ apiKey: 'test', maxRetries: 0, fetch: toWire }), { tracer }).messages.create({
      model: 'claude-opus-4-8',
      max_tokens: 10,
      messages,
      ...more,
    });

  it.each([
    ['asked for', { inference_geo: 'us' }, {}, 1.1],
    ['served', {}, { inference_geo: 'us' }, 1.1],
    ['asked for, and not served', { inference_geo: 'us' }, { inference_geo: 'global' }, 1],
    ['asked to be fast, and not served so', { speed: 'fast' }, { speed: 'standard' }, 1],
    ['asked for the standard tier', { service_tier: 'standard_only' }, { service_tier: 'standard' }, 1],
    ['fast, whatever the tier', { speed: 'fast' }, { speed: 'fast', service_tier: 'standard' }, 2],
  ])('change the price where they are %s', async (_, request, served, factor) => {
    wire.answer(() => json(answered(served)));
    await ask(request);
    expect(theCall()['spanline.cost.usd']).toBeCloseTo(OPUS * factor, 12);
    expect(theCall()).not.toHaveProperty('spanline.cost.exact');
  });

  it.each([
    ['nothing', {}],
    ['a tier', { service_tier: 'standard' }],
  ])('are taken to be fast where the answer reports %s but no speed, and the cost says so', async (_, served) => {
    wire.answer(() => json(answered(served)));
    await ask({ speed: 'fast' });
    expect(theCall()['spanline.cost.usd']).toBeCloseTo(OPUS * 2, 12);
    expect(theCall()['spanline.cost.reason']).toBe('assumed_tier');
    expect(theCall()['spanline.cost.tier']).toBe('fast');
  });

  it("are known to LangChain's handler as well", async () => {
    wire.answer(() => json(answered({})));
    await new ChatAnthropic({
      model: 'claude-opus-4-8',
      apiKey: 'test',
      maxRetries: 0,
      inferenceGeo: 'us',
      clientOptions: { fetch: toWire },
    }).invoke('Is it so?', { callbacks: [new SpanlineCallbackHandler({ tracer })] });
    expect(theCall()['spanline.cost.region']).toBe('us');
    expect(theCall()['spanline.cost.usd']).toBeCloseTo(OPUS * 1.1, 12);
  });

  it('count the searches of the whole answer', async () => {
    wire.answer(() => json(answered({ server_tool_use: { web_search_requests: 3, web_fetch_requests: 1 } })));
    await ask({});
    expect(theCall()['spanline.usage.web_searches']).toBe(3);
    expect(theCall()['spanline.cost.usd']).toBeCloseTo(OPUS + 0.03, 12);
  });
});

describe('the region in the name of a host', () => {
  it.each([
    ['https://us.api.x.ai/v1', 'grok-4.6', 'us', undefined],
    ['https://eu-west-1.api.x.ai/v1', 'grok-4.3', 'eu-west-1', 'unpriced_condition'],
    ['https://api.x.ai/v1', 'grok-4.3', undefined, undefined],
    ['https://api.eu.mistral.ai/v1', 'mistral-large-latest', 'eu', 'unpriced_condition'],
    ['https://api.mistral.ai/v1', 'mistral-large-latest', undefined, undefined],
    ['https://eu.api.openai.com/v1', 'gpt-5.4', 'eu', undefined],
    ['https://bedrock-runtime.us-west-2.amazonaws.com/openai/v1', 'openai.gpt-oss-20b-1:0', 'us-west-2', undefined],
    [
      'https://bedrock-runtime.ap-southeast-2.amazonaws.com/openai/v1',
      'openai.gpt-oss-20b-1:0',
      'ap-southeast-2',
      'unpriced_condition',
    ],
    [
      'https://bedrock-runtime.eu-central-1.amazonaws.com/openai/v1',
      'eu.anthropic.claude-sonnet-4-5-20250929-v1:0',
      'eu-central-1',
      undefined,
    ],
  ])('is a condition of the price: %s', async (baseURL, model, region, reason) => {
    wire.answer(() => json(completion({ model })));
    const client = wrapOpenAI(new OpenAI({ apiKey: 'test', maxRetries: 0, baseURL, fetch: toWire }), { tracer });
    await client.chat.completions.create({ model, messages });
    expect(theCall()['spanline.cost.region']).toBe(region);
    expect(theCall()['spanline.cost.usd']).toBeGreaterThan(0);
    expect(theCall()['spanline.cost.reason']).toBe(reason);
  });
});

describe('the headers of an answer', () => {
  const ask = (more: object = {}): Promise<unknown> =>
    wrapOpenAI(
      new OpenAI({ apiKey: 'test', maxRetries: 0, baseURL: 'http://litellm.internal:4000/v1', fetch: toWire }),
      { tracer },
    ).chat.completions.create({ model: 'gpt-5-mini', messages, ...more });

  it('tell the cost of a gateway, beside the list price', async () => {
    wire.answer(() => ({ ...json(completion({})), headers: { 'x-litellm-response-cost': '0.000123' } }));
    await ask();
    expect(theCall()).toMatchObject({ 'spanline.cost.usd': 0.000123, 'spanline.cost.source': 'provider' });
    expect(theCall()['spanline.cost.list_usd']).toBeCloseTo(LIST, 12);
  });

  it.each(['', 'None', '-1', 'NaN', '1e999', '0x', 'abc'])('are ignored with the cost %j', async (cost) => {
    wire.answer(() => ({ ...json(completion({})), headers: { 'x-litellm-response-cost': cost } }));
    await ask();
    expect(theCall()).toMatchObject({ 'spanline.cost.source': 'price_table' });
  });

  it('tell no cost of a stream, which has not been counted when they are sent', async () => {
    wire.answer(() => ({
      ...events([
        { id: 'c', model: 'gpt-5-mini', choices: [{ index: 0, delta: message, finish_reason: 'stop' }] },
        { id: 'c', model: 'gpt-5-mini', choices: [], usage },
      ]),
      headers: { 'x-litellm-response-cost': '0.0' },
    }));
    await drain((await ask({ stream: true })) as AsyncIterable<unknown>);
    expect(theCall()).toMatchObject({ 'spanline.cost.source': 'price_table' });
  });

  it('tell the tier that served Gemini', async () => {
    wire.answer(() => ({
      ...json(completion({ model: 'gemini-2.5-flash' })),
      headers: { 'x-gemini-service-tier': 'flex' },
    }));
    await wrapOpenAI(
      new OpenAI({
        apiKey: 'test',
        maxRetries: 0,
        baseURL: 'https://generativelanguage.googleapis.com/v1beta/openai',
        fetch: toWire,
      }),
      { tracer },
    ).chat.completions.create({ model: 'gemini-2.5-flash', messages });
    expect(theCall()['spanline.cost.tier']).toBe('flex');
    expect(theCall()['spanline.cost.usd']).toBeCloseTo((1000 * 0.3 + 100 * 2.5) / 2 / 1e6, 12);
  });
});
