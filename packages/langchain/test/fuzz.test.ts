import { RunnableLambda } from '@langchain/core/runnables';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createTracer, validate } from '@spanline/core';
import { memoryLog } from '@spanline/core/testing';
import { SpanlineCallbackHandler } from '@spanline/langchain';
import { runs } from '../../../test/support/effort.ts';

const fail = (): never => {
  throw new Error('hostile');
};

function circular(): object {
  const value: Record<string, unknown> = { messages: [] };
  value['self'] = value;
  (value['messages'] as unknown[]).push(value);
  return value;
}

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

const everyTrap = Object.fromEntries(
  ['get', 'has', 'ownKeys', 'getPrototypeOf', 'getOwnPropertyDescriptor', 'set'].map((trap) => [trap, fail]),
);

/** Values that throw when they are looked at. */
const EVIL: readonly unknown[] = [
  revoked(),
  new Proxy({}, everyTrap),
  Object.defineProperty({}, 'content', { get: fail, enumerable: true }),
  Object.defineProperty({}, 'id', { get: fail, enumerable: true }),
  { content: 'x', getType: fail },
  { toChatMessages: fail, messages: new Proxy([], { get: fail }) },
  { generations: [[{ message: revoked() }]] },
  { messages: [revoked()] },
];

/** Values that are odd, but do not throw. */
const ODD: readonly unknown[] = [
  circular(),
  { toJSON: fail },
  { generations: [[{ message: { content: [null, 7, { type: 'text' }], tool_calls: 'none' } }], null] },
  { generations: 'none', llmOutput: { tokenUsage: { promptTokens: -1, completionTokens: Number.NaN } } },
  { messages: [{ status: 'error', tool_call_id: 'c1', content: {} }, null] },
  { lg_name: 'Command', update: circular() },
  { event: 'content-block-delta', delta: null, usage: { output_tokens: Number.POSITIVE_INFINITY } },
  { invocation_params: { tools: [null, 'x', { functionDeclarations: [1] }], stop: [1n] }, options: { signal: {} } },
  'x'.repeat(300_000),
  Symbol('odd'),
  () => 'function',
  new Map([[{}, new Set([1n])]]),
  Object.create(null),
];

const METADATA: readonly (object | undefined)[] = [
  undefined,
  { langgraph_node: 'chain', langgraph_checkpoint_ns: 'chain:1', langgraph_step: Number.NaN },
  { langfusePrompt: { name: 'p', version: 1 }, lc_hub_repo: 7 },
  Object.defineProperty({}, 'thread_id', { get: () => 'once', enumerable: true }),
];
const TAGS: readonly (string[] | undefined)[] = [
  undefined,
  [],
  ['retry:attempt:2'],
  ['retry:attempt:x', 'langsmith:hidden'],
];
const RUNS = runs(600, 50_000);
const IDS = ['a', 'b', 'c', 'd'];
const METHODS = Object.getOwnPropertyNames(SpanlineCallbackHandler.prototype).filter((name) =>
  name.startsWith('handle'),
);

const id = fc.constantFrom(...IDS);
const plain = fc.anything({ withNullPrototype: true, withBigInt: true, withDate: true, maxDepth: 2 });
/** Taken by number, because fast-check looks at its values. */
const oneOf = (values: readonly unknown[]) => fc.nat(values.length - 1).map((index) => () => values[index]);
const value = fc.oneof(
  { weight: 6, arbitrary: plain.map((given) => () => given) },
  { weight: 3, arbitrary: oneOf(ODD) },
  { weight: 1, arbitrary: oneOf(EVIL) },
);
const callback = fc.record({
  method: fc.constantFrom(...METHODS),
  id,
  parent: fc.option(id, { nil: undefined }),
  tags: fc.constantFrom(...TAGS),
  metadata: fc.constantFrom(...METADATA),
  value,
  other: value,
  runType: fc.constantFrom(undefined, 'prompt', 'parser', 'llm'),
});
type Callback = typeof callback extends fc.Arbitrary<infer T> ? T : never;

/** The arguments that LangChain's manager passes, in its order. */
function argumentsOf({ method, id: run, parent, tags, metadata, runType, ...values }: Callback): unknown[] {
  const [first, other] = [values.value(), values.other()];
  if (/Interrupt|Resume/.test(method)) return [{ runId: run, checkpointId: first, interrupts: other }];
  if (method === 'handleCustomEvent') return ['progress', first, run, tags, metadata];
  if (method === 'handleChatModelStreamEvent') return [first, run, parent, tags];
  if (method === 'handleLLMNewToken') return [first, {}, run, parent, tags, { chunk: other }];
  if (method === 'handleChainStart') return [first, other, run, parent, tags, metadata, runType, 'chain', other];
  if (method === 'handleChatModelStart') return [first, [[other]], run, parent, other, tags, metadata, 'model'];
  if (method === 'handleLLMStart') return [first, [other], run, parent, other, tags, metadata];
  if (method.endsWith('Start')) return [first, other, run, parent, tags, metadata, 'name', 'call'];
  return [first, run, parent, tags, other];
}

