import {
  BaseRetriever,
  CondenseQuestionChatEngine,
  ContextChatEngine,
  getResponseSynthesizer,
  LLMAgent,
  RetrieverQueryEngine,
  Settings,
  SimpleChatEngine,
  VectorStoreIndex,
} from 'llamaindex';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTracer, type SpanRecord, type Tracer, validate } from '@spanline/core';
import { type MemoryLog, memoryLog } from '@spanline/core/testing';
import { instrumentLlamaIndex, type Uninstall } from '@spanline/llamaindex';
import { documents, FAILURES, Model, Ones, Reverse } from './support/world.ts';

type Chunks = AsyncIterable<{ message: { content: unknown } }>;

let log: MemoryLog;
let tracer: Tracer;
let uninstall: Uninstall;
let engine: RetrieverQueryEngine;

const quiet = (): void => {};

beforeEach(async () => {
  log = memoryLog();
  tracer = createTracer({ logger: log.logger, service: { name: 'test' }, statsIntervalSeconds: 0, capture: 'full' });
  uninstall = instrumentLlamaIndex({ tracer });
  Settings.embedModel = new Ones(quiet);
  Settings.llm = new Model(quiet) as never;
  const index = await VectorStoreIndex.fromDocuments(documents());
  engine = index.asQueryEngine({ nodePostprocessors: [new Reverse(quiet)] });
  log.clear();
});

afterEach(() => {
  uninstall();
  for (const record of log.records()) expect(validate(record)).toEqual({ valid: true });
  expect(tracer.stats()).toMatchObject({ internalErrors: 0, open: 0 });
});

/** Whatever streams an answer; each opens as many spans as there are stages that wait for the last chunk. */
const STREAMS: Record<string, [stages: number, open: () => Promise<Chunks>]> = {
  'a query': [3, () => engine.query({ query: 'apples?', stream: true })],
  'a simple chat': [2, () => new SimpleChatEngine().chat({ message: 'apples?', stream: true })],
  'a chat with context': [
    2,
    () => new ContextChatEngine({ retriever: engine.retriever }).chat({ message: 'apples?', stream: true }),
  ],
  'a chat that condenses': [
    4,
    () =>
      new CondenseQuestionChatEngine({ queryEngine: engine, chatHistory: [] }).chat({
        message: 'apples?',
        stream: true,
      }),
  ],
};

const waiting = (): number => tracer.stats().open;
const withStatus = (status: string): SpanRecord[] => log.records().filter((record) => record['span.status'] === status);

/** Every parent ends after its children, and none is left behind. */
function expectInOrder(): void {
  const ended = new Set<string | undefined>();
  for (const record of log.records()) {
    expect(ended.has(record.parent_span_id)).toBe(false);
    expect(record['spanline.late']).toBeUndefined();
    ended.add(record.span_id);
  }
  expect(waiting()).toBe(0);
}

describe.each(Object.entries(STREAMS))('%s that is streamed', (_, [stages, open]) => {
  it('ends after its last chunk, at every stage', async () => {
    const stream = (await open())[Symbol.asyncIterator]();
    expect(waiting()).toBe(stages);
    let pulled = await stream.next();
    while (pulled.done !== true) {
      expect(waiting()).toBe(stages);
      pulled = await stream.next();
    }
    expectInOrder();
    expect(log.records().every((record) => record['span.status'] === 'ok')).toBe(true);
    expect(log.records().at(-1)?.['spanline.output']).toContain('an apple a day');
  });

  it('is abandoned at every stage when its reader leaves, with what came until then', async () => {
    for await (const chunk of await open()) {
      expect(String(chunk.message.content)).toBe('an ');
      break;
    }
    expectInOrder();
    const left = withStatus('abandoned');
    expect(left).toHaveLength(stages);
    for (const record of left) expect(record['spanline.output'] ?? record['gen_ai.output.messages']).toContain('an ');
  });

  it('is abandoned when its reader throws, and the reader gets the error of its own', async () => {
    const read = async (): Promise<void> => {
      for await (const chunk of await open()) if (chunk !== undefined) throw FAILURES.rerank;
    };
    await expect(read()).rejects.toBe(FAILURES.rerank);
    expectInOrder();
    expect(withStatus('abandoned')).toHaveLength(stages);
  });

  it('is abandoned when the iterator is returned by hand', async () => {
    const stream = (await open())[Symbol.asyncIterator]();
    await stream.next();
    await stream.return?.(undefined);
    expectInOrder();
    expect(withStatus('abandoned')).toHaveLength(stages);
  });
});

describe('a streamed query that fails', () => {
  it.each([
    ['at the embedding', 'unembeddable', FAILURES.embed, ['embedding', 'retriever', 'chain']],
    ['at the reranking', 'unrankable', FAILURES.rerank, ['reranker', 'chain']],
    ['at the model', 'unanswerable', FAILURES.model, ['llm', 'chain', 'chain']],
    ['in its stream', 'cut', FAILURES.stream, ['llm', 'chain', 'chain']],
  ])('%s is failed from there up', async (_, query, error, types) => {
    const read = async (): Promise<void> => {
      for await (const _chunk of await engine.query({ query, stream: true }));
    };
    await expect(read()).rejects.toBe(error);
    expectInOrder();
    const failed = withStatus('error');
    expect(failed.map((record) => record['span.type'])).toEqual(types);
    expect(failed.map((record) => record['spanline.error.propagated'] ?? false)).toEqual(types.map((__, at) => at > 0));
    for (const record of failed)
      expect(record).toMatchObject({ 'error.type': error.name, 'error.message': error.message });
  });
});

describe('a legacy agent that streams', () => {
  it('hands out the stream that it made, and ends with its last chunk', async () => {
    const agent = new LLMAgent({ llm: Settings.llm as never, tools: [] });
    const stream = await agent.chat({ message: 'apples?', stream: true });
    expect(stream instanceof ReadableStream).toBe(true);
    let words = '';
    for await (const chunk of stream) words += String(chunk.message.content);
    expect(words).toBe('an apple a day ');
    expect(log.records().at(-1)).toMatchObject({
      'span.name': 'invoke_agent LLMAgent',
      'spanline.output': '"an apple a day "',
    });
  });
});

describe('what a query leaves running', () => {
  it('is written when it ends, marked as late', async () => {
    let release = (): void => {};
    const released = new Promise<void>((resolve) => (release = resolve));
    let done: Promise<unknown> = Promise.resolve();
    const model = uninstall.observe({
      metadata: { model: 'slow' },
      complete: async () => ({ text: '' }),
      chat: async () => released,
    });
    class Hasty extends BaseRetriever {
      constructor() {
        super();
      }

      async _retrieve(): Promise<never[]> {
        done = model.chat();
        return [];
      }
    }
    await new RetrieverQueryEngine(new Hasty(), getResponseSynthesizer('compact')).query({ query: 'x' });
    const query = log.records().at(-1);
    expect(query).toMatchObject({ 'span.name': 'query RetrieverQueryEngine', 'spanline.rollup.open': 1 });
    release();
    await done;
    expect(log.records().at(-1)).toMatchObject({
      'span.name': 'chat slow',
      'spanline.late': true,
      trace_id: query?.trace_id,
    });
  });
});
