import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createTracer, type Tracer, validate } from '@spanline/core';
import { type MemoryLog, memoryLog } from '@spanline/core/testing';
import { instrumentLlamaIndex, type Uninstall } from '@spanline/llamaindex';

const refuse = (): never => {
  throw new Error('hands off');
};

/** An object that throws whatever is asked of it, but for what `await` asks. */
const hostile = (): object =>
  new Proxy(
    {},
    {
      get: (_, key) => (key === 'then' ? undefined : refuse()),
      has: refuse,
      ownKeys: refuse,
      getOwnPropertyDescriptor: refuse,
      getPrototypeOf: refuse,
    },
  );

/** Values that no extractor expects. */
const VALUES: Record<string, () => unknown> = {
  'a hostile object': hostile,
  'a list of hostile objects': () => [hostile(), hostile()],
  nothing: () => undefined,
  null: () => null,
  'a number': () => 42,
  'a symbol': () => Symbol('s'),
  'a function': () => () => 'x',
  'a circle': () => {
    const circle: { self?: unknown } = {};
    circle.self = circle;
    return circle;
  },
  'an object without a prototype': () => Object.assign(Object.create(null) as object, { message: { content: [null] } }),
  'what looks like an answer': () => ({
    message: { role: 7, content: [{ type: 'text', text: Symbol('t') }], options: { toolCall: 'x', toolResult: [] } },
    raw: { usage: 'many', choices: [null], model: {} },
    ids: 'none',
    similarities: 5,
  }),
};

type Call = (value: unknown) => unknown;

/** One component of each kind, which gives back what it is given. */
const COMPONENTS: Record<string, [component: () => object, method: string]> = {
  'an LLM that chats': [() => ({ metadata: {}, complete() {}, chat: async (value: unknown) => value }), 'chat'],
  'an LLM that completes': [() => ({ metadata: {}, chat() {}, complete: async (value: unknown) => value }), 'complete'],
  'an embedding model': [() => ({ getQueryEmbedding: async (value: unknown) => value }), 'getQueryEmbedding'],
  'an embedding model of batches': [
    () => ({ getQueryEmbedding() {}, getTextEmbeddingsBatch: async (value: unknown) => value }),
    'getTextEmbeddingsBatch',
  ],
  'a vector store': [() => ({ add() {}, query: async (value: unknown) => value }), 'query'],
  'a retriever': [() => ({ retrieve: async (value: unknown) => value }), 'retrieve'],
  'a postprocessor': [() => ({ postprocessNodes: async (value: unknown) => value }), 'postprocessNodes'],
  'a synthesizer': [() => ({ synthesize: async (value: unknown) => value }), 'synthesize'],
  'a query engine': [() => ({ _query() {}, query: async (value: unknown) => value }), 'query'],
  'a chat engine': [() => ({ reset() {}, chat: async (value: unknown) => value }), 'chat'],
  'a selector': [() => ({ _select() {}, select: async (value: unknown) => value }), 'select'],
  'a node parser': [() => ({ getNodesFromDocuments: (value: unknown) => value }), 'getNodesFromDocuments'],
  'a pipeline': [() => ({ prepareInput() {}, run: async (value: unknown) => value }), 'run'],
  'a tool': [() => ({ metadata: {}, call: (value: unknown) => value }), 'call'],
  'an agent of a workflow': [() => ({ takeStep: async (value: unknown) => value }), 'takeStep'],
};

let log: MemoryLog;
let tracer: Tracer;
let uninstall: Uninstall;

beforeEach(() => {
  vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
  log = memoryLog();
  tracer = createTracer({ logger: log.logger, statsIntervalSeconds: 0 });
  uninstall = instrumentLlamaIndex({ tracer, streamUsage: true });
});

afterEach(() => {
  uninstall();
  vi.restoreAllMocks();
  for (const record of log.records()) expect(validate(record)).toEqual({ valid: true });
  expect(tracer.stats().open).toBe(0);
});

describe.each(Object.entries(COMPONENTS))('%s', (_, [create, method]) => {
  it.each(Object.entries(VALUES))('takes and gives %s as if nobody watched', async (__, value) => {
    const component = uninstall.observe(create()) as Record<string, Call>;
    const given = value();
    const taken = await component[method]?.(given);
    expect(Object.is(taken, given)).toBe(true);
    const failing = uninstall.observe({
      ...create(),
      [method]: async () => {
        throw given;
      },
    }) as Record<string, Call>;
    const outcome = await Promise.resolve(failing[method]?.(given)).then(
      () => ['resolved'],
      (error: unknown) => ['rejected', error],
    );
    expect(outcome[0]).toBe('rejected');
    expect(Object.is(outcome[1], given)).toBe(true);
  });
});