it('whatever callbacks come, in whatever order, nothing is thrown, nothing stays open and each line is valid', () => {
  const log = memoryLog();
  const tracer = createTracer({ logger: log.logger, statsIntervalSeconds: 0, capture: 'full' });
  const handler = new SpanlineCallbackHandler({ tracer }) as unknown as Record<string, (...args: unknown[]) => unknown>;
  let lines = 0;
  fc.assert(
    fc.property(fc.array(callback, { maxLength: 30 }), (sequence) => {
      const before = tracer.stats().internalErrors;
      tracer.withSpan({ name: 'property', type: 'task' }, () => {
        for (const each of sequence) expect(handler[each.method]?.(...argumentsOf(each))).toBeUndefined();
        for (const run of IDS) handler['handleChainEnd']?.({}, run);
      });
      const isEvil = sequence.some((each) => EVIL.includes(each.value()) || EVIL.includes(each.other()));
      if (!isEvil) expect(tracer.stats().internalErrors).toBe(before);
      expect(tracer.stats().open).toBe(0);
      for (const record of log.records()) expect(validate(record)).toEqual({ valid: true });
      lines += log.records().length;
      log.clear();
    }),
    { numRuns: RUNS },
  );
  // Each sequence has a line of its own. How many lines of runs there are is left to chance.
  expect(lines).toBeGreaterThan(RUNS);
});

describe('a value that throws when it is looked at', () => {
  const STARTS: Readonly<Record<string, (value: unknown) => unknown[]>> = {
    Chain: (value) => [{}, value, 'run'],
    ChatModel: (value) => [{}, [[value]], 'run'],
    LLM: (value) => [{}, [value], 'run'],
    Tool: (value) => [{}, value, 'run'],
    Retriever: (value) => [{}, value, 'run'],
  };

  it.each(['Chain', 'LLM', 'Tool', 'Retriever'])(
    'is no reason to lose the start, the end or the error of a run: %s',
    (kind) => {
      const log = memoryLog();
      const tracer = createTracer({ logger: log.logger, statsIntervalSeconds: 0, capture: 'full' });
      const handler = new SpanlineCallbackHandler({ tracer }) as unknown as Record<
        string,
        (...args: unknown[]) => void
      >;
      for (const start of kind === 'LLM' ? ['LLM', 'ChatModel'] : [kind]) {
        for (const evil of EVIL) {
          for (const [end, status] of [
            ['End', 'ok'],
            ['Error', 'error'],
          ]) {
            handler[`handle${start}Start`]?.(...(STARTS[start]?.(evil) ?? []));
            expect(tracer.stats().open).toBe(1);
            handler[`handle${kind}${end}`]?.(evil, 'run');
            expect(tracer.stats().open).toBe(0);

            const [record = {}] = log.records();
            log.clear();
            expect(record).toMatchObject({ 'span.status': status });
            expect(validate(record)).toEqual({ valid: true });
          }
        }
      }
    },
  );
});

it('tags and metadata of any number and type leave a valid line of the usual length', async () => {
  const log = memoryLog();
  const tracer = createTracer({ logger: log.logger, service: { name: 'fuzz' }, statsIntervalSeconds: 0 });
  const many = Array.from({ length: 2000 }, (_, index) => `tag ${index}`);
  const metadata = { thread_id: 42, ...Object.fromEntries(many.map((key) => [key, key])) };
  const handler = new SpanlineCallbackHandler({ tracer });
  const answer = await RunnableLambda.from((text: string) => text.toUpperCase()).invoke('hi', {
    callbacks: [handler],
    runName: 'n'.repeat(1_000_000),
    tags: many,
    metadata,
  });
  handler.handleChainStart({} as never, {}, 'odd', undefined, [Symbol('tag'), 7, 'text'] as never, {
    thread_id: { id: 1 },
    label: 12n,
  });
  handler.handleChainEnd({}, 'odd');
  expect(answer).toBe('HI');
  const [record, odd] = log.records();
  for (const written of [record, odd]) expect(validate(written ?? {})).toEqual({ valid: true });
  for (const line of log.raw()) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(15_360);
  expect(record?.['spanline.langgraph.thread_id']).toBe('42');
  expect(record?.['spanline.truncated']).toEqual(expect.arrayContaining(['spanline.tags', 'labels']));
  expect(odd?.['spanline.tags']).toEqual(['text']);
  expect(odd?.['spanline.truncated']).toContain('spanline.langgraph.thread_id');
});
