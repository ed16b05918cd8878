import { setTimeout as wait } from 'node:timers/promises';
import * as callbackManager from '@langchain/core/callbacks/manager';
import { type BaseMessage, ToolMessage } from '@langchain/core/messages';
import type { ChatResult } from '@langchain/core/outputs';
import { tool } from '@langchain/core/tools';
import {
  Annotation,
  Command,
  END,
  interrupt,
  isGraphBubbleUp,
  MemorySaver,
  MessagesAnnotation,
  RunControl,
  Send,
  START,
  StateGraph,
} from '@langchain/langgraph';
import { ToolNode } from '@langchain/langgraph/prebuilt';
import {
  type AgentMiddleware,
  createAgent,
  modelFallbackMiddleware,
  modelRetryMiddleware,
  toolRetryMiddleware,
} from 'langchain';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { z } from 'zod';
import { SpanlineCallbackHandler } from '@spanline/langchain';
import { registerGlobally } from '@spanline/langchain/global';
import { collectUntil } from '../../../../test/support/garbage.ts';
import { calls, createWorld, ScriptedModel, type World } from '../support/world.ts';

let world: World;

beforeEach(() => {
  world = createWorld();
});

afterEach(() => world.check());

const State = Annotation.Root({
  topic: Annotation<string>,
  jokes: Annotation<string[]>({ reducer: (a, b) => [...a, ...b], default: () => [] }),
});

const adder = tool(
  async ({ a }) => {
    if (a > 5) throw new RangeError('too big');
    return String(a + 1);
  },
  { name: 'adder', schema: z.object({ a: z.number() }) },
);

