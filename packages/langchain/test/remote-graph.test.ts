import { RemoteGraph } from '@langchain/langgraph/remote';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { instrumentLangChain, traceRemoteGraph, untrace } from '@spanline/langchain';
import { openWire, type Wire } from '../../../test/support/wire/server.ts';
import { createWorld, type World } from './support/world.ts';

let wire: Wire;
let world: World;

beforeAll(async () => {
  wire = await openWire();
});

afterAll(() => wire.close());

beforeEach(() => {
  world = createWorld();
  const event = (name: string, data: object) => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
  wire.answer(() => ({
    type: 'text/event-stream',
    chunks: [event('values', { answer: 'At' }), event('values', { answer: 'At six.' })],
  }));
});

afterEach(() => world.check());

const remote = (): RemoteGraph => new RemoteGraph({ graphId: 'tides', url: wire.url, apiKey: 'test' });
const config = { configurable: { thread_id: 't-1' } };

const EXPECTED = {
  'span.name': 'invoke_agent tides',
  'span.type': 'agent',
  'gen_ai.agent.name': 'tides',
  'session.id': 't-1',
  'gen_ai.conversation.id': 't-1',
  'spanline.input': '{"question":"when"}',
  'spanline.output': '{"answer":"At six."}',
};

it.each(['invoke', 'stream'] as const)('a graph on another server is one span (%s)', async (way) => {
  const graph = traceRemoteGraph(remote(), { tracer: world.tracer });
  if (way === 'invoke') expect(await graph.invoke({ question: 'when' }, config)).toEqual({ answer: 'At six.' });
  else for await (const _ of await graph.stream({ question: 'when' }, { ...config, streamMode: 'values' }));
  expect(world.log.records()).toHaveLength(1);
  expect(world.log.records()[0]).toMatchObject(EXPECTED);
});

it('all graphs on other servers are traced by their class, and the tracing can be undone', async () => {
  const uninstall = instrumentLangChain({ tracer: world.tracer, modules: [RemoteGraph] });
  await remote().invoke({ question: 'when' }, config);
  uninstall();
  await untrace(remote()).invoke({ question: 'when' }, config);
  expect(world.log.records()).toHaveLength(1);
});

it('a graph on another server that fails is an error', async () => {
  wire.answer(() => ({ type: 'text/event-stream', chunks: ['event: error\ndata: {"message":"no tide"}\n\n'] }));
  const graph = traceRemoteGraph(remote(), { tracer: world.tracer });
  await expect(graph.invoke({ question: 'when' }, config)).rejects.toThrow('no tide');
  expect(world.log.records()[0]).toMatchObject({ 'span.status': 'error', 'span.name': 'invoke_agent tides' });
});
