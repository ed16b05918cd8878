import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { Document } from '@langchain/core/documents';
import { AIMessage } from '@langchain/core/messages';
import { StringOutputParser } from '@langchain/core/output_parsers';
import { ChatPromptTemplate } from '@langchain/core/prompts';
import { BaseRetriever } from '@langchain/core/retrievers';
import { RunnableLambda, RunnableMap } from '@langchain/core/runnables';
import { tool } from '@langchain/core/tools';
import { FakeStreamingChatModel } from '@langchain/core/utils/testing';
import { Annotation, END, Send, START, StateGraph } from '@langchain/langgraph';
import express from 'express';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createTracer, type Tracer, validate } from '@spanline/core';
import { type MemoryLog, memoryLog } from '@spanline/core/testing';
import { spanlineExpress } from '@spanline/express';
import { SpanlineCallbackHandler } from '@spanline/langchain';
import { drain } from '../support/records.ts';
import { type Beside, standBeside } from './support/beside.ts';

const REQUESTS = 50;

let beside: Beside;
let server: Server;
let url: string;
let log: MemoryLog;
let tracer: Tracer;
let callbacks: never[];
let serve: (id: string) => Promise<unknown>;

/** A span and a line of the application's own, after others had their turn. */
async function own(id: string, place: string): Promise<string> {
  await wait(Number(id) % 4);
  await tracer.withSpan(`own ${id} ${place}`, () => wait(1));
  tracer.logger.info({ place: `${id} ${place}` }, 'inside');
  return id;
}

const lambda = (name: string) => RunnableLambda.from((id: string) => own(id, name)).withConfig({ runName: name });

class Docs extends BaseRetriever {
  override lc_namespace = ['test'];
  static override lc_name(): string {
    return 'Docs';
  }
  override async _getRelevantDocuments(id: string): Promise<Document[]> {
    return [new Document({ id: `doc ${id}`, pageContent: await own(id, 'Docs') })];
  }
}

/** Three branches at once, one of them a prompt, a model and a parser, between two lambdas. */
const chain = (id: string) =>
  lambda('intake')
    .pipe(
      RunnableMap.from({
        documents: new Docs(),
        text: RunnableLambda.from((question: string) => ({ question }))
          .pipe(ChatPromptTemplate.fromTemplate('{question}'))
          .pipe(new FakeStreamingChatModel({ responses: [new AIMessage(id)], sleep: Number(id) % 5 }))
          .pipe(new StringOutputParser()),
        branch: lambda('branch'),
      }),
    )
    .pipe(RunnableLambda.from(() => id))
    .pipe(lambda('join'))
    .withConfig({ runName: 'chain' });

const CHAIN = [
  'chain',
  'chain > intake',
  'chain > intake > own # intake',
  'chain > retrieval Docs',
  'chain > retrieval Docs > own # Docs',
  'chain > ChatPromptTemplate',
  'chain > chat FakeStreamingChatModel',
  'chain > StrOutputParser',
  'chain > branch',
  'chain > branch > own # branch',
  'chain > join',
  'chain > join > own # join',
];

const zod = { name: 'look_up', schema: z.object({ id: z.string() }) };
const json = { name: 'weigh', schema: { type: 'object', properties: { id: { type: 'string' } } } as never };
const lookUp = tool(({ id }) => own(id, 'look_up'), zod);
const weigh = tool(({ id }: { id: string }) => own(id, 'weigh'), json);

const State = Annotation.Root({
  id: Annotation<string>({ reducer: (_, id) => id, default: () => '' }),
  found: Annotation<string[]>({ reducer: (a, b) => [...a, ...b], default: () => [] }),
});

/** A graph that fans out to a graph, whose node calls two tools at once, and then calls the chain. */
function graph(id: string) {
  const finder = new StateGraph(State)
    .addNode('dig', async (_state, config) => {
      await Promise.all([own(id, 'dig'), lookUp.invoke({ id }, config), weigh.invoke({ id } as never, config)]);
      return { found: [id] };
    })
    .addEdge(START, 'dig')
    .addEdge('dig', END)
    .compile({ name: 'finder' });
  return new StateGraph(State)
    .addNode('plan', async () => ({ found: [await own(id, 'plan')] }))
    .addNode('search', finder)
    .addNode('write', async (_state, config) => {
      await chain(id).invoke(id, config);
      return {};
    })
    .addEdge(START, 'plan')
    .addConditionalEdges('plan', () => [new Send('search', { id }), new Send('search', { id })])
    .addEdge('search', 'write')
    .addEdge('write', END)
    .compile({ name: 'support' });
}

