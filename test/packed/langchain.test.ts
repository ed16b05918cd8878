import { LLMock } from '@copilotkit/aimock';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createProject, packedTarballs, removeFolders, runProgram } from './workspace.ts';

let tarballs: Map<string, string>;
let provider: LLMock;

beforeAll(async () => {
  tarballs = packedTarballs();
  provider = new LLMock({ port: 0, host: '127.0.0.1', logLevel: 'silent' });
  provider.on(
    { predicate: (request) => (request.tools?.length ?? 0) > 0, hasToolResult: false },
    {
      toolCalls: [{ id: 'call_1', name: 'weather', arguments: '{"city":"Oslo"}' }],
      usage: { prompt_tokens: 30, completion_tokens: 6 },
    },
  );
  provider.on(
    { predicate: () => true },
    { content: 'It is sunny.', usage: { prompt_tokens: 21, completion_tokens: 4 } },
  );
  await provider.start();
});

afterAll(async () => {
  removeFolders();
  await provider.stop();
});

/** A chain, invoked and streamed; an agent; an answer from the cache. */
const program = (url: string): string => `
import { createTracer } from '@spanline/core';
import { memoryLog, tree } from '@spanline/core/testing';
import { SpanlineCallbackHandler } from '@spanline/langchain';
import { InMemoryCache } from '@langchain/core/caches';
import { StringOutputParser } from '@langchain/core/output_parsers';
import { ChatPromptTemplate } from '@langchain/core/prompts';
import { RunnableLambda, RunnableSequence } from '@langchain/core/runnables';
import { tool } from '@langchain/core/tools';
import { Annotation, Command, END, interrupt, MemorySaver, START, StateGraph } from '@langchain/langgraph';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createReactAgent } from '@langchain/langgraph/prebuilt';
import { ChatOpenAI } from '@langchain/openai';
import { z } from 'zod';

const log = memoryLog();
const tracer = createTracer({ logger: log.logger, statsIntervalSeconds: 0 });
const callbacks = [new SpanlineCallbackHandler({ tracer })];
const chat = (more) => new ChatOpenAI({ model: 'gpt-4o-mini', apiKey: 'test', temperature: 0, maxRetries: 0, configuration: { baseURL: '${url}' }, ...more });
const parts = {};
const take = (name) => {
  parts[name] = { tree: tree(log.records()), calls: log.records().filter((record) => record['span.type'] === 'llm') };
  log.clear();
};

const step = RunnableLambda.from((text) => tracer.withSpan({ name: 'own', type: 'task' }, () => text)).withConfig({ runName: 'step' });
const prompt = ChatPromptTemplate.fromMessages([['user', '{question}']]);
const chain = RunnableSequence.from([prompt, chat(), new StringOutputParser(), step]).withConfig({ runName: 'chain' });
await chain.invoke({ question: 'Weather?' }, { callbacks });
take('invoked');
for await (const _ of await chain.stream({ question: 'Weather?' }, { callbacks }));
take('streamed');

const weather = tool(({ city }) => tracer.withSpan({ name: 'http', type: 'task' }, () => 'sunny in ' + city), {
  name: 'weather',
  description: 'The weather',
  schema: z.object({ city: z.string() }),
});
const agent = createReactAgent({ llm: chat(), tools: [weather], name: 'helper' });
await agent.invoke({ messages: [{ role: 'user', content: 'Weather in Oslo?' }] }, { callbacks });
take('agent');

const throwing = tool(() => { throw new Error('closed'); }, { name: 'weather', description: 'The weather', schema: z.object({ city: z.string() }) });
await createReactAgent({ llm: chat(), tools: [throwing], name: 'helper' }).invoke({ messages: [{ role: 'user', content: 'Weather in Oslo?' }] }, { callbacks });
take('failing');
const strict = tool(() => 'never', { name: 'weather', description: 'The weather', schema: z.object({ city: z.number() }) });
await createReactAgent({ llm: chat(), tools: [strict], name: 'helper' }).invoke({ messages: [{ role: 'user', content: 'Weather in Oslo?' }] }, { callbacks });
take('refused');

for await (const _ of await chain.stream({ question: 'Weather?' }, { callbacks })) break;
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');
for (let round = 0; round < 100 && tracer.stats().open > 0; round++) {
  collect();
  await new Promise((resolve) => setTimeout(resolve, round));
}
take('left');

const State = Annotation.Root({ answer: Annotation() });
const graph = new StateGraph(State)
  .addNode('ask', () => ({ answer: interrupt('sure?') }))
  .addEdge(START, 'ask')
  .addEdge('ask', END)
  .compile({ name: 'approval', checkpointer: new MemorySaver() });
const thread = { callbacks, configurable: { thread_id: 't1' } };
await graph.invoke({}, thread);
take('waiting');
await graph.invoke(new Command({ resume: 'yes' }), thread);
take('resumed');

const cached = chat({ cache: new InMemoryCache() });
await cached.invoke('Weather?', { callbacks });
await cached.invoke('Weather?', { callbacks });
take('cached');
console.log('::' + JSON.stringify({ ...parts, errors: tracer.stats().internalErrors, open: tracer.stats().open }));
`;

