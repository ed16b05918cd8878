import { setTimeout as wait } from 'node:timers/promises';
import { MemoryVectorStore } from '@langchain/classic/vectorstores/memory';
import { Document, type DocumentInterface } from '@langchain/core/documents';
import { Embeddings } from '@langchain/core/embeddings';
import { BaseDocumentCompressor } from '@langchain/core/retrievers/document_compressors';
import { FakeListChatModel } from '@langchain/core/utils/testing';
import * as openai from '@langchain/openai';
import { createAgent } from 'langchain';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTracer, type Tracer, validate } from '@spanline/core';
import { type MemoryLog, memoryLog, tree } from '@spanline/core/testing';
import {
  instrumentLangChain,
  SpanlineCallbackHandler,
  traceChatModel,
  traceEmbeddings,
  traceReranker,
  traceVectorStore,
  untrace,
} from '@spanline/langchain';
import { drain } from '../../../test/support/records.ts';
import { expectTree } from '../../../test/support/shown.ts';
import { openWire } from '../../../test/support/wire/server.ts';
import { MODELS } from './support/models.ts';

let log: MemoryLog;
let tracer: Tracer;

beforeEach(() => {
  log = memoryLog();
  tracer = createTracer({ logger: log.logger, service: { name: 'test' }, statsIntervalSeconds: 0, capture: 'full' });
});

afterEach(() => {
  for (const record of log.records()) expect(validate(record)).toEqual({ valid: true });
  expect(tracer.stats().internalErrors).toBe(0);
});

