import { RunnableLambda, RunnableSequence } from '@langchain/core/runnables';
import { tool } from '@langchain/core/tools';
import { omitPayload } from '@langchain/core/tracers/tracer_langchain';
import { FakeListChatModel } from '@langchain/core/utils/testing';
import { MemorySaver, MessagesAnnotation, START, StateGraph } from '@langchain/langgraph';
import { createAgent } from 'langchain';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createTracer, withContext } from '@spanline/core';
import { memoryLog } from '@spanline/core/testing';
import { SpanlineCallbackHandler } from '@spanline/langchain';
import { calls, createWorld, ScriptedModel, type World } from './support/world.ts';

let world: World;

beforeEach(() => {
  world = createWorld();
});

afterEach(() => world.check());

const echo = RunnableLambda.from((text: string) => text).withConfig({ runName: 'echo' });

/** The session and the conversation of every line, each pair once. */
const ids = (): unknown[] => [
  ...new Set(
    world.log.records().map((record) => `${record['session.id'] ?? '-'} ${record['gen_ai.conversation.id'] ?? '-'}`),
  ),
];

describe('the conversation of a call', () => {
  it.each([
    [{ session_id: 's1' }, 's1 s1'],
    [{ thread_id: 't1' }, 't1 t1'],
    [{ conversation_id: 'c1' }, 'c1 c1'],
    [{ conversation_id: 'c1', thread_id: 't1', session_id: 's1' }, 's1 s1'],
    [{ thread_id: 7 }, '7 7'],
    [{ thread_id: '', topic: 'tides' }, '- -'],
  ])('is read from the metadata %j', async (metadata, expected) => {
    await echo.invoke('x', { callbacks: world.callbacks, metadata });
    expect(ids()).toEqual([expected]);
  });

  it('of a graph is its thread, on every line, and on those of the work inside', async () => {
    const graph = new StateGraph(MessagesAnnotation)
      .addNode('answer', async ({ messages }) => {
        await world.tracer.withSpan('look up', () => undefined);
        return { messages: [await new FakeListChatModel({ responses: ['At six.'] }).invoke(messages)] };
      })
      .addEdge(START, 'answer')
      .compile({ checkpointer: new MemorySaver() });
    const config = { callbacks: world.callbacks, configurable: { thread_id: 'thread-9' } };
    for await (const _ of await graph.stream({ messages: ['When?'] }, config));
    expect(world.log.records().map((record) => record['span.type'])).toEqual(['task', 'llm', 'chain', 'agent']);
    expect(ids()).toEqual(['thread-9 thread-9']);
  });

  it('that the application names explicitly counts', async () => {
    const metadata = { thread_id: 't1' };
    await withContext({ sessionId: 'own' }, () => echo.invoke('x', { callbacks: world.callbacks, metadata }));
    await withContext({ conversationId: 'own' }, () => echo.invoke('x', { callbacks: world.callbacks, metadata }));
    expect(ids()).toEqual(['own t1', 't1 own']);
  });

  it('is not that of the request around the call', async () => {
    await world.tracer.withSpan({ name: 'request', type: 'chain' }, () =>
      Promise.all(
        ['a', 'b'].map((session_id) =>
          echo.invoke(session_id, { callbacks: world.callbacks, metadata: { session_id } }),
        ),
      ),
    );
    expect(world.record('request')['session.id']).toBeUndefined();
    expect(world.log.records().map((record) => [record['spanline.input'], record['session.id']])).toEqual([
      ['"a"', 'a'],
      ['"b"', 'b'],
      [undefined, undefined],
    ]);
  });
});

it('a call without a conversation has none, whatever ran before it in the same place', async () => {
  await echo.invoke('x', { callbacks: world.callbacks, metadata: { session_id: 's1' } });
  await echo.invoke('x', { callbacks: world.callbacks });
  await world.tracer.withSpan('own', () => undefined);
  expect(world.log.records().map((record) => record['session.id'])).toEqual(['s1', undefined, undefined]);
});

