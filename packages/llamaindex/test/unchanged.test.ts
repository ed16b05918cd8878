import * as workflows from '@llamaindex/workflow';
import {
  CondenseQuestionChatEngine,
  ContextChatEngine,
  IngestionPipeline,
  LLMAgent,
  MetadataMode,
  QueryEngineTool,
  type RetrieverQueryEngine,
  RouterQueryEngine,
  SentenceSplitter,
  Settings,
  SimpleChatEngine,
  SubQuestionQueryEngine,
  VectorStoreIndex,
} from 'llamaindex';
import { describe, expect, it } from 'vitest';
import { createTracer, type Tracer } from '@spanline/core';
import { memoryLog } from '@spanline/core/testing';
import { instrumentLlamaIndex, traceWorkflow } from '@spanline/llamaindex';
import { documents, FAILURES, Model, type Note, Ones, Reverse, sum, textOf } from './support/world.ts';

const EVENTS = [
  'query-start',
  'query-end',
  'synthesize-start',
  'synthesize-end',
  'retrieve-start',
  'retrieve-end',
  'chunking-start',
  'chunking-end',
  'node-parsing-start',
  'node-parsing-end',
  'llm-start',
  'llm-end',
  'llm-stream',
  'llm-tool-call',
  'llm-tool-result',
  'agent-start',
  'agent-end',
] as const;

interface World {
  engine: RetrieverQueryEngine;
  llm: Model;
  note: Note;
  tracer: Tracer | undefined;
}

const contentOf = (chunk: { message: { content: unknown } }): string => textOf(chunk.message.content);

async function readAll(stream: AsyncIterable<{ message: { content: unknown } }>, note: Note): Promise<void> {
  for await (const chunk of stream) note(`read ${contentOf(chunk)}`);
}

function tools(engine: RetrieverQueryEngine): QueryEngineTool[] {
  return [new QueryEngineTool({ queryEngine: engine, metadata: { name: 'fruits', description: 'about fruits' } })];
}

const asked = workflows.workflowEvent<string>({ debugLabel: 'asked' });
const answered = workflows.workflowEvent<string>({ debugLabel: 'answered' });

const PROGRAMS: Record<string, (world: World) => Promise<unknown>> = {
  'a query': async ({ engine }) => {
    const answer = await engine.query({ query: 'apples?' });
    return [
      answer.toString(),
      answer.sourceNodes?.map(({ node, score }) => [node.getContent(MetadataMode.NONE), score]),
    ];
  },
  'a streamed query': async ({ engine, note }) => readAll(await engine.query({ query: 'apples?', stream: true }), note),
  'a streamed query that is left': async ({ engine, note }) => {
    for await (const chunk of await engine.query({ query: 'apples?', stream: true })) {
      note(`read ${contentOf(chunk)}`);
      break;
    }
  },
  'a streamed query whose reader throws': async ({ engine }) => {
    for await (const _ of await engine.query({ query: 'apples?', stream: true })) throw FAILURES.rerank;
  },
  'a streamed query that is pulled by hand': async ({ engine, note }) => {
    const stream = (await engine.query({ query: 'apples?', stream: true }))[Symbol.asyncIterator]();
    const first = await stream.next();
    note(`pulled ${String(first.done)}`);
    const ended = await stream.return?.(undefined);
    return [ended, await stream.next()];
  },
  'a streamed query that is cut': async ({ engine, note }) =>
    readAll(await engine.query({ query: 'cut', stream: true }), note),
  'a query that cannot be embedded': ({ engine }) => engine.query({ query: 'unembeddable' }),
  'a query that cannot be ranked': ({ engine }) => engine.query({ query: 'unrankable' }),
  'a query that cannot be answered': ({ engine }) => engine.query({ query: 'unanswerable' }),
  'a streamed query that cannot be answered': async ({ engine, note }) =>
    readAll(await engine.query({ query: 'unanswerable', stream: true }), note),
  'three queries at once': ({ engine }) =>
    Promise.allSettled(['one', 'unanswerable', 'three'].map(async (query) => String(await engine.query({ query })))),
  'a simple chat': async ({ note }) => {
    const chat = new SimpleChatEngine();
    note(contentOf(await chat.chat({ message: 'hi' })));
    await readAll(await chat.chat({ message: 'again', stream: true }), note);
    return chat.chatHistory;
  },
  'a chat with context': async ({ engine, note }) => {
    const chat = new ContextChatEngine({ retriever: engine.retriever });
    note(contentOf(await chat.chat({ message: 'hi' })));
    await readAll(await chat.chat({ message: 'again', stream: true }), note);
  },
  'a chat that condenses': async ({ engine, note }) => {
    const chat = new CondenseQuestionChatEngine({ queryEngine: engine, chatHistory: [] });
    note(contentOf(await chat.chat({ message: 'hi' })));
    await readAll(await chat.chat({ message: 'again', stream: true }), note);
  },
  'a router': async ({ engine }) => {
    const router = RouterQueryEngine.fromDefaults({
      queryEngineTools: [{ queryEngine: engine, description: 'fruits' }],
    });
    return (await router.query({ query: 'apples?' })).toString();
  },
  'sub-questions': async ({ engine }) => {
    const asking = SubQuestionQueryEngine.fromDefaults({ queryEngineTools: tools(engine) });
    return (await asking.query({ query: 'apples?' })).toString();
  },
  'an ingestion': async ({ note }) => {
    const pipeline = new IngestionPipeline({ transformations: [new SentenceSplitter(), new Ones(note)] });
    return (await pipeline.run({ documents: documents() })).map((node) => node.getContent(MetadataMode.NONE));
  },
  'direct calls': async ({ llm, note }) => {
    const { llm: taken } = Settings;
    expect(taken).toBe(llm);
    note(textOf(await taken.complete({ prompt: 'x' })));
    for await (const chunk of await taken.complete({ prompt: 'x', stream: true })) note(textOf(chunk));
    return taken.chat({ messages: [{ role: 'user', content: 'unanswerable' }] });
  },
  'a legacy agent': async ({ llm, note }) => {
    const agent = new LLMAgent({ llm: llm as never, tools: [] });
    const stream = await agent.chat({ message: 'hi', stream: true });
    note(`${stream.constructor.name} ${String(Object.getPrototypeOf(stream) === ReadableStream.prototype)}`);
    await readAll(stream, note);
    return agent.chatHistory;
  },
  'an agent with a tool': async ({ llm, note }) => {
    const agent = workflows.agent({ name: 'adder', llm: llm as never, tools: [sum(note)] as never });
    for await (const event of agent.runStream('a sum, please'))
      note(`read ${textOf({ ...(event.data as object), state: null })}`);
  },
  'an agent whose tool fails': async ({ llm, note }) => {
    const agent = workflows.agent({ name: 'adder', llm: llm as never, tools: [sum(note)] as never });
    return (await agent.run('a bad sum')).data.result;
  },
  'a tool that fails': ({ note }) => Promise.resolve(sum(note).call({ a: 1, b: -1 })),
  'a workflow': async ({ note, tracer }) => {
    const workflow = workflows.createWorkflow();
    if (tracer !== undefined) traceWorkflow(workflow, { tracer });
    workflow.handle([asked], async (_context, { data }) => {
      note(`asked ${data}`);
      return answered.with(`${data}!`);
    });
    const { stream, sendEvent } = workflow.createContext();
    sendEvent(asked.with('why'));
    for await (const event of stream.until(answered)) note(`${String(event)} ${String(event.data)}`);
  },
};

