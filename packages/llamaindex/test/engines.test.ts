import { LLMock } from '@copilotkit/aimock';
import { OpenAI } from '@llamaindex/openai';
import {
  type BaseNodePostprocessor,
  ContextChatEngine,
  Document,
  FunctionTool,
  type LLM,
  RetrieverQueryEngine,
  Settings,
  VectorStoreIndex,
} from 'llamaindex';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTracer, type Tracer, validate } from '@spanline/core';
import { type MemoryLog, memoryLog, tree } from '@spanline/core/testing';
import { instrumentLlamaIndex, type Uninstall } from '@spanline/llamaindex';
import { Letters, Parrot, TopOne } from './support/components.ts';

let provider: LLMock;
let baseURL: string;
let log: MemoryLog;
let tracer: Tracer;
let uninstall: Uninstall;

const openAi = (): OpenAI =>
  new OpenAI({
    model: 'gpt-4o-mini',
    apiKey: 'test',
    temperature: 0,
    maxRetries: 0,
    additionalSessionOptions: { baseURL },
  });

beforeAll(async () => {
  provider = new LLMock({ port: 0, host: '127.0.0.1', logLevel: 'silent' });
  provider.on(
    { predicate: (request) => JSON.stringify(request.messages).includes('limited') },
    { error: { message: 'Rate limit reached', code: 'rate_limit_exceeded', type: 'requests' }, status: 429 },
  );
  provider.on(
    { predicate: () => true },
    { content: 'Apples are red and sweet.', usage: { prompt_tokens: 21, completion_tokens: 6 } },
  );
  await provider.start();
  baseURL = `${provider.url}/v1`;
});

afterAll(() => provider.stop());

beforeEach(() => {
  log = memoryLog();
  tracer = createTracer({ logger: log.logger, service: { name: 'test' }, statsIntervalSeconds: 0, capture: 'full' });
  uninstall = instrumentLlamaIndex({ tracer, streamUsage: true });
  Settings.embedModel = new Letters();
});

afterEach(() => {
  uninstall();
  for (const record of log.records()) expect(validate(record)).toEqual({ valid: true });
  expect(tracer.stats()).toMatchObject({ internalErrors: 0, open: 0 });
});

async function createEngine(llm: LLM, postprocessors: BaseNodePostprocessor[] = []): Promise<RetrieverQueryEngine> {
  Settings.llm = llm;
  const index = await VectorStoreIndex.fromDocuments([
    new Document({ id_: 'd1', text: 'apples are red' }),
    new Document({ id_: 'd2', text: 'bananas are yellow' }),
  ]);
  const engine = index.asQueryEngine({ similarityTopK: 2, nodePostprocessors: postprocessors });
  log.clear();
  return engine;
}

const RAG = (model: string): string => `chain query RetrieverQueryEngine
  retriever retrieval VectorIndexRetriever
    embedding embeddings Letters
    retriever vector_search SimpleVectorStore
  reranker rerank TopOne
  chain synthesize CompactAndRefine
    llm chat ${model}`;

