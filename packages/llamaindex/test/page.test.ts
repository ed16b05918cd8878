/** The trees and the line on the pages of LlamaIndex are those that programs print. */

import { LLMock } from '@copilotkit/aimock';
import { OpenAI, OpenAIEmbedding } from '@llamaindex/openai';
import * as workflow from '@llamaindex/workflow';
import {
  ContextChatEngine,
  Document,
  FunctionTool,
  Settings,
  SimilarityPostprocessor,
  VectorStoreIndex,
} from 'llamaindex';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Tracer } from '@spanline/core';
import type { MemoryLog } from '@spanline/core/testing';
import { instrumentLlamaIndex, traceWorkflow, type Uninstall } from '@spanline/llamaindex';
import { useTracer, useWire } from '../../../test/support/set-up.ts';
import { expectLine, expectTree } from '../../../test/support/shown.ts';
import { json, type Wire } from '../../../test/support/wire/server.ts';

type AgentParams = Parameters<typeof workflow.agent>[0];
type AgentTool = NonNullable<AgentParams['tools']>[number];
type AgentLLM = NonNullable<AgentParams['llm']>;

const README = 'packages/llamaindex/README.md';
const PAGE = 'docs/llamaindex.md';
const usage = { prompt_tokens: 60, completion_tokens: 6 };
/** A vector as OpenAI's client asks for it. */
const VECTOR = Buffer.from(Float32Array.of(0.5, 0.25, 0.125).buffer).toString('base64');
let provider: LLMock;
let wire: Wire;
let log: MemoryLog;
let tracer: Tracer;
let uninstall: Uninstall;

useWire((opened) => {
  wire = opened;
});

useTracer((newLog, newTracer) => {
  [log, tracer] = [newLog, newTracer];
});

/** A call of this tool. */
const calls = (name: string, args: object): object => ({
  toolCalls: [{ id: `call_${name}`, name, arguments: JSON.stringify(args) }],
  usage,
});

beforeAll(async () => {
  provider = new LLMock({ port: 0, host: '127.0.0.1', logLevel: 'silent' });
  const answered = ({ messages }: { messages: unknown }): boolean => JSON.stringify(messages).includes('rain in');
  provider.on({ predicate: answered }, { content: 'It rains.', usage });
  provider.on({ toolName: 'handOff' }, calls('handOff', { toAgent: 'forecaster', reason: 'weather' }));
  provider.on({ toolName: 'weather' }, calls('weather', { city: 'Oslo' }));
  provider.on({ predicate: () => true }, { content: 'Apples are red.', usage });
  await provider.start();
});

afterAll(() => provider.stop());

beforeEach(() => {
  wire.answer(() => json({ data: [{ index: 0, embedding: VECTOR }], usage: { prompt_tokens: 4, total_tokens: 4 } }));
  uninstall = instrumentLlamaIndex({ tracer, streamUsage: true });
  const client = { apiKey: 'test', maxRetries: 0 };
  const chat = { ...client, additionalSessionOptions: { baseURL: `${provider.url}/v1` } };
  const vectors = { ...client, additionalSessionOptions: { baseURL: `${wire.url}/v1` } };
  Settings.llm = new OpenAI({ model: 'gpt-4o-mini', ...chat });
  Settings.embedModel = new OpenAIEmbedding({ model: 'text-embedding-3-small', ...vectors });
});

afterEach(() => uninstall());

const createIndex = (): Promise<VectorStoreIndex> =>
  VectorStoreIndex.fromDocuments([new Document({ text: 'Apples are red.' })]);

it('a query prints the tree and the line of the pages', async () => {
  const nodePostprocessors = [new SimilarityPostprocessor({ similarityCutoff: 0.5 })];
  const engine = (await createIndex()).asQueryEngine({ nodePostprocessors });
  const answer = await engine.query({ query: 'What are apples?' });
  expect(String(answer.message.content)).toBe('Apples are red.');
  expectTree([README, PAGE], log.records());
  expectLine([README, PAGE], log.records());
});

it('a chat engine prints the tree of the page', async () => {
  const retriever = (await createIndex()).asRetriever();
  log.clear();
  await new ContextChatEngine({ retriever }).chat({ message: 'What are apples?' });
  expectTree([PAGE], log.records());
});

it('agents that hand over print the tree of the page', async () => {
  const llm = Settings.llm as unknown as AgentLLM;
  const parameters = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] } as const;
  const options = { name: 'weather', description: 'tells the weather', parameters };
  const weather = FunctionTool.from(({ city }: { city: string }) => `rain in ${city}`, options);
  const forecaster = workflow.agent({ name: 'forecaster', llm, tools: [weather as unknown as AgentTool] });
  const desk = workflow.agent({ name: 'desk', llm, canHandoffTo: [forecaster] });
  await workflow.multiAgent({ agents: [desk, forecaster], rootAgent: desk }).run('Weather in Oslo?');
  expectTree([PAGE], log.records());
});

it('a workflow prints the tree of the page', async () => {
  const asked = workflow.workflowEvent<string>({ debugLabel: 'asked' });
  const drafted = workflow.workflowEvent<string>({ debugLabel: 'drafted' });
  const answered = workflow.workflowEvent<string>({ debugLabel: 'answered' });
  const writing = traceWorkflow(workflow.createWorkflow(), { name: 'writing' });
  writing.handle([asked], async function draft(_context, { data }) {
    return drafted.with((await Settings.llm.complete({ prompt: data })).text);
  });
  writing.handle([drafted], (_context, { data }) => answered.with(data.trim()));
  const { stream, sendEvent } = writing.createContext();
  sendEvent(asked.with('apples'));
  await stream.until(answered).toArray();
  expectTree([PAGE], log.records());
});