/** What goes on at once has no order of its own; each of these has. */
const AT_ONCE: ReadonlySet<string> = new Set(['three queries at once', 'a legacy agent', 'an agent with a tool']);

/** Events by who told them: the library, the reader of a stream, the components. */
function lanes(events: readonly string[]): string[][] {
  const isReported = (event: string): boolean => (EVENTS as readonly string[]).includes(event);
  const isRead = (event: string): boolean => event.startsWith('read ');
  return [
    events.filter(isReported),
    events.filter(isRead),
    events.filter((event) => !isReported(event) && !isRead(event)),
  ];
}

interface Seen {
  events: string[];
  result?: string;
  error?: unknown;
}

async function run(program: (world: World) => Promise<unknown>, tracer: Tracer | undefined): Promise<Seen> {
  const events: string[] = [];
  const note: Note = (event) => void events.push(event);
  Settings.embedModel = new Ones(note);
  const llm = new Model(note);
  Settings.llm = llm as never;
  const uninstall = tracer === undefined ? undefined : instrumentLlamaIndex({ tracer });
  const told = (event: { type: string }): void => note(event.type);
  for (const event of EVENTS) Settings.callbackManager.on(event, told as never);
  try {
    const index = await VectorStoreIndex.fromDocuments(documents());
    const engine = index.asQueryEngine({ similarityTopK: 2, nodePostprocessors: [new Reverse(note)] });
    note('ready');
    const result = await program({ engine, llm, note, tracer });
    return { events, result: textOf(result) };
  } catch (error) {
    return { events, error };
  } finally {
    for (const event of EVENTS) Settings.callbackManager.off(event, told as never);
    uninstall?.();
  }
}

describe('a program sees the same with and without the hooks:', () => {
  it.each(Object.entries(PROGRAMS))('%s', async (name, program) => {
    const log = memoryLog();
    const tracer = createTracer({ logger: log.logger, statsIntervalSeconds: 0 });
    const plain = await run(program, undefined);
    const traced = await run(program, tracer);
    if (AT_ONCE.has(name)) expect(lanes(traced.events)).toEqual(lanes(plain.events));
    else expect(traced.events).toEqual(plain.events);
    expect(traced.result).toBe(plain.result);
    expect(traced.error).toBe(plain.error);
    expect(plain.events.length).toBeGreaterThan(5);
    expect(log.records().length).toBeGreaterThan(0);
    expect(tracer.stats()).toMatchObject({ internalErrors: 0, open: 0 });
  });
});