interface Part {
  tree: string;
  calls: Record<string, unknown>[];
}

type PartName = 'invoked' | 'streamed' | 'agent' | 'failing' | 'refused' | 'left' | 'waiting' | 'resumed' | 'cached';

interface Result extends Record<PartName, Part> {
  errors: number;
  open: number;
}

const CHAIN = `chain chain
  prompt ChatPromptTemplate
  llm chat gpt-4o-mini
  parser StrOutputParser
  chain step
    task own`;

const AGENT = `agent invoke_agent helper
  chain agent
    chain prompt
    llm chat gpt-4o-mini
  chain tools
    tool execute_tool weather
      task http
  chain agent
    chain prompt
    llm chat gpt-4o-mini`;

const BILLED = {
  'gen_ai.provider.name': 'openai',
  'gen_ai.request.model': 'gpt-4o-mini',
  'gen_ai.request.temperature': 0,
  'gen_ai.response.finish_reasons': ['stop'],
  'gen_ai.usage.input_tokens': 21,
  'gen_ai.usage.output_tokens': 4,
  'spanline.usage.source': 'provider',
  'spanline.cost.usd': 0.00000555,
};

describe('@langchain/core 0.3', () => {
  it('with LangGraph 0.4 and a client of its time records the same as 1.x', async () => {
    const project = createProject(
      tarballs,
      ['core', 'langchain'],
      ['@langchain/core@0.3.80', '@langchain/openai@0.6.17', '@langchain/langgraph@0.4.10', 'zod@3.25.76'],
      { 'program.mjs': program(`${provider.url}/v1`) },
    );
    const result = await runProgram<Result>(project);
    const { invoked, streamed, agent, failing, refused, left, waiting, resumed, cached, errors, open } = result;
    expect([errors, open]).toEqual([0, 0]);
    expect(invoked.tree).toBe(CHAIN);
    expect(invoked.calls).toMatchObject([BILLED]);
    expect(invoked.calls[0]).not.toHaveProperty('gen_ai.response.time_to_first_chunk');
    expect(streamed.tree).toBe(CHAIN);
    expect(streamed.calls).toMatchObject([
      {
        ...BILLED,
        'gen_ai.request.stream': true,
        'gen_ai.response.time_to_first_chunk': expect.any(Number) as number,
        'spanline.stream.tokens_per_second': expect.any(Number) as number,
      },
    ]);
    expect(agent.tree).toBe(AGENT);
    const failed = AGENT.replace('\n      task http', '').replace('tool weather', 'tool weather [error]');
    expect([failing.tree, refused.tree]).toEqual([failed, failed]);
    expect(left.tree).toContain('chain chain [abandoned]');
    expect(waiting.tree).toBe('agent invoke_agent approval [interrupted]\n  chain ask [interrupted]');
    expect(resumed.tree).toBe('agent invoke_agent approval\n  chain ask');
    expect(agent.calls).toMatchObject([{ 'gen_ai.response.finish_reasons': ['tool_calls'] }, BILLED]);
    expect(agent.calls[0]?.['gen_ai.tool.definitions']).toContain('"The weather"');
    expect(agent.calls[0]?.['gen_ai.output.messages']).toContain('"tool_call"');
    expect(cached.calls).toMatchObject([BILLED, { 'spanline.cache.hit': true, 'spanline.cost.usd': 0 }]);
    expect(cached.calls[1]).not.toHaveProperty('gen_ai.usage.input_tokens');
    expect(cached.calls[1]).not.toHaveProperty('gen_ai.response.time_to_first_chunk');
  });
});
