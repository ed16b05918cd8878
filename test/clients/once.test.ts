import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import AnthropicSdk from '@anthropic-ai/sdk';
import type { LLMock } from '@copilotkit/aimock';
import { ChatAnthropic } from '@langchain/anthropic';
import { RunnableLambda } from '@langchain/core/runnables';
import { tool } from '@langchain/core/tools';
import { ChatOpenAI, OpenAIEmbeddings } from '@langchain/openai';
import { OpenAI as LlamaOpenAI, OpenAIEmbedding } from '@llamaindex/openai';
import { createAgent } from 'langchain';
import OpenAI from 'openai';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { unwrapAnthropic, wrapAnthropic } from '@spanline/anthropic';
import { createTracer, llmSpan, traceable, type Tracer, validate } from '@spanline/core';
import { type MemoryLog, memoryLog, tree } from '@spanline/core/testing';
import { SpanlineCallbackHandler, traceEmbeddings } from '@spanline/langchain';
import { instrumentLlamaIndex } from '@spanline/llamaindex';
import { type OpenAIClient, unwrapOpenAI, wrapOpenAI } from '@spanline/openai';
import { openaiClassOf } from '../support/framework-client.ts';
import { startProvider, USAGE } from '../support/provider.ts';
import { drain } from '../support/records.ts';

let provider: LLMock;
let log: MemoryLog;
let tracer: Tracer;
let callbacks: SpanlineCallbackHandler[];
let classes: OpenAIClient[];

beforeAll(async () => {
  provider = await startProvider();
  classes = [OpenAI.prototype, await openaiClassOf('@langchain/openai'), await openaiClassOf('@llamaindex/openai')];
});

afterAll(() => provider.stop());

beforeEach(() => {
  provider.clearRequests();
  log = memoryLog();
  tracer = createTracer({ logger: log.logger, service: { name: 'test' }, statsIntervalSeconds: 0 });
  callbacks = [new SpanlineCallbackHandler({ tracer })];
  for (const each of classes) wrapOpenAI(each, { tracer });
  wrapAnthropic(AnthropicSdk.prototype, { tracer });
});

afterEach(() => {
  classes.map(unwrapOpenAI);
  unwrapAnthropic(AnthropicSdk.prototype);
  expect(tracer.stats()).toMatchObject({ internalErrors: 0, open: 0 });
});

const sum = (key: string): number =>
  log.records().reduce((total, record) => total + Number((record as Record<string, unknown>)[key] ?? 0), 0);

/** As many billed calls stand in the log as the provider served, with its tokens. */
function expectServed(calls: number): void {
  const billed = log.records().filter((record) => record['span.type'] === 'llm');
  expect([provider.getRequests().length, billed.length]).toEqual([calls, calls]);
  expect(sum('gen_ai.usage.input_tokens')).toBe(USAGE.prompt_tokens * calls);
  expect(sum('gen_ai.usage.output_tokens')).toBe(USAGE.completion_tokens * calls);
}

const GPT_4O_USD = 0.00022;