/** Embeds one text by way of many, as several providers do; keeps its key in a private field. */
class Letters extends Embeddings {
  readonly #key = 'secret';
  model = 'letters-1';
  constructor() {
    super({});
  }
  async embedDocuments(texts: string[]): Promise<number[][]> {
    if (this.#key !== 'secret' || texts.includes('fail')) throw new RangeError('no such letter');
    return texts.map((text) => [text.length, 1, 2]);
  }
  async embedQuery(text: string): Promise<number[]> {
    const [vector = []] = await this.embedDocuments([text]);
    return vector;
  }
}

class Half extends BaseDocumentCompressor {
  model = 'half-1';
  async compressDocuments(documents: DocumentInterface[], _query: string): Promise<DocumentInterface[]> {
    return documents
      .slice(0, documents.length / 2)
      .map((document) => ({ ...document, metadata: { relevanceScore: 0.9 } }));
  }
}

const documents = ['a', 'bb', 'cccc', 'dddddddd'].map(
  (pageContent) => new Document({ id: `id-${pageContent}`, pageContent }),
);

async function filledStore(embeddings: Embeddings = new Letters()): Promise<MemoryVectorStore> {
  const store = new MemoryVectorStore(embeddings);
  await store.addDocuments(documents);
  return store;
}

describe('embeddings', () => {
  it('record how many texts and how long the vectors are, and never the vectors', async () => {
    const embeddings = traceEmbeddings(new Letters(), { tracer });
    expect(await embeddings.embedQuery('abc')).toEqual([3, 1, 2]);
    expect(await embeddings.embedDocuments(['a', 'bb'])).toEqual([
      [1, 1, 2],
      [2, 1, 2],
    ]);
    expect(
      log
        .records()
        .map((line) => [
          line['span.name'],
          line['span.type'],
          line['gen_ai.operation.name'],
          line['spanline.embeddings.input_count'],
          line['gen_ai.embeddings.dimension.count'],
          line['spanline.output'],
        ]),
    ).toEqual([
      ['embeddings letters-1', 'embedding', 'embeddings', 1, 3, undefined],
      ['embeddings letters-1', 'embedding', 'embeddings', 2, 3, undefined],
    ]);
  });

  it('stay the same object of the same class, and fail with the same error', async () => {
    const embeddings = new Letters();
    const keys = Object.keys(embeddings);
    const error = await embeddings.embedQuery('fail').catch((thrown: unknown) => thrown);
    expect(traceEmbeddings(embeddings, { tracer })).toBe(embeddings);
    expect(Object.keys(embeddings)).toEqual(keys);
    expect(embeddings).toBeInstanceOf(Letters);
    await expect(embeddings.embedQuery('fail')).rejects.toEqual(error);
    expect(log.records().map((line) => [line['span.status'], line['error.type']])).toEqual([['error', 'RangeError']]);
  });

  it('are restored by untrace, and traced once when traced again', async () => {
    const embeddings = traceEmbeddings(traceEmbeddings(new Letters(), { tracer }), { tracer, capture: 'metadata' });
    await embeddings.embedQuery('abc');
    expect(log.records().map((line) => line['spanline.capture.mode'])).toEqual(['metadata']);
    expect(Object.getOwnPropertyNames(untrace(embeddings))).not.toContain('embedQuery');
    await embeddings.embedQuery('abc');
    expect(log.records()).toHaveLength(1);
  });

  it('that are none are refused', () => {
    expect(() => traceEmbeddings({} as never)).toThrow(/embedQuery/);
    expect(() => traceEmbeddings(new Letters(), { traser: tracer } as never)).toThrow(/traser/);
  });
});

describe('a vector store', () => {
  it('records query, top k and documents with their scores, also where the caller gets none', async () => {
    const store = traceVectorStore(await filledStore(), { tracer });
    const found = await store.similaritySearch('bb', 2);
    expect(found.map(({ id }) => id)).toEqual(['id-bb', 'id-a']);
    await store.similaritySearchWithScore('bb', 2);
    const lines = log.records();
    expect(
      lines.map((line) => [line['span.name'], line['gen_ai.retrieval.query.text'], line['gen_ai.retrieval.top_k']]),
    ).toEqual([
      ['vector_search MemoryVectorStore', 'bb', 2],
      ['vector_search MemoryVectorStore', 'bb', 2],
    ]);
    expect(lines.map((line) => line['spanline.retrieval.score_max'])).toEqual([expect.closeTo(1), expect.closeTo(1)]);
    expect(JSON.parse(String(lines[0]?.['gen_ai.retrieval.documents']))).toMatchObject([
      { id: 'id-bb', content: 'bb', score: expect.closeTo(1) as number },
      { id: 'id-a', content: 'a' },
    ]);
  });

  it('is found by a search with a vector, and the vector is kept out', async () => {
    const store = traceVectorStore(await filledStore(), { tracer });
    await store.similaritySearchVectorWithScore([12_345, 1, 2], 1);
    await store.maxMarginalRelevanceSearch('bb', { k: 3 });
    expect(
      log
        .records()
        .map((line) => [
          line['gen_ai.retrieval.query.text'],
          line['gen_ai.retrieval.top_k'],
          line['spanline.retrieval.count'],
        ]),
    ).toEqual([
      [undefined, 1, 1],
      ['bb', 3, 3],
    ]);
    expect(log.lines().join('')).not.toContain('12345');
  });

  it('stands under the retriever that asks it, its embeddings below', async () => {
    const store = traceVectorStore(await filledStore(traceEmbeddings(new Letters(), { tracer })), { tracer });
    log.clear();
    await store.asRetriever(2).invoke('bb', { callbacks: [new SpanlineCallbackHandler({ tracer })] });
    expectTree(['docs/langchain.md'], log.records());
  });
});

describe('a reranker', () => {
  it('records query, model, documents in and out', async () => {
    const reranker = traceReranker(new Half(), { tracer });
    await reranker.compressDocuments(documents, 'which?');
    expect(log.records()).toMatchObject([
      {
        'span.name': 'rerank Half',
        'span.type': 'reranker',
        'gen_ai.request.model': 'half-1',
        'gen_ai.retrieval.query.text': 'which?',
        'spanline.rerank.input_count': 4,
        'spanline.retrieval.count': 2,
        'spanline.retrieval.score_max': 0.9,
      },
    ]);
  });
});

async function lineCount(count: number): Promise<void> {
  while (log.records().length < count) await wait(1);
}

describe('streamEvents of a chat model, third version', () => {
  it.each(['ChatOpenAI', 'ChatAnthropic'] as const)('%s records what any model call does', async (name) => {
    const wire = await openWire();
    const { create, text } = MODELS[name];
    wire.answer(({ body }) => text((body as { stream?: boolean }).stream === true));
    const model = traceChatModel(
      create(wire.url) as unknown as { streamEvents(input: string): AsyncIterable<unknown> },
      { tracer },
    );
    let events = 0;
    for await (const _ of model.streamEvents('Weather?')) events++;
    await lineCount(1);
    await wire.close();
    expect(events).toBeGreaterThan(3);
    const [line = {}] = log.records();
    expect(line).toMatchObject({
      'span.type': 'llm',
      'span.status': 'ok',
      'gen_ai.usage.input_tokens': 100,
      'gen_ai.usage.output_tokens': 20,
      'gen_ai.input.messages': '[{"role":"user","parts":[{"type":"text","content":"Weather?"}]}]',
      'gen_ai.response.time_to_first_chunk': expect.any(Number) as number,
    });
    expect(String(line['gen_ai.output.messages'])).toContain('content');
  });

  it('records a failure, which reaches the application as it is', async () => {
    const model = traceChatModel(new FakeListChatModel({ responses: ['x'] }), { tracer }) as unknown as {
      _streamResponseChunks: unknown;
      streamEvents(input: string): AsyncIterable<unknown>;
    };
    const error = new RangeError('broken');
    model._streamResponseChunks = () => {
      throw error;
    };
    const reading = async (): Promise<void> => {
      for await (const _ of model.streamEvents('Hi'));
    };
    await expect(reading()).rejects.toBe(error);
    await lineCount(1);
    expect(log.records()).toMatchObject([{ 'span.status': 'error', 'error.type': 'RangeError' }]);
  });

  it.each(['ChatOpenAI', 'ChatAnthropic'] as const)(
    '%s that is aborted keeps the words that had come',
    async (name) => {
      const wire = await openWire();
      const { create, text } = MODELS[name];
      wire.answer(() => ({ ...text(true), open: true }));
      const controller = new AbortController();
      const model = traceChatModel(
        create(wire.url) as unknown as { streamEvents(input: string, options: object): AsyncIterable<unknown> },
        { tracer },
      );
      const reading = async (): Promise<void> => {
        for await (const event of model.streamEvents('Weather?', { signal: controller.signal }))
          if (JSON.stringify(event).includes('sunny')) controller.abort();
      };
      await reading().catch(() => undefined);
      await lineCount(1);
      await wire.close();
      expect(log.records()).toMatchObject([{ 'span.status': 'aborted', 'gen_ai.request.stream': true }]);
      expect(log.records()[0]?.['gen_ai.output.messages']).toContain('It is');
    },
  );

  it('is one span where the class and the object are traced', async () => {
    class Greeter extends FakeListChatModel {
      override bindTools(): this {
        return this;
      }
    }
    const undo = instrumentLangChain({ tracer, modules: [Greeter] });
    const model = traceChatModel(new Greeter({ responses: ['Hello!'] }), { tracer }) as unknown as {
      streamEvents(input: string): AsyncIterable<unknown>;
    };
    for await (const _ of model.streamEvents('Hi'));
    await lineCount(1);
    undo();
    expect(tree(log.records())).toBe('llm chat Greeter');
  });

  it('leaves the second version, which a handler sees, to the handler', async () => {
    const model = traceChatModel(new FakeListChatModel({ responses: ['Hello!'] }), { tracer });
    const callbacks = [new SpanlineCallbackHandler({ tracer })];
    for await (const _ of model.streamEvents('Hi', { version: 'v2', callbacks }));
    expect(tree(log.records())).toBe('llm chat FakeListChatModel');
  });
});

describe('instrumentLangChain', () => {
  it('traces all objects of the classes and modules it is given, once, until it is undone', async () => {
    const store = await filledStore();
    const methods = [Letters.prototype.embedQuery, MemoryVectorStore.prototype.similaritySearch];
    const modules = [Letters, { MemoryVectorStore, Half, other: 'no class' }];
    instrumentLangChain({ tracer, modules });
    const uninstall = instrumentLangChain({ tracer, modules });
    traceVectorStore(store, { tracer });
    await store.similaritySearch('bb', 1);
    await new Half().compressDocuments(documents, 'which?');
    uninstall();
    expect([Letters.prototype.embedQuery, MemoryVectorStore.prototype.similaritySearch]).toEqual(methods);
    untrace(store);
    await store.similaritySearch('bb', 1);
    expect(tree(log.records())).toBe(
      'retriever vector_search MemoryVectorStore\n  embedding embeddings letters-1\nreranker rerank Half',
    );
  });

  it('records the direct events of every chat model, and not a second time what a handler sees', async () => {
    const wire = await openWire();
    wire.answer(({ body }) => MODELS.ChatOpenAI.text(body['stream'] === true));
    const uninstall = instrumentLangChain({ tracer, modules: [openai] });
    const callbacks = [new SpanlineCallbackHandler({ tracer })];
    const model = new openai.ChatOpenAI({
      model: 'gpt-4o-mini',
      apiKey: 'test',
      configuration: { baseURL: `${wire.url}/v1` },
    });
    const ask = { messages: [{ role: 'user' as const, content: 'Weather?' }] };
    const agent = createAgent({ model, tools: [], name: 'helper' });
    await drain(model.streamEvents('Weather?', { callbacks, version: 'v3' } as never) as AsyncIterable<unknown>);
    await lineCount(1);
    await drain(await agent.streamEvents(ask, { callbacks, version: 'v3' }));
    await drain(agent.streamEvents(ask, { callbacks, version: 'v2' }));
    await agent.invoke(ask, { callbacks });
    uninstall();
    await wire.close();
    const helped = `agent invoke_agent helper
  chain model_request
    llm chat gpt-4o-mini`;
    expect(tree(log.records())).toBe(['llm chat gpt-4o-mini', helped, helped, helped].join('\n'));
    const tokens = log.records().flatMap((line) => line['gen_ai.usage.input_tokens'] ?? []);
    expect(tokens).toEqual([100, 100, 100, 100]);
  });

  it('refuses what is no list', () => {
    expect(() => instrumentLangChain({ modules: Letters as never })).toThrow(/modules/);
  });
});