describe('a graph', () => {
  it('that fans out has a span for each branch, with its own children', async () => {
    const graph = new StateGraph(State)
      .addNode('plan', () => ({}))
      .addNode('joke', async ({ topic }: { topic: string }) => {
        await wait(topic.length);
        return world.tracer.withSpan(`about ${topic}`, () => ({ jokes: [topic] }));
      })
      .addNode('best', () => ({}))
      .addEdge(START, 'plan')
      .addConditionalEdges('plan', () => ['cats', 'mice', 'dogs'].map((topic) => new Send('joke', { topic })))
      .addEdge('joke', 'best')
      .addEdge('best', END)
      .compile();
    const expected = `agent invoke_agent LangGraph
  chain plan
  chain joke
    task about cats
  chain joke
    task about mice
  chain joke
    task about dogs
  chain best`;
    await graph.invoke({ topic: 'animals' }, { callbacks: world.callbacks });
    expect(world.tree()).toBe(expected);
    expect(world.record('joke')).toMatchObject({ 'spanline.langgraph.node': 'joke', 'spanline.langgraph.step': 2 });
    world.log.clear();
    for await (const _ of await graph.stream({ topic: 'animals' }, { callbacks: world.callbacks }));
    expect(world.tree()).toBe(expected);
    world.log.clear();
    for await (const _ of graph.streamEvents({ topic: 'animals' }, { callbacks: world.callbacks, version: 'v2' }));
    expect(world.tree()).toBe(expected);
  });

  it('inside of a graph stands in the node that runs it', async () => {
    const inner = new StateGraph(State)
      .addNode('draft', () => ({ jokes: ['draft'] }))
      .addNode('polish', () => ({ jokes: ['polished'] }))
      .addEdge(START, 'draft')
      .addEdge('draft', 'polish')
      .addEdge('polish', END)
      .compile({ name: 'writer' });
    const outer = new StateGraph(State)
      .addNode('write', inner)
      .addNode('call', async (state, config) => {
        await inner.invoke({ topic: state.topic }, config);
        return {};
      })
      .addEdge(START, 'write')
      .addEdge('write', 'call')
      .addEdge('call', END)
      .compile({ name: 'editor' });
    await outer.invoke({ topic: 'x' }, { callbacks: world.callbacks });
    expect(world.tree()).toBe(`agent invoke_agent editor
  chain write
    agent invoke_agent writer
      chain draft
      chain polish
  chain call
    agent invoke_agent writer
      chain draft
      chain polish`);
  });

  it('that waits for a human is interrupted, and the run that goes on is linked to it', async () => {
    const graph = new StateGraph(State)
      .addNode('ask', () => ({ jokes: [interrupt({ please: 'approve' }) as string] }))
      .addNode('tell', () => ({}))
      .addEdge(START, 'ask')
      .addEdge('ask', 'tell')
      .addEdge('tell', END)
      .compile({ checkpointer: new MemorySaver() });
    const config = { callbacks: world.callbacks, configurable: { thread_id: 't1' } };
    await graph.invoke({ topic: 'x' }, config);
    expect(world.tree()).toBe('agent invoke_agent LangGraph [interrupted]\n  chain ask [interrupted]');
    const waiting = world.record('invoke_agent LangGraph');
    expect(waiting).toMatchObject({ 'spanline.langgraph.thread_id': 't1', 'event.outcome': 'unknown', level: 'info' });
    expect(JSON.parse(String(world.record('ask')['spanline.output']))).toMatchObject([
      { value: { please: 'approve' } },
    ]);
    world.log.clear();
    await graph.invoke(new Command({ resume: 'yes' }), config);
    expect(world.tree()).toBe('agent invoke_agent LangGraph\n  chain ask\n  chain tell');
    const resumed = world.record('invoke_agent LangGraph');
    expect(resumed['trace_id']).not.toBe(waiting['trace_id']);
    expect(resumed).toMatchObject({
      'spanline.link.trace_id': waiting['trace_id'],
      'spanline.langgraph.checkpoint_id': waiting['spanline.langgraph.checkpoint_id'],
    });
    expect(resumed['spanline.langgraph.checkpoint_id']).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('is linked also where each request has a handler of its own', async () => {
    const graph = new StateGraph(State)
      .addNode('ask', () => ({ jokes: [interrupt('?') as string] }))
      .addEdge(START, 'ask')
      .addEdge('ask', END)
      .compile({ checkpointer: new MemorySaver() });
    const request = (input: object | Command) =>
      graph.invoke(input as never, {
        callbacks: [new SpanlineCallbackHandler({ tracer: world.tracer })],
        configurable: { thread_id: 't1' },
      });
    await request({ topic: 'x' });
    const waiting = world.record('invoke_agent LangGraph');
    await request(new Command({ resume: 'yes' }));
    expect(world.record('invoke_agent LangGraph')['spanline.link.trace_id']).toBe(waiting['trace_id']);
  });

  it('is linked also where the handler is attached to every run', async () => {
    const unregister = registerGlobally({ tracer: world.tracer, modules: [callbackManager] });
    try {
      const graph = new StateGraph(State)
        .addNode('ask', () => ({ jokes: [interrupt('?') as string] }))
        .addEdge(START, 'ask')
        .addEdge('ask', END)
        .compile({ checkpointer: new MemorySaver() });
      const config = { configurable: { thread_id: 't1' } };
      await graph.invoke({ topic: 'x' }, config);
      const waiting = world.record('invoke_agent LangGraph');
      await graph.invoke(new Command({ resume: 'yes' }), config);
      expect(world.record('invoke_agent LangGraph')['spanline.link.trace_id']).toBe(waiting['trace_id']);
    } finally {
      unregister();
    }
  });

  it('that is drained before the process ends is interrupted, and joined by its thread with the run that goes on', async () => {
    const control = new RunControl();
    const graph = new StateGraph(State)
      .addNode('first', () => {
        control.requestDrain('SIGTERM');
        return { jokes: ['one'] };
      })
      .addNode('second', () => ({ jokes: ['two'] }))
      .addEdge(START, 'first')
      .addEdge('first', 'second')
      .addEdge('second', END)
      .compile({ checkpointer: new MemorySaver() });
    const config = { callbacks: world.callbacks, configurable: { thread_id: 't1' } };
    await expect(graph.invoke({ topic: 'x' }, { ...config, control })).rejects.toThrow('drained');
    expect(world.tree('spanline.langgraph.thread_id')).toBe(
      'agent invoke_agent LangGraph [interrupted] spanline.langgraph.thread_id="t1"\n  chain first spanline.langgraph.thread_id="t1"',
    );
    expect(world.record('invoke_agent LangGraph')).not.toHaveProperty(['error.type']);
    world.log.clear();
    expect(await graph.invoke(null, config)).toMatchObject({ jokes: ['one', 'two'] });
    expect(world.tree('spanline.langgraph.thread_id')).toBe(
      'agent invoke_agent LangGraph spanline.langgraph.thread_id="t1"\n  chain second spanline.langgraph.thread_id="t1"',
    );
  });

  it('whose node is tried again has a span for each attempt, each linked to the one before', async () => {
    let attempts = 0;
    const retryPolicy = { maxAttempts: 3, initialInterval: 1, jitter: false, retryOn: () => true, logWarning: false };
    const graph = new StateGraph(State)
      .addNode(
        'flaky',
        () => {
          if (++attempts < 3) throw new Error(`no ${attempts}`);
          return {};
        },
        { retryPolicy },
      )
      .addEdge(START, 'flaky')
      .addEdge('flaky', END)
      .compile();
    await graph.invoke({ topic: 'x' }, { callbacks: world.callbacks });
    expect(world.tree('spanline.retry.attempt')).toBe(`agent invoke_agent LangGraph
  chain flaky [error]
  chain flaky [error] spanline.retry.attempt=2
  chain flaky spanline.retry.attempt=3`);
    const spans = world.log.records().filter((record) => record['span.name'] === 'flaky');
    expect(spans.map((record) => record['spanline.retry.previous_span_id'])).toEqual([
      undefined,
      spans[0]?.span_id,
      spans[1]?.span_id,
    ]);
  });

  it('that gives a node too little time fails, the node is aborted, and the model call in it is recorded when it ends', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    let answer = (): void => {};
    const answered = new Promise<void>((resolve) => {
      answer = resolve;
    });
    class Slow extends ScriptedModel {
      override async _generate(messages: BaseMessage[]): Promise<ChatResult> {
        vi.advanceTimersByTime(20);
        await answered;
        return super._generate(messages);
      }
    }
    const graph = new StateGraph(State)
      .addNode('ponder', async (_state, config) => ({ jokes: [(await new Slow('late').invoke('x', config)).text] }), {
        timeout: 20,
      })
      .addEdge(START, 'ponder')
      .addEdge('ponder', END)
      .compile();
    const run = graph.invoke({ topic: 'x' }, { callbacks: world.callbacks });
    await expect(run).rejects.toThrow('timeout');
    vi.useRealTimers();
    answer();
    await collectUntil(() => world.tracer.stats().open === 0);
    expect(world.tree('spanline.error.class')).toBe(`agent invoke_agent LangGraph [error] spanline.error.class="timeout"
  chain ponder [aborted] spanline.error.class="aborted"
    llm chat Slow`);
    expect(world.record('invoke_agent LangGraph')).toMatchObject({
      'error.type': 'NodeTimeoutError',
      'spanline.error.retryable': true,
    });
    expect(world.record('chat Slow')).toMatchObject({ 'spanline.late': true });
  });

  it('that hands over to another agent ended well', async () => {
    const sub = new StateGraph(State)
      .addNode('triage', () => new Command({ goto: 'expert', graph: Command.PARENT }))
      .addEdge(START, 'triage')
      .compile({ name: 'desk' });
    const graph = new StateGraph(State)
      .addNode('desk', sub, { ends: ['expert'] })
      .addNode('expert', () => ({ jokes: ['solved'] }))
      .addEdge(START, 'desk')
      .addEdge('expert', END)
      .compile({ name: 'support' });
    const { jokes } = await graph.invoke({ topic: 'x' }, { callbacks: world.callbacks });
    expect(jokes).toEqual(['solved']);
    expect(world.tree()).toBe(`agent invoke_agent support
  chain desk
    agent invoke_agent desk
      chain triage
  chain expert`);
  });

  it('that goes in circles fails at its root', async () => {
    const graph = new StateGraph(State)
      .addNode('again', () => ({}))
      .addEdge(START, 'again')
      .addEdge('again', 'again')
      .compile();
    const run = graph.invoke({ topic: 'x' }, { callbacks: world.callbacks, recursionLimit: 2 });
    await expect(run).rejects.toThrow('Recursion limit');
    expect(world.tree()).toBe('agent invoke_agent LangGraph [error]\n  chain again\n  chain again');
    expect(world.record('invoke_agent LangGraph')['error.type']).toBe('GraphRecursionError');
  });

  it('whose error is caught inside of a node is no failure of the graph', async () => {
    const graph = new StateGraph(State)
      .addNode('careful', async (_state, config) => {
        try {
          await adder.invoke({ a: 9 }, config);
        } catch (error) {
          if (isGraphBubbleUp(error)) throw error;
        }
        return {};
      })
      .addEdge(START, 'careful')
      .addEdge('careful', END)
      .compile();
    await graph.invoke({ topic: 'x' }, { callbacks: world.callbacks });
    expect(world.tree()).toBe('agent invoke_agent LangGraph\n  chain careful\n    tool execute_tool adder [error]');
  });
});

describe('an agent', () => {
  const wrong = calls(
    ['adder', { a: 'text' }, 'c1'],
    ['nosuch', { b: 1 }, 'c2'],
    ['adder', { a: 9 }, 'c3'],
    ['adder', { a: 1 }, 'c4'],
  );

  it('whose model calls a tool wrongly has a failed tool for each call, also where LangChain ran none', async () => {
    const agent = createAgent({ model: new ScriptedModel(wrong, 'done'), tools: [adder], name: 'adding' });
    await agent.invoke({ messages: [{ role: 'user', content: 'add' }] }, { callbacks: world.callbacks });
    expect(world.tree('gen_ai.tool.call.id', 'gen_ai.tool.call.arguments').split('\n').toSorted()).toEqual(
      `agent invoke_agent adding
  chain model_request
    llm chat ScriptedModel
  chain model_request
    llm chat ScriptedModel
  chain tools
    tool execute_tool adder [error] gen_ai.tool.call.id="c1" gen_ai.tool.call.arguments="{\\"a\\":\\"text\\"}"
  chain tools
    tool execute_tool adder [error] gen_ai.tool.call.id="c3" gen_ai.tool.call.arguments="{\\"a\\":9}"
  chain tools
    tool execute_tool adder gen_ai.tool.call.id="c4" gen_ai.tool.call.arguments="{\\"a\\":1}"
  chain tools
    tool execute_tool nosuch [error] gen_ai.tool.call.id="c2" gen_ai.tool.call.arguments="{\\"b\\":1}"`
        .split('\n')
        .toSorted(),
    );
    const failed = world.log.records().filter((record) => record['span.status'] === 'error');
    expect(failed.map((record) => record['error.message'])).toEqual(
      expect.arrayContaining([
        expect.stringContaining('did not match expected schema'),
        expect.stringContaining('nosuch is not a valid tool'),
        'too big',
      ]),
    );
    expect(world.record('invoke_agent adding')['spanline.rollup.errors']).toBe(3);
  });

  it('that remembers a thread does not report its old failures again', async () => {
    const checkpointer = new MemorySaver();
    const model = new ScriptedModel(calls(['nosuch', {}, 'c1']), 'sorry', 'hello');
    const agent = createAgent({ model, tools: [adder], checkpointer });
    const config = { callbacks: world.callbacks, configurable: { thread_id: 't' } };
    await agent.invoke({ messages: [{ role: 'user', content: 'add' }] }, config);
    expect(world.tree()).toContain('tool execute_tool nosuch [error]');
    world.log.clear();
    await agent.invoke(
      { messages: [{ role: 'user', content: 'hi' }] },
      { ...config, callbacks: createWorld().callbacks },
    );
    world.log.clear();
    await agent.invoke({ messages: [{ role: 'user', content: 'again' }] }, config);
    expect(world.tree()).not.toContain('nosuch');
  });

  it('that is built by hand is recorded the same', async () => {
    const graph = new StateGraph(MessagesAnnotation)
      .addNode('model', async (state, config) => ({
        messages: [await new ScriptedModel(wrong).invoke(state.messages, config)],
      }))
      .addNode('tools', new ToolNode([adder]))
      .addEdge(START, 'model')
      .addEdge('model', 'tools')
      .addEdge('tools', END)
      .compile({ name: 'manual' });
    const { messages } = await graph.invoke(
      { messages: [{ role: 'user', content: 'add' }] },
      { callbacks: world.callbacks },
    );
    expect(messages.filter((message) => ToolMessage.isInstance(message))).toHaveLength(4);
    const tools = world.log.records().filter((record) => record['span.type'] === 'tool');
    expect(tools.map((record) => [record['gen_ai.tool.call.id'], record['span.status']]).toSorted()).toEqual([
      ['c1', 'error'],
      ['c2', 'error'],
      ['c3', 'error'],
      ['c4', 'ok'],
    ]);
    const node = world.record('tools');
    expect(new Set(tools.map((record) => record.parent_span_id))).toEqual(new Set([node['span_id']]));
  });

  describe('whose middleware tries again', () => {
    const ask = { messages: [{ role: 'user' as const, content: 'go' }] };
    const quick = { maxRetries: 3, initialDelayMs: 1, jitter: false };
    const attempts = (type: string) =>
      world.log
        .records()
        .filter((record) => record['span.type'] === type)
        .map((record) => ({
          id: record.span_id,
          is: [record['span.status'], record['spanline.retry.attempt'], record['spanline.retry.fallback']],
          before: record['spanline.retry.previous_span_id'],
        }));

    it('has a model’s attempts numbered and linked, and not those of the question after it', async () => {
      const model = new ScriptedModel(
        new Error('one'),
        new Error('two'),
        calls(['adder', { a: 1 }, 'c1']),
        new Error('three'),
        'done',
      );
      const agent = createAgent({
        model,
        tools: [adder],
        middleware: [modelRetryMiddleware(quick) as AgentMiddleware],
      });
      await agent.invoke(ask, { callbacks: world.callbacks });
      const tries = attempts('llm');
      expect(tries.map(({ is }) => is)).toEqual([
        ['error', undefined, undefined],
        ['error', 2, undefined],
        ['ok', 3, undefined],
        ['error', undefined, undefined],
        ['ok', 2, undefined],
      ]);
      const ids = tries.map(({ id }) => id);
      expect(tries.map(({ before }) => before)).toEqual([undefined, ids[0], ids[1], undefined, ids[3]]);
    });

    it('has the models that it falls back to marked', async () => {
      const named = (name: string, answer: Error | string) =>
        new ScriptedModel(answer).withConfig({ runName: name }) as unknown as ScriptedModel;
      const agent = createAgent({
        model: named('large', new Error('overloaded')),
        tools: [],
        middleware: [modelFallbackMiddleware(named('small', new Error('down')), named('tiny', 'yes'))],
      });
      await agent.invoke(ask, { callbacks: world.callbacks });
      expect(world.tree('spanline.retry.attempt', 'spanline.retry.fallback')).toBe(`agent invoke_agent LangGraph
  chain model_request
    llm chat large [error]
    llm chat small [error] spanline.retry.attempt=2 spanline.retry.fallback=true
    llm chat tiny spanline.retry.attempt=3 spanline.retry.fallback=true`);
    });

    it('has a tool’s attempts numbered and linked, each call its own', async () => {
      let left = 2;
      const flaky = tool(
        ({ town }) => {
          if (town === 'Oslo' && left-- > 0) throw new Error(`no ${left}`);
          return town;
        },
        { name: 'flaky', schema: z.object({ town: z.string() }) },
      );
      const both = calls(['flaky', { town: 'Oslo' }, 'c1'], ['flaky', { town: 'Bern' }, 'c2']);
      const agent = createAgent({
        model: new ScriptedModel(both, 'done'),
        tools: [flaky],
        middleware: [toolRetryMiddleware(quick) as AgentMiddleware],
      });
      await agent.invoke(ask, { callbacks: world.callbacks });
      const oslo = attempts('tool').filter(({ id }) => {
        const record = world.log.records().find(({ span_id: own }) => own === id);
        return record?.['gen_ai.tool.call.id'] === 'c1';
      });
      expect(oslo.map(({ is: [status, number] }) => [status, number])).toEqual([
        ['error', undefined],
        ['error', 2],
        ['ok', 3],
      ]);
      expect(oslo.map(({ before }) => before)).toEqual([undefined, oslo[0]?.id, oslo[1]?.id]);
      expect(attempts('tool').filter(({ is }) => is[1] !== undefined)).toHaveLength(2);
    });
  });

  it('whose tool answers with an error message of its own has a failed tool, once', async () => {
    const refusing = tool(
      (_input, config) =>
        new ToolMessage({
          status: 'error',
          content: 'not today',
          tool_call_id: (config as { toolCall: { id: string } }).toolCall.id,
          name: 'refusing',
        }),
      { name: 'refusing', schema: z.object({}) },
    );
    const agent = createAgent({
      model: new ScriptedModel(calls(['refusing', {}, 'c1']), 'ok'),
      tools: [refusing],
      name: 'asker',
    });
    await agent.invoke({ messages: [{ role: 'user', content: 'go' }] }, { callbacks: world.callbacks });
    expect(world.tree()).toBe(`agent invoke_agent asker
  chain model_request
    llm chat ScriptedModel
  chain tools
    tool execute_tool refusing [error]
  chain model_request
    llm chat ScriptedModel`);
    expect(world.record('execute_tool refusing')).toMatchObject({
      'error.type': 'ToolError',
      'error.message': 'not today',
    });
  });

  it('among several hands over with every step under the one that made it', async () => {
    const handOff = tool(
      (_input, config) =>
        new Command({
          goto: 'booker',
          graph: Command.PARENT,
          update: {
            messages: [
              new ToolMessage({
                content: 'handed over',
                tool_call_id: (config as { toolCall: { id: string } }).toolCall.id,
              }),
            ],
          },
        }),
      { name: 'hand_off', schema: z.object({}) },
    );
    const greeter = createAgent({
      model: new ScriptedModel(calls(['hand_off', {}, 'h1'])),
      tools: [handOff],
      name: 'greeter',
    });
    const booker = createAgent({ model: new ScriptedModel('booked'), tools: [], name: 'booker' });
    const team = new StateGraph(MessagesAnnotation)
      .addNode('greeter', greeter.graph, { ends: ['booker'] })
      .addNode('booker', booker.graph)
      .addEdge(START, 'greeter')
      .addEdge('booker', END)
      .compile({ name: 'team' });
    await team.invoke({ messages: [{ role: 'user', content: 'book' }] }, { callbacks: world.callbacks });
    expect(world.tree()).toBe(`agent invoke_agent team
  chain greeter
    agent invoke_agent greeter
      chain model_request
        llm chat ScriptedModel
      chain tools
        tool execute_tool hand_off
  chain booker
    agent invoke_agent booker
      chain model_request
        llm chat ScriptedModel`);
  });
});
