import { Document } from '@langchain/core/documents';
import { ToolMessage } from '@langchain/core/messages';
import { BaseRetriever } from '@langchain/core/retrievers';
import { tool } from '@langchain/core/tools';
import {
  Annotation,
  Command,
  END,
  entrypoint,
  interrupt,
  MemorySaver,
  MessagesAnnotation,
  START,
  StateGraph,
  task,
} from '@langchain/langgraph';
import { type AgentMiddleware, createAgent, humanInTheLoopMiddleware, toolStrategy } from 'langchain';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { WAYS } from '../support/graph-ways.ts';
import { calls, createWorld, ScriptedModel, type World } from '../support/world.ts';

let world: World;

beforeEach(() => {
  world = createWorld();
});

afterEach(() => world.check());

const State = Annotation.Root({
  topic: Annotation<string>,
  answers: Annotation<string[]>({ reducer: (a, b) => [...a, ...b], default: () => [] }),
});

const ask = { messages: [{ role: 'user' as const, content: 'go' }] };
const pay = tool(({ usd }) => `paid ${usd}`, { name: 'pay', schema: z.object({ usd: z.number() }) });

class Docs extends BaseRetriever {
  override lc_namespace = ['test'];
  static override lc_name(): string {
    return 'Docs';
  }
  override async _getRelevantDocuments(query: string): Promise<Document[]> {
    return ['d1', 'd2'].map((id) => new Document({ id, pageContent: query, metadata: { score: 0.5, page: 3 } }));
  }
}

/** A tool that hands the conversation over to another agent of the graph around. */
const handOff = tool(
  (_input, { toolCall }) =>
    new Command({
      goto: 'booker',
      graph: Command.PARENT,
      update: { messages: [new ToolMessage({ content: 'handed over', tool_call_id: toolCall?.id ?? '' })] },
    }),
  { name: 'hand_off', schema: z.object({}) },
);