describe('a query', () => {
  it('is a tree of its steps with tokens and cost', async () => {
    const engine = await createEngine(openAi(), [new TopOne()]);
    const answer = await engine.query({ query: 'what are apples?' });
    expect(answer.toString()).toBe('Apples are red and sweet.');
    expect(tree(log.records())).toBe(RAG('gpt-4o-mini'));
    const [embedding, search, retrieval, rerank, call, synthesis, query] = log.records();
    expect(embedding).toMatchObject({
      'gen_ai.embeddings.dimension.count': 26,
      'spanline.embeddings.input_count': 1,
      'gen_ai.request.model': 'Letters',
    });
    expect(JSON.stringify(log.lines())).not.toMatch(/\[\d+\.5,/);
    expect(search).toMatchObject({ 'gen_ai.retrieval.top_k': 2, 'spanline.retrieval.count': 2 });
    expect(retrieval).toMatchObject({
      'gen_ai.retrieval.query.text': 'what are apples?',
      'spanline.retrieval.count': 2,
    });
    expect(rerank).toMatchObject({ 'spanline.rerank.input_count': 2, 'spanline.retrieval.count': 1 });
    expect(call).toMatchObject({
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': 'gpt-4o-mini',
      'gen_ai.request.temperature': 0,
      'gen_ai.usage.input_tokens': 21,
      'gen_ai.usage.output_tokens': 6,
      'gen_ai.response.finish_reasons': ['stop'],
      'spanline.cost.source': 'price_table',
    });
    expect(JSON.parse(call?.['gen_ai.output.messages'] ?? '')).toEqual([
      { role: 'assistant', parts: [{ type: 'text', content: 'Apples are red and sweet.' }], finish_reason: 'stop' },
    ]);
    expect(synthesis?.['spanline.output']).toBe('"Apples are red and sweet."');
    expect(query).toMatchObject({
      'spanline.input': '"what are apples?"',
      'spanline.output': '"Apples are red and sweet."',
      'spanline.rollup.input_tokens': 21,
    });
  });

  it('that streams ends with its last chunk, with tokens and the time to the first one', async () => {
    const engine = await createEngine(openAi(), [new TopOne()]);
    let answer = '';
    for await (const chunk of await engine.query({ query: 'what are apples?', stream: true })) {
      expect(log.records().some((record) => record['span.type'] === 'llm')).toBe(false);
      answer += String(chunk.message.content);
    }
    expect(answer).toBe('Apples are red and sweet.');
    expect(tree(log.records())).toBe(RAG('gpt-4o-mini'));
    const call = log.records().find((record) => record['span.type'] === 'llm');
    expect(call).toMatchObject({
      'gen_ai.request.stream': true,
      'gen_ai.response.time_to_first_chunk': expect.any(Number) as number,
      'gen_ai.usage.input_tokens': 21,
      'gen_ai.usage.output_tokens': 6,
    });
    expect(log.records().at(-1)?.['spanline.output']).toBe('"Apples are red and sweet."');
  });

  it('that is stopped in the middle is abandoned, with what came until then', async () => {
    const engine = await createEngine(new Parrot() as unknown as LLM);
    for await (const _ of await engine.query({ query: 'apples', stream: true })) break;
    const abandoned = log.records().filter((record) => record['span.status'] === 'abandoned');
    expect(abandoned.map((record) => record['span.type'])).toEqual(['llm', 'chain', 'chain']);
    expect(abandoned[0]?.['gen_ai.output.messages']).toContain('one ');
  });

  it('that fails is failed from the origin up, and the caller gets the error itself', async () => {
    const engine = await createEngine(openAi());
    const error: unknown = await engine.query({ query: 'limited' }).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ status: 429 });
    const failed = log.records().filter((record) => record['span.status'] === 'error');
    expect(failed.map((record) => [record['span.type'], record['spanline.error.propagated'] ?? false])).toEqual([
      ['llm', false],
      ['chain', true],
      ['chain', true],
    ]);
    expect(failed[0]).toMatchObject({ 'spanline.error.class': 'rate_limit' });
    await expect(engine.query({ query: 'unembeddable' })).rejects.toThrow(RangeError);
    expect(log.records().at(-1)).toMatchObject({
      'span.name': 'query RetrieverQueryEngine',
      'error.type': 'RangeError',
    });
  });

  it('is never mixed up with another one', async () => {
    const engine = await createEngine(openAi(), [new TopOne()]);
    const ask = (index: number) =>
      tracer.withSpan({ name: `request ${index}`, type: 'chain' }, async () => {
        if (index % 2 === 0) await engine.query({ query: `question ${index}` });
        else for await (const _ of await engine.query({ query: `question ${index}`, stream: true }));
      });
    await Promise.all(Array.from({ length: 50 }, (_, index) => ask(index)));
    const traces = new Map<string, string[]>();
    for (const record of log.records())
      traces.set(record.trace_id ?? '', [...(traces.get(record.trace_id ?? '') ?? []), record['span.name'] ?? '']);
    expect(traces.size).toBe(50);
    for (const [trace, names] of traces) {
      expect(names).toHaveLength(8);
      const records = log.records().filter((record) => record.trace_id === trace);
      const asked = records.find((record) => record['span.type'] === 'retriever')?.['gen_ai.retrieval.query.text'];
      expect(records.at(-1)?.['span.name']).toBe(`request ${asked?.split(' ')[1]}`);
    }
  });
});

describe('other ways in', () => {
  it('an LLM that is taken from Settings', async () => {
    Settings.llm = new Parrot() as unknown as LLM;
    await Settings.llm.chat({ messages: [{ role: 'user', content: 'hello' }] });
    await Settings.llm.complete({ prompt: 'say' });
    expect(tree(log.records())).toBe('llm chat parrot-1\nllm text_completion parrot-1');
    expect(log.records()[0]).toMatchObject({ 'gen_ai.usage.input_tokens': 3, 'spanline.cost.reason': 'unknown_model' });
    await expect(Settings.llm.chat({ messages: [{ role: 'user', content: 'refuse' }] })).rejects.toThrow(TypeError);
  });

  it('a completion that goes through chat is one span', async () => {
    Settings.llm = openAi();
    await Settings.llm.complete({ prompt: 'apples?' });
    expect(tree(log.records())).toBe('llm chat gpt-4o-mini');
  });

  it('a chat engine', async () => {
    const engine = await createEngine(openAi());
    const chat = new ContextChatEngine({ retriever: engine.retriever, chatModel: Settings.llm });
    log.clear();
    const answer = await chat.chat({ message: 'apples?' });
    expect(String(answer.message.content)).toBe('Apples are red and sweet.');
    expect(tree(log.records())).toBe(`chain chat ContextChatEngine
  retriever retrieval VectorIndexRetriever
    embedding embeddings Letters
    retriever vector_search SimpleVectorStore
  llm chat gpt-4o-mini`);
  });

  it('a tool that a model is offered', async () => {
    const add = FunctionTool.from(({ a, b }: { a: number; b: number }) => a + b, {
      name: 'add',
      description: 'adds',
      parameters: {
        type: 'object',
        properties: { a: { type: 'number' }, b: { type: 'number' } },
        required: ['a', 'b'],
      },
    });
    Settings.llm = openAi();
    await Settings.llm.chat({ messages: [{ role: 'user', content: 'apples?' }], tools: [add] });
    expect(await add.call({ a: 1, b: 2 })).toBe(3);
    const [call, tool] = log.records();
    expect(call?.['gen_ai.tool.definitions']).toContain('"name":"add"');
    expect(tool).toMatchObject({
      'span.name': 'execute_tool add',
      'gen_ai.tool.call.arguments': '{"a":1,"b":2}',
      'gen_ai.tool.call.result': '3',
    });
  });
});

describe('the instrumentation', () => {
  it('installed twice traces once', async () => {
    const second = instrumentLlamaIndex({ tracer });
    const engine = await createEngine(openAi(), [new TopOne()]);
    await engine.query({ query: 'apples' });
    expect(tree(log.records())).toBe(RAG('gpt-4o-mini'));
    second();
  });
});
