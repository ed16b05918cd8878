import * as openai from '@llamaindex/openai';
import * as workflow from '@llamaindex/workflow';
import * as llamaindex from 'llamaindex';
import { BaseEmbedding, BaseRetriever, Document, RetrieverQueryEngine, Settings, VectorStoreIndex } from 'llamaindex';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createTracer, type Tracer } from '@spanline/core';
import { type MemoryLog, memoryLog, tree } from '@spanline/core/testing';
import { instrumentLlamaIndex, type Uninstall } from '@spanline/llamaindex';
import { changed, propertiesOf } from './support/properties.ts';

class Ones extends BaseEmbedding {
  constructor() {
    super();
  }

  override async getTextEmbedding(): Promise<number[]> {
    return [1, 1];
  }
}

interface Asked {
  messages: readonly unknown[];
}

/** Says how many messages it was sent. */
class Counter {
  readonly metadata = { model: 'counter' };

  async chat({ messages }: Asked): Promise<object> {
    return { message: { role: 'assistant', content: String(messages.length) }, raw: null };
  }

  complete = async (): Promise<object> => ({ text: 'one', raw: null });
}

const ASKED: Asked = { messages: [{ role: 'user', content: 'hi' }] };

let log: MemoryLog;
let tracer: Tracer;
let uninstall: Uninstall;

beforeEach(() => {
  log = memoryLog();
  tracer = createTracer({ logger: log.logger, service: { name: 'test' }, statsIntervalSeconds: 0 });
  uninstall = instrumentLlamaIndex({ tracer, modules: [workflow] });
});

afterEach(() => {
  uninstall();
  expect(tracer.stats()).toMatchObject({ internalErrors: 0, open: 0 });
});

async function program(): Promise<void> {
  Settings.embedModel = new Ones();
  Settings.llm = new Counter() as never;
  const engine = (await VectorStoreIndex.fromDocuments([new Document({ text: 'apples' })])).asQueryEngine();
  await engine.query({ query: 'apples?' });
  for await (const _ of await new llamaindex.SimpleChatEngine({ llm: streaming() as never }).chat({
    message: 'x',
    stream: true,
  }));
  await workflow.agent({ name: 'talker', llm: streaming() as never }).run('hello');
}

function streaming(): object {
  const chat = async () =>
    (async function* () {
      yield { delta: 'a', raw: null };
    })();
  return { supportToolCall: true, metadata: { model: 'm' }, chat, complete: chat };
}

describe('uninstalling', () => {
  it('gives every class of LlamaIndex and of a provider back, property by property', async () => {
    uninstall();
    const modules = [llamaindex, workflow, openai];
    await program();
    const before = propertiesOf(modules);
    uninstall = instrumentLlamaIndex({ tracer, modules: [workflow] });
    uninstall.observe(new openai.OpenAI({ apiKey: 'x' }));
    uninstall.observe(new openai.OpenAIEmbedding({ apiKey: 'x' }));
    await program();
    expect(changed(before, propertiesOf(modules)).length).toBeGreaterThan(20);
    uninstall();
    expect(changed(before, propertiesOf(modules))).toEqual([]);
  });

  it('in whatever order leaves nothing traced', async () => {
    const second = instrumentLlamaIndex({ tracer });
    const llm = second.observe(new Counter());
    uninstall();
    await llm.chat(ASKED);
    expect(log.records()).toHaveLength(1);
    second();
    second();
    await llm.chat(ASKED);
    expect(log.records()).toHaveLength(1);
  });
});

describe('a method that the application replaces as well', () => {
  it('before us: theirs is traced, and is there again afterwards', async () => {
    uninstall();
    const { chat: original } = Counter.prototype;
    const theirs = async (): Promise<object> => ({ message: { role: 'assistant', content: 'theirs' }, raw: null });
    Counter.prototype.chat = theirs;
    try {
      uninstall = instrumentLlamaIndex({ tracer });
      const llm = uninstall.observe(new Counter());
      expect(await llm.chat(ASKED)).toMatchObject({ message: { content: 'theirs' } });
      expect(log.records()).toHaveLength(1);
      uninstall();
      expect(Counter.prototype.chat).toBe(theirs);
    } finally {
      Counter.prototype.chat = original;
    }
  });

  it('after us: theirs stays when we leave, and ours beneath it is silent', async () => {
    const original = Counter.prototype.chat;
    const llm = uninstall.observe(new Counter());
    const ours = Counter.prototype.chat;
    const theirs = async function chat(this: Counter, asked: Asked): Promise<object> {
      return { theirs: await ours.call(this, asked) };
    };
    Counter.prototype.chat = theirs;
    try {
      expect(await llm.chat(ASKED)).toMatchObject({ theirs: { message: { content: '1' } } });
      expect(log.records()).toHaveLength(1);
      uninstall();
      expect(Counter.prototype.chat).toBe(theirs);
      expect(await llm.chat(ASKED)).toMatchObject({ theirs: { message: { content: '1' } } });
      expect(log.records()).toHaveLength(1);
    } finally {
      Counter.prototype.chat = original;
    }
  });

  it('with a mock is still a mock', async () => {
    const llm = { metadata: { model: 'mocked' }, complete: vi.fn(), chat: vi.fn(async () => ({ message: {} })) };
    uninstall.observe(llm);
    await llm.chat();
    expect(llm.chat).toHaveBeenCalledTimes(1);
    expect(log.records()).toHaveLength(1);
  });
});