describe.each(Object.keys(WAYS))('with %s', (way) => {
  const run = async (graph: object, input: unknown, options: object = {}): Promise<void> =>
    WAYS[way]?.(graph as never, input, { callbacks: world.callbacks, ...options });

  it('a graph in a graph that waits for a human is interrupted up to its root, and linked to the run that goes on', async () => {
    const inner = new StateGraph(State)
      .addNode('approve', () => ({ answers: [interrupt('sure?') as string] }))
      .addEdge(START, 'approve')
      .addEdge('approve', END)
      .compile({ name: 'approval' });
    const graph = new StateGraph(State)
      .addNode('draft', () => ({}))
      .addNode('check', inner)
      .addNode('send', () => ({}))
      .addEdge(START, 'draft')
      .addEdge('draft', 'check')
      .addEdge('check', 'send')
      .addEdge('send', END)
      .compile({ name: 'mail', checkpointer: new MemorySaver() });
    const thread = { configurable: { thread_id: 't1' } };
    await run(graph, { topic: 'x' }, thread);
    expect(world.tree()).toBe(`agent invoke_agent mail [interrupted]
  chain draft
  chain check [interrupted]
    agent invoke_agent approval [interrupted]
      chain approve [interrupted]`);
    const waiting = world.record('invoke_agent mail');
    world.log.clear();
    await run(graph, new Command({ resume: 'yes' }), thread);
    expect(world.tree()).toBe(`agent invoke_agent mail
  chain check
    agent invoke_agent approval
      chain approve
  chain send`);
    expect(world.record('invoke_agent mail')).toMatchObject({
      'spanline.link.trace_id': waiting['trace_id'],
      'spanline.langgraph.checkpoint_id': waiting['spanline.langgraph.checkpoint_id'],
      'spanline.langgraph.thread_id': 't1',
    });
  });

  it('an agent that waits for a tool to be approved calls it when it goes on', async () => {
    const agent = createAgent({
      model: new ScriptedModel(calls(['pay', { usd: 5 }, 'c1']), 'done'),
      tools: [pay],
      name: 'buyer',
      checkpointer: new MemorySaver(),
      middleware: [humanInTheLoopMiddleware({ interruptOn: { pay: true } } as never) as AgentMiddleware],
    });
    const thread = { configurable: { thread_id: 't1' } };
    await run(agent, ask, thread);
    expect(world.tree()).toBe(`agent invoke_agent buyer [interrupted]
  chain model_request
    llm chat ScriptedModel
  chain HumanInTheLoopMiddleware.after_model [interrupted]`);
    const waiting = world.record('invoke_agent buyer');
    world.log.clear();
    await run(agent, new Command({ resume: { decisions: [{ type: 'approve' }] } }), thread);
    expect(world.tree()).toBe(`agent invoke_agent buyer
  chain HumanInTheLoopMiddleware.after_model
  chain tools
    tool execute_tool pay
  chain model_request
    llm chat ScriptedModel
  chain HumanInTheLoopMiddleware.after_model`);
    expect(world.record('invoke_agent buyer')['spanline.link.trace_id']).toBe(waiting['trace_id']);
  });

  it('an agent that hands over to another has every step under the one that made it', async () => {
    const greeter = createAgent({
      model: new ScriptedModel(calls(['hand_off', {}, 'h1'])),
      tools: [handOff as never],
      name: 'greeter',
    });
    const booker = createAgent({ model: new ScriptedModel('booked'), tools: [], name: 'booker' });
    const team = new StateGraph(MessagesAnnotation)
      .addNode('greeter', greeter.graph, { ends: ['booker'] })
      .addNode('booker', booker.graph)
      .addEdge(START, 'greeter')
      .addEdge('booker', END)
      .compile({ name: 'team' });
    await run(team, ask);
    expect(world.tree('gen_ai.tool.call.id')).toBe(`agent invoke_agent team
  chain greeter
    agent invoke_agent greeter
      chain model_request
        llm chat ScriptedModel
      chain tools
        tool execute_tool hand_off gen_ai.tool.call.id="h1"
  chain booker
    agent invoke_agent booker
      chain model_request
        llm chat ScriptedModel`);
  });

  it('an agent that calls a tool and answers in a structure', async () => {
    const agent = createAgent({
      model: new ScriptedModel(calls(['pay', { usd: 5 }, 'c1']), calls(['receipt', { usd: 5 }, 'c2'])),
      tools: [pay],
      name: 'buyer',
      responseFormat: toolStrategy({ title: 'receipt', type: 'object', properties: { usd: { type: 'number' } } }),
    });
    await run(agent, ask);
    expect(world.tree('gen_ai.tool.call.result')).toBe(`agent invoke_agent buyer
  chain model_request
    llm chat ScriptedModel
  chain tools
    tool execute_tool pay gen_ai.tool.call.result="\\"paid 5\\""
  chain model_request
    llm chat ScriptedModel`);
    expect(JSON.parse(String(world.record('invoke_agent buyer')['spanline.output']))).toMatchObject({
      structuredResponse: { usd: 5 },
    });
  });

  it('tasks that run at once in an entry point that waits have what they do below them, and are not done again', async () => {
    const add = task('add', async (n: number) => world.tracer.withSpan(`own ${n}`, () => n + 1));
    const flow = entrypoint({ name: 'flow', checkpointer: new MemorySaver() }, async (n: number) => {
      const sums = await Promise.all([add(n), add(n + 1)]);
      return `${sums.join()} ${interrupt<string, string>('sure?')}`;
    });
    const thread = { configurable: { thread_id: 't1' } };
    await run(flow, 1, thread);
    expect(world.tree()).toBe(`agent invoke_agent flow [interrupted]
  chain flow [interrupted]
  chain add
    task own 1
  chain add
    task own 2`);
    const waiting = world.record('invoke_agent flow');
    world.log.clear();
    await run(flow, new Command({ resume: 'yes' }), thread);
    expect(world.tree()).toBe('agent invoke_agent flow\n  chain flow');
    expect(world.record('invoke_agent flow')['spanline.link.trace_id']).toBe(waiting['trace_id']);
  });

  it('a graph that retrieves names the documents that were used at its root', async () => {
    const graph = new StateGraph(State)
      .addNode('search', async ({ topic }, config) => ({
        answers: (await new Docs().invoke(topic, config)).map(({ pageContent }) => pageContent),
      }))
      .addEdge(START, 'search')
      .addEdge('search', END)
      .compile({ name: 'library' });
    await run(graph, { topic: 'cats' });
    expect(world.tree('spanline.retrieval.count', 'spanline.sources')).toBe(
      `agent invoke_agent library spanline.sources=["d1","d2"]
  chain search
    retriever retrieval Docs spanline.retrieval.count=2`,
    );
    expect(JSON.parse(String(world.record('retrieval Docs')['gen_ai.retrieval.documents']))).toEqual([
      { id: 'd1', content: 'cats', score: 0.5, metadata: { score: 0.5, page: 3 } },
      { id: 'd2', content: 'cats', score: 0.5, metadata: { score: 0.5, page: 3 } },
    ]);
  });
});