describe('the agent of a call', () => {
  const names = (): Record<string, unknown> =>
    Object.fromEntries(world.log.records().map((record) => [record['span.name'], record['gen_ai.agent.name']]));

  it('is on its model calls and its tools, and is the innermost one', async () => {
    const researcher = createAgent({
      model: new ScriptedModel(calls(['shelf', {}, 'c2']), 'found'),
      tools: [tool(async () => 'a book', { name: 'shelf', schema: z.object({}) })],
      name: 'researcher',
    });
    const ask = tool(
      async () => {
        const { messages } = await researcher.invoke({ messages: [{ role: 'user', content: 'look' }] });
        return messages.at(-1)?.text ?? '';
      },
      { name: 'ask_researcher', schema: z.object({}) },
    );
    const planner = createAgent({
      model: new ScriptedModel(calls(['ask_researcher', {}, 'c1']), 'done').withConfig({ runName: 'plan' }) as never,
      tools: [ask],
      name: 'planner',
    });
    await planner.invoke({ messages: [{ role: 'user', content: 'go' }] }, { callbacks: world.callbacks });
    expect(names()).toMatchObject({
      'chat plan': 'planner',
      'execute_tool ask_researcher': 'planner',
      'chat ScriptedModel': 'researcher',
      'execute_tool shelf': 'researcher',
      'invoke_agent researcher': 'researcher',
      'invoke_agent planner': 'planner',
    });
    expect(
      world.log
        .records()
        .filter((record) => record['span.type'] === 'chain')
        .map((record) => record['gen_ai.agent.name']),
    ).not.toContain('planner');
  });

  it('is on no line outside of one', async () => {
    await new FakeListChatModel({ responses: ['x'] }).invoke('x', { callbacks: world.callbacks });
    expect(Object.keys(world.log.records()[0] ?? {})).not.toContain('gen_ai.agent.name');
  });
});

describe('the trace policy of a chain', () => {
  const secret = (tracePolicy: object) => new RunnableSequence({ first: echo, last: echo, tracePolicy });

  it.each(['invoke', 'stream', 'batch'] as const)('leaves its payloads out (%s)', async (way) => {
    const chain = secret({ processInputs: omitPayload, processOutputs: omitPayload });
    const config = { callbacks: world.callbacks };
    if (way === 'invoke') await chain.invoke('the secret', config);
    if (way === 'batch') await chain.batch(['the secret'], config);
    if (way === 'stream') for await (const _ of await chain.stream('the secret', config));
    expect(world.record('RunnableSequence')).toMatchObject({ 'spanline.input': '{}', 'spanline.output': '{}' });
    expect(world.record('echo')['spanline.input']).toBe('"the secret"');
  });

  it('changes what is recorded, not what the chain returns', async () => {
    const chain = secret({ processOutputs: ({ output }: { output: string }) => ({ output: output.length }) });
    expect(await chain.invoke('four', { callbacks: world.callbacks })).toBe('four');
    expect(world.record('RunnableSequence')).toMatchObject({ 'spanline.input': '"four"', 'spanline.output': '4' });
  });

  it('of a node leaves out the payloads of the node', async () => {
    const graph = new StateGraph(MessagesAnnotation)
      .addNode('guard', () => ({ messages: ['hidden'] }), {
        tracePolicy: { processInputs: omitPayload, processOutputs: omitPayload },
      })
      .addEdge(START, 'guard')
      .compile();
    await graph.invoke({ messages: ['asked'] }, { callbacks: world.callbacks });
    expect(world.record('guard')).toMatchObject({ 'spanline.input': '{}', 'spanline.output': '{}' });
  });
});

it('a trace policy that throws records nothing, and is a counted fault', async () => {
  const log = memoryLog();
  const tracer = createTracer({ logger: log.logger, statsIntervalSeconds: 0, capture: 'full' });
  const policy = {
    processInputs: () => {
      throw new Error('no');
    },
  };
  const chain = new RunnableSequence({ first: echo, last: echo, tracePolicy: policy });
  await expect(chain.invoke('x', { callbacks: [new SpanlineCallbackHandler({ tracer })] })).resolves.toBe('x');
  const record = log.records().find((each) => each['span.name'] === 'RunnableSequence');
  expect([record?.['spanline.input'], record?.['spanline.output']]).toEqual([undefined, '"x"']);
  expect(tracer.stats().internalErrors).toBeGreaterThan(0);
});