describe('with every client of the process traced, a call is one span and is billed once', () => {
  const model = (more: object = {}): ChatOpenAI =>
    new ChatOpenAI({
      model: 'gpt-4o',
      apiKey: 'test',
      maxRetries: 0,
      configuration: { baseURL: `${provider.url}/v1` },
      ...more,
    });

  it('in LangChain: a model that is asked', async () => {
    await model().invoke('plain', { callbacks });
    expectServed(1);
    expect(sum('spanline.cost.usd')).toBeCloseTo(GPT_4O_USD, 9);
    expect(log.records()[0]?.['otel.scope.name']).toBe('@spanline/langchain');
  });

  it('in LangChain: a model that streams, in a chain', async () => {
    const chain = RunnableLambda.from((text: string) => text).pipe(model({ streamUsage: true }));
    await drain(await chain.stream('plain', { callbacks }));
    expectServed(1);
  });

  it('in LangChain: the Responses API, and Anthropic', async () => {
    await model({ useResponsesApi: true }).invoke('plain', { callbacks });
    const claude = new ChatAnthropic({
      model: 'claude-3-5-haiku-20241022',
      apiKey: 'test',
      anthropicApiUrl: provider.url,
    });
    await claude.invoke('plain', { callbacks });
    await drain(await claude.stream('plain', { callbacks }));
    expectServed(3);
  });

  it('in LangChain: many at once', async () => {
    await model().batch(
      Array.from({ length: 20 }, () => 'plain'),
      { callbacks },
    );
    expectServed(20);
  });

  it('in LangChain: an agent, and a client that its tool calls, which is a span under the tool', async () => {
    const openai = new OpenAI({ apiKey: 'test', baseURL: `${provider.url}/v1` });
    const weather = tool(
      async () =>
        (await openai.chat.completions.create({ model: 'gpt-4o', messages: [{ role: 'user', content: 'plain' }] })).id,
      { name: 'weather', description: 'The weather', schema: z.object({ city: z.string() }) },
    );
    const agent = createAgent({ model: model(), tools: [weather] });
    await agent.invoke({ messages: [{ role: 'user', content: 'weather' }] }, { callbacks });
    expectServed(3);
    const own = log.records().find((record) => record['otel.scope.name'] === '@spanline/openai');
    const parent = log.records().find((record) => record.span_id === own?.parent_span_id);
    expect(parent?.['span.type']).toBe('tool');
    const root = log.records().find((record) => record['spanline.rollup.spans'] !== undefined);
    expect(root).toMatchObject({
      'spanline.rollup.llm_calls': 3,
      'spanline.rollup.input_tokens': USAGE.prompt_tokens * 3,
      'spanline.rollup.cost_usd': expect.closeTo(GPT_4O_USD * 3, 9) as number,
    });
  });

  it('in LangChain without a handler: the client records', async () => {
    await model().invoke('plain');
    expectServed(1);
    expect(log.records()[0]?.['otel.scope.name']).toBe('@spanline/openai');
  });

  it('in LangChain: embeddings, which no callback records', async () => {
    const embeddings = new OpenAIEmbeddings({ apiKey: 'test', configuration: { baseURL: `${provider.url}/v1` } });
    await embeddings.embedQuery('plain');
    expect(log.records().map((record) => record['span.type'])).toEqual(['embedding']);
  });

  describe('in LangChain: what LangChain keeps to itself', () => {
    let server: Server;
    let baseURL: string;

    beforeAll(async () => {
      const message = { role: 'assistant', content: 'hi' };
      const chat = { id: 'c', model: 'gpt-4o', choices: [{ index: 0, message, finish_reason: 'stop' }] };
      const usage = { prompt_tokens: 5, total_tokens: 5 };
      const data = [{ object: 'embedding', index: 0, embedding: [0.5] }];
      const embedded = { object: 'list', model: 'text-embedding-3-small', data, usage };
      server = createServer((request, response) => {
        response.writeHead(200, {
          'content-type': 'application/json',
          'x-request-id': 'req_1',
          'x-ratelimit-limit-requests': '100',
          'x-ratelimit-remaining-requests': '7',
        });
        response.end(JSON.stringify(request.url === '/v1/embeddings' ? embedded : chat));
      });
      await once(server.listen(0, '127.0.0.1'), 'listening');
      baseURL = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
    });

    afterAll(() => server.close());

    it('the tokens of embeddings, of all requests that they are split into', async () => {
      const client = { apiKey: 'test', batchSize: 1, encodingFormat: 'float' as const, configuration: { baseURL } };
      const embeddings = traceEmbeddings(new OpenAIEmbeddings({ model: 'text-embedding-3-small', ...client }), {
        tracer,
      });
      await embeddings.embedDocuments(['one', 'two', 'three']);
      expect(log.records()).toMatchObject([
        {
          'otel.scope.name': '@spanline/langchain',
          'gen_ai.usage.input_tokens': 15,
          'gen_ai.response.model': 'text-embedding-3-small',
          'spanline.usage.source': 'provider',
          'spanline.cost.usd': 3e-7,
        },
      ]);
    });

    it('the headers of an answer', async () => {
      await model({ configuration: { baseURL } }).invoke('plain', { callbacks });
      expect(log.records()).toMatchObject([
        { 'spanline.ratelimit.remaining_ratio': 0.07, 'spanline.provider.request_id': 'req_1' },
      ]);
    });
  });

  it('in LlamaIndex: a model that is asked, one that streams, and an embedding', async () => {
    const uninstall = instrumentLlamaIndex({ tracer, streamUsage: true });
    try {
      const session = { apiKey: 'test', maxRetries: 0, additionalSessionOptions: { baseURL: `${provider.url}/v1` } };
      const llm = uninstall.observe(new LlamaOpenAI({ model: 'gpt-4o', ...session }));
      const messages = [{ role: 'user' as const, content: 'plain' }];
      await llm.chat({ messages });
      await drain(await llm.chat({ messages, stream: true }));
      expectServed(2);
      const embedding = uninstall.observe(new OpenAIEmbedding({ model: 'text-embedding-3-small', ...session }));
      await embedding.getQueryEmbedding({ type: 'text', text: 'plain' });
      const told = log.records().map((record) => [record['otel.scope.name'], record['span.type']]);
      expect(told).toEqual(['llm', 'llm', 'embedding'].map((type) => ['@spanline/llamaindex', type]));
    } finally {
      uninstall();
    }
  });

  it('in a model call of one’s own: that is a step around it, without tokens and cost', async () => {
    const openai = new OpenAI({ apiKey: 'test', baseURL: `${provider.url}/v1` });
    const asked = { model: 'gpt-4o', messages: [{ role: 'user' as const, content: 'plain' }] };
    const ask = traceable(() => openai.chat.completions.create(asked), { tracer, name: 'ask', runType: 'llm' });
    await tracer.withSpan({ name: 'answer', type: 'chain' }, async () => {
      await ask();
      await llmSpan({ tracer, ...asked, name: 'hand-written' }, () => openai.chat.completions.create(asked));
      await llmSpan({ tracer, ...asked, name: 'around LangChain' }, () => model().invoke('plain', { callbacks }));
    });
    expect(tree(log.records())).toBe(
      [
        'chain answer',
        ...['ask', 'hand-written', 'around LangChain'].flatMap((name) => [`  chain ${name}`, '    llm chat gpt-4o']),
      ].join('\n'),
    );
    expect(provider.getRequests()).toHaveLength(3);
    expect(sum('gen_ai.usage.input_tokens')).toBe(USAGE.prompt_tokens * 3);
    expect(sum('gen_ai.usage.output_tokens')).toBe(USAGE.completion_tokens * 3);
    expect(sum('spanline.cost.usd')).toBeCloseTo(GPT_4O_USD * 3, 9);
    const [byHand] = log.records().filter((record) => record['span.name'] === 'hand-written');
    expect(byHand).toMatchObject({ 'gen_ai.request.model': 'gpt-4o', 'span.kind': 'INTERNAL' });
    expect(byHand?.['gen_ai.output.messages']).toBeDefined();
    expect(byHand).not.toHaveProperty('spanline.cost.reason');
    for (const record of log.records()) expect(validate(record)).toEqual({ valid: true });
    expect(log.records().at(-1)).toMatchObject({ 'spanline.rollup.llm_calls': 3 });
  });

  it('in a function of one’s own: the client’s span stands under the function’s', async () => {
    const openai = new OpenAI({ apiKey: 'test', baseURL: `${provider.url}/v1` });
    await tracer.withSpan({ name: 'answer', type: 'chain' }, async () => {
      await drain(
        await openai.chat.completions.create({
          model: 'gpt-4o',
          stream: true,
          messages: [{ role: 'user', content: 'plain' }],
        }),
      );
    });
    expect(tree(log.records())).toBe('chain answer\n  llm chat gpt-4o');
    expectServed(1);
  });
});