describe('what cannot be replaced', () => {
  it('a frozen object and a frozen class work untraced', async () => {
    class Frozen extends Counter {
      override async chat(asked: Asked): Promise<object> {
        return super.chat(asked);
      }
    }
    Object.freeze(Frozen.prototype);
    const llm = uninstall.observe(new Frozen());
    expect(await llm.chat(ASKED)).toMatchObject({ message: { content: '1' } });
    const own = uninstall.observe(Object.freeze({ metadata: { model: 'o' }, complete() {}, chat: async () => 'said' }));
    expect(await own.chat()).toBe('said');
    expect(log.records()).toEqual([]);
  });

  it('an object that is frozen after it was replaced works, untraced once we left', async () => {
    class Later extends Counter {
      override chat = super.chat;
    }
    const llm = Object.freeze(uninstall.observe(new Later()));
    uninstall();
    expect(await llm.chat(ASKED)).toMatchObject({ message: { content: '1' } });
    expect(log.records()).toEqual([]);
  });

  it('a sealed object is traced and given back', async () => {
    const chat = async (): Promise<object> => ({ message: { role: 'assistant', content: 'said' } });
    const llm = uninstall.observe(Object.seal({ metadata: { model: 'sealed' }, complete: chat, chat }));
    await llm.chat();
    expect(log.records()).toHaveLength(1);
    uninstall();
    expect(llm.chat).toBe(chat);
  });

  it('an engine with a frozen component is traced but for the component', async () => {
    Settings.embedModel = new Ones();
    Settings.llm = Object.freeze({
      metadata: { model: 'f' },
      complete: async () => ({ text: 'x' }),
      chat() {},
    }) as never;
    const engine = (await VectorStoreIndex.fromDocuments([new Document({ text: 'apples' })])).asQueryEngine();
    log.clear();
    await engine.query({ query: 'apples?' });
    expect(tree(log.records())).toBe(`chain query RetrieverQueryEngine
  retriever retrieval VectorIndexRetriever
    embedding embeddings Ones
    retriever vector_search SimpleVectorStore
  chain synthesize CompactAndRefine`);
  });
});

describe('a class that builds upon another', () => {
  it('is one call, though the method of the base class is called later', async () => {
    class Patient extends Counter {
      override async chat(asked: Asked): Promise<object> {
        await new Promise((resolve) => setImmediate(resolve));
        return super.chat(asked);
      }
    }
    uninstall.observe(new Counter());
    await uninstall.observe(new Patient()).chat(ASKED);
    expect(tree(log.records())).toBe('llm chat counter');
  });

  it('and asks itself again is a step around the call that is billed', async () => {
    class Twice extends Counter {
      override async chat(asked: Asked): Promise<object> {
        return asked.messages.length === 1 ? this.chat({ messages: [...asked.messages, 'again'] }) : super.chat(asked);
      }
    }
    await uninstall.observe(new Twice()).chat(ASKED);
    expect(tree(log.records())).toBe('chain chat counter\n  llm chat counter');
  });

  it('keeps this, private fields and its prototypes', async () => {
    class Private extends BaseRetriever {
      readonly #secret = 'kept';

      constructor() {
        super();
      }

      async _retrieve(): Promise<never[]> {
        return [];
      }

      secret(): string {
        return this.#secret;
      }
    }
    const retriever = new Private();
    const engine = new RetrieverQueryEngine(retriever, llamaindex.getResponseSynthesizer('compact'));
    Settings.llm = new Counter() as never;
    await engine.query({ query: 'x' });
    expect(retriever.secret()).toBe('kept');
    expect(Object.getPrototypeOf(retriever)).toBe(Private.prototype);
    expect(Object.keys(retriever)).toEqual(Object.keys(new Private()));
    const { name, length } = BaseRetriever.prototype.retrieve;
    expect([name, length]).toEqual(['retrieve', 1]);
  });
});
