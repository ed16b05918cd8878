import { createRequire } from 'node:module';
import {
  BaseEmbedding,
  CondenseQuestionChatEngine,
  ContextChatEngine,
  Document,
  type LLM,
  Settings,
  SimpleChatEngine,
  SimpleVectorStore,
  VectorStoreIndex,
} from 'llamaindex';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTracer, type Tracer, validate } from '@spanline/core';
import { type MemoryLog, memoryLog, tree } from '@spanline/core/testing';
import { instrumentLlamaIndex, type Uninstall } from '@spanline/llamaindex';

/** Overrides what the library's own classes inherit. */
class Ones extends BaseEmbedding {
  constructor() {
    super();
  }

  override async getTextEmbedding(): Promise<number[]> {
    return [1, 1, 1];
  }

  override async getQueryEmbedding(): Promise<number[]> {
    return [1, 1, 1];
  }
}

/** Speaks three words, and fails after the first when it is asked to. */
class Speaker {
  readonly metadata = { model: 'speaker-1', temperature: 0, topP: 1, contextWindow: 4096, structuredOutput: false };
  readonly #words = ['one ', 'two ', 'three'];

  async chat({ messages, stream }: { messages: { content: unknown }[]; stream?: boolean }): Promise<unknown> {
    if (stream !== true) return { message: { role: 'assistant', content: this.#words.join('') }, raw: null };
    return this.#speak(JSON.stringify(messages).includes('stumble'), 'delta');
  }

  async complete({ prompt, stream }: { prompt: unknown; stream?: boolean }): Promise<unknown> {
    if (stream !== true) return { text: this.#words.join(''), raw: null };
    return this.#speak(JSON.stringify(prompt).includes('stumble'), 'text');
  }

  async *#speak(stumbles: boolean, key: string): AsyncGenerator {
    for (const word of this.#words) {
      yield { [key]: word, raw: null };
      if (stumbles) throw new RangeError('lost the thread');
    }
  }
}

let log: MemoryLog;
let tracer: Tracer;
let uninstall: Uninstall;

beforeEach(() => {
  log = memoryLog();
  tracer = createTracer({ logger: log.logger, service: { name: 'test' }, statsIntervalSeconds: 0, capture: 'full' });
  uninstall = instrumentLlamaIndex({ tracer });
  Settings.llm = new Speaker() as unknown as LLM;
  Settings.embedModel = new Ones();
});

afterEach(() => {
  uninstall();
  for (const record of log.records()) expect(validate(record)).toEqual({ valid: true });
  expect(tracer.stats()).toMatchObject({ internalErrors: 0, open: 0 });
});

async function createIndex(): Promise<VectorStoreIndex> {
  const index = await VectorStoreIndex.fromDocuments([new Document({ id_: 'd1', text: 'apples are red' })]);
  log.clear();
  return index;
}

const RETRIEVAL = `retriever retrieval VectorIndexRetriever
  embedding embeddings Ones
  retriever vector_search SimpleVectorStore`;

const indented = (text: string, by: number): string => text.replace(/^/gm, ' '.repeat(by));

const QUERY = `chain query RetrieverQueryEngine
${indented(RETRIEVAL, 2)}
  chain synthesize CompactAndRefine
    llm text_completion speaker-1`;

describe('a query engine', () => {
  it('made before the instrumentation is traced', async () => {
    uninstall();
    const engine = (await createIndex()).asQueryEngine();
    uninstall = instrumentLlamaIndex({ tracer });
    await engine.query({ query: 'apples?' });
    expect(tree(log.records())).toBe(QUERY);
  });

  it('whose stream is pulled by hand ends when the stream does', async () => {
    const engine = (await createIndex()).asQueryEngine();
    const stream = (await engine.query({ query: 'apples?', stream: true }))[Symbol.asyncIterator]();
    let pulls = 0;
    while ((await stream.next()).done !== true) {
      pulls += 1;
      expect(log.records().map((record) => record['span.type'])).not.toContain('chain');
    }
    expect(pulls).toBe(3);
    const last = log.records().at(-1);
    expect(last).toMatchObject({ 'span.status': 'ok', 'spanline.output': '"one two three"' });
  });

  it('whose stream fails in the middle keeps what came, and the reader gets the error', async () => {
    const engine = (await createIndex()).asQueryEngine();
    const read = async (): Promise<void> => {
      for await (const _ of await engine.query({ query: 'stumble', stream: true }));
    };
    await expect(read()).rejects.toThrow(RangeError);
    const failed = log.records().filter((record) => record['span.status'] === 'error');
    expect(failed.map((record) => [record['span.type'], record['spanline.error.propagated'] ?? false])).toEqual([
      ['llm', false],
      ['chain', true],
      ['chain', true],
    ]);
    expect(failed[0]?.['gen_ai.output.messages']).toContain('one ');
  });
});

describe('a chat engine', () => {
  it('that only talks', async () => {
    await new SimpleChatEngine().chat({ message: 'hello' });
    expect(tree(log.records())).toBe('chain chat SimpleChatEngine\n  llm chat speaker-1');
    expect(log.records().at(-1)).toMatchObject({ 'spanline.input': '"hello"', 'spanline.output': '"one two three"' });
  });

  it('that streams ends with its last chunk', async () => {
    let words = '';
    for await (const chunk of await new SimpleChatEngine().chat({ message: 'hello', stream: true })) {
      expect(log.records()).toEqual([]);
      words += String(chunk.message.content);
    }
    expect(words).toBe('one two three');
    expect(tree(log.records())).toBe('chain chat SimpleChatEngine\n  llm chat speaker-1');
    expect(log.records().at(-1)?.['spanline.output']).toBe('"one two three"');
  });

  it('that condenses the conversation into a question first', async () => {
    const queryEngine = (await createIndex()).asQueryEngine();
    await new CondenseQuestionChatEngine({ queryEngine, chatHistory: [] }).chat({ message: 'apples?' });
    expect(tree(log.records())).toBe(`chain chat CondenseQuestionChatEngine
  llm text_completion speaker-1
${indented(QUERY, 2)}`);
  });

  it('that looks up context for a stream', async () => {
    const retriever = (await createIndex()).asRetriever();
    const engine = new ContextChatEngine({ retriever });
    for await (const _ of await engine.chat({ message: 'apples?', stream: true }));
    expect(tree(log.records())).toBe(`chain chat ContextChatEngine
${indented(RETRIEVAL, 2)}
  llm chat speaker-1`);
  });
});

describe('a component that is called directly', () => {
  it('is traced when it is observed, and is the same object', async () => {
    const llm = new Speaker();
    const store = new SimpleVectorStore();
    expect(uninstall.observe(llm)).toBe(llm);
    expect(uninstall.observe(store)).toBe(store);
    await llm.chat({ messages: [{ content: 'hello' }] });
    await store.query({ queryEmbedding: [1], similarityTopK: 3, mode: 'default' as never });
    expect(tree(log.records())).toBe('llm chat speaker-1\nretriever vector_search SimpleVectorStore');
    uninstall();
    await llm.chat({ messages: [{ content: 'hello' }] });
    expect(log.records()).toHaveLength(2);
  });

  it('is an embedding model that overrides what the library defines', async () => {
    await uninstall.observe(new Ones()).getQueryEmbedding();
    expect(log.records()[0]).toMatchObject({ 'span.name': 'embeddings Ones', 'gen_ai.embeddings.dimension.count': 3 });
  });

  it("is LlamaIndex's own mock, which has base classes of its own", async () => {
    const require = createRequire(createRequire(import.meta.url).resolve('llamaindex'));
    const core = '@llamaindex/core';
    const { MockLLM } = require(`${core}/llms/mock`) as { MockLLM: new (options: object) => LLM };
    const llm = uninstall.observe(new MockLLM({ responseMessage: 'mocked', timeBetweenToken: 0 }));
    const { message } = await llm.chat({ messages: [{ role: 'user', content: 'hi' }] });
    expect(message.content).toBe('mocked');
    for await (const _ of await llm.chat({ messages: [{ role: 'user', content: 'hi' }], stream: true }));
    await llm.complete({ prompt: 'hi' });
    expect(tree(log.records())).toMatch(/^llm \S+ \S+\nllm \S+ \S+\nllm \S+ \S+$/);
    expect(log.records()[1]?.['gen_ai.output.messages']).toContain('mocked');
  });

  it('may be called without its object where it could be before', async () => {
    const speak = { metadata: { model: 'free' }, complete: async () => ({ text: '' }), chat: async () => 'said' };
    const { chat } = uninstall.observe(speak);
    expect(await chat()).toBe('said');
  });
});

describe('the instrumentation', () => {
  it('traces a model that is called without Settings once it was put there', async () => {
    const llm = new Speaker();
    Settings.llm = llm as unknown as LLM;
    await llm.chat({ messages: [{ content: 'hello' }] });
    expect(tree(log.records())).toBe('llm chat speaker-1');
  });

  it('traces a model and an embedding model that were put into Settings before it was installed', async () => {
    uninstall();
    const llm = new Speaker();
    const embedModel = new Ones();
    Settings.llm = llm as unknown as LLM;
    Settings.embedModel = embedModel;
    uninstall = instrumentLlamaIndex({ tracer });
    await llm.chat({ messages: [{ content: 'hello' }] });
    await embedModel.getQueryEmbedding();
    expect(tree(log.records())).toBe('llm chat speaker-1\nembedding embeddings Ones');
  });

  it('is taken away by using', async () => {
    const descriptors = () => Object.getOwnPropertyDescriptors(BaseEmbedding.prototype);
    uninstall();
    const before = descriptors();
    {
      using _ = instrumentLlamaIndex({ tracer });
      expect(descriptors()).not.toEqual(before);
    }
    expect(descriptors()).toEqual(before);
  });

  it('makes spans of the operations that it is asked for, and reaches the others through them', async () => {
    uninstall();
    uninstall = instrumentLlamaIndex({ tracer, include: ['query', 'llm', 'vector_search'] });
    await (await createIndex()).asQueryEngine().query({ query: 'apples?' });
    expect(tree(log.records())).toBe(`chain query RetrieverQueryEngine
  retriever vector_search SimpleVectorStore
  llm text_completion speaker-1`);
  });

  it('refuses options that it does not know', () => {
    expect(() => instrumentLlamaIndex({ include: ['queries'] as never })).toThrow(/one of query, chat_engine/);
    expect(() => instrumentLlamaIndex({ streamUsages: true } as never)).toThrow(/ERR_INVALID_OPTION/);
    expect(() => instrumentLlamaIndex({ modules: 'llamaindex' as never })).toThrow(/modules must be an array/);
  });

  it('lets an exception of a component cross to nobody', async () => {
    const hostile = Object.defineProperty(new Speaker(), 'metadata', {
      get(): never {
        throw new Error('not now');
      },
    });
    expect(uninstall.observe(hostile)).toBe(hostile);
    const answer = await hostile.chat({ messages: [{ content: 'hello' }] });
    expect(answer).toMatchObject({ message: { content: 'one two three' } });
    expect(tracer.stats().internalErrors).toBeGreaterThan(0);
    tracer = createTracer({ logger: log.logger, statsIntervalSeconds: 0 });
  });
});