const under = (parent: string, paths: readonly string[]): string[] => paths.map((path) => `${parent} > ${path}`);
const SEARCH = [
  'search',
  ...under('search', ['invoke_agent finder', 'invoke_agent finder > dig']),
  ...under('search > invoke_agent finder > dig', [
    'own # dig',
    'execute_tool look_up',
    'execute_tool look_up > own # look_up',
    'execute_tool weigh',
    'execute_tool weigh > own # weigh',
  ]),
];
const GRAPH = [
  'invoke_agent support',
  ...under('invoke_agent support', ['plan', 'plan > own # plan', ...SEARCH, ...SEARCH, 'write']),
  ...under('invoke_agent support > write', CHAIN),
];

/** How the application calls, and the spans of one request; `#` is the request's number. */
const WAYS: Readonly<Record<string, readonly [call: (id: string) => Promise<unknown>, paths: readonly string[]]>> = {
  'a chain, invoked': [(id) => chain(id).invoke(id, { callbacks }), CHAIN],
  'a chain, in a batch of two': [(id) => chain(id).batch([id, id], { callbacks }), [...CHAIN, ...CHAIN]],
  'a chain, streamed': [async (id) => drain(await chain(id).stream(id, { callbacks })), CHAIN],
  'a chain, as events (v1)': [(id) => drain(chain(id).streamEvents(id, { callbacks, version: 'v1' })), CHAIN],
  'a chain, as events (v2)': [(id) => drain(chain(id).streamEvents(id, { callbacks, version: 'v2' })), CHAIN],
  'a graph, invoked': [(id) => graph(id).invoke({ id }, { callbacks }), GRAPH],
  'a graph, streamed with its subgraphs': [
    async (id) =>
      drain(await graph(id).stream({ id }, { callbacks, subgraphs: true, streamMode: ['updates', 'messages'] })),
    GRAPH,
  ],
  'a graph, as events (v2)': [(id) => drain(graph(id).streamEvents({ id }, { callbacks, version: 'v2' })), GRAPH],
  'a graph, as events (v3)': [
    async (id) => drain(await graph(id).streamEvents({ id }, { callbacks, version: 'v3' })),
    GRAPH,
  ],
};

beforeAll(async () => {
  beside = standBeside();
  const app = express();
  app.use((request, response, next) => spanlineExpress({ tracer })(request, response, next));
  app.get('/:id', async (request, response) => {
    await serve(request.params.id);
    response.send('done');
  });
  server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

beforeEach(() => {
  log = memoryLog();
  tracer = createTracer({ logger: log.logger, service: { name: 'test' }, statsIntervalSeconds: 0, capture: 'full' });
  callbacks = [new SpanlineCallbackHandler({ tracer }), ...beside.callbacks] as never[];
});

afterEach(async () => {
  await beside.heard();
  for (const record of log.records()) expect(validate(record)).toEqual({ valid: true });
  expect(tracer.stats()).toMatchObject({ internalErrors: 0, open: 0 });
});

describe('50 requests at once, with Langfuse, LangSmith and OpenInference beside', () => {
  it.each(Object.keys(WAYS))('have every span and every line under their own request and step: %s', async (way) => {
    const [call, paths] = WAYS[way] as (typeof WAYS)[string];
    serve = call;
    const answers = await Promise.all(Array.from({ length: REQUESTS }, (_, id) => fetch(`${url}/${id}`)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    const records = log.records();
    const requests = records.filter((record) => record['span.type'] === 'http');
    expect(requests.map((record) => record['url.path']).toSorted()).toEqual(
      Array.from({ length: REQUESTS }, (_, id) => `/${id}`).toSorted(),
    );
    const places = new Map(records.map((record) => [record.span_id, `${record.trace_id} ${record['span.path']}`]));
    for (const request of requests) {
      const id = String(request['url.path']).slice(1);
      const spans = records.filter(({ trace_id: trace }) => trace === request.trace_id);
      const expected = ['GET /:id', ...under('GET /:id', paths)].map((path) => path.replace('#', id));
      expect(spans.map((record) => record['span.path']).toSorted()).toEqual(expected.toSorted());
    }
    for (const line of log.lines().filter(({ message }) => message === 'inside')) {
      const [id, place] = String(line['place']).split(' ');
      const request = requests.find((record) => record['url.path'] === `/${id}`);
      expect(places.get(String(line['span_id']))).toMatch(
        new RegExp(`^${request?.trace_id} GET /:id > .*\\b${place}$`),
      );
    }
  });

  it.each(['a chain, streamed', 'a graph, invoked'])('take nothing from the others: %s', async (way) => {
    const [call] = WAYS[way] as (typeof WAYS)[string];
    await call('1');
    const together = await beside.heard();
    callbacks = beside.callbacks as never[];
    await call('1');
    const alone = await beside.heard();
    expect(together).toEqual(alone);
    for (const names of Object.values(together)) expect(names.length).toBeGreaterThan(5);
  });
});
