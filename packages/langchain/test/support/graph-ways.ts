import { drain } from '../../../../test/support/records.ts';

interface Runnable {
  invoke(input: never, options: never): Promise<unknown>;
  stream(input: never, options: never): Promise<AsyncIterable<unknown>>;
  streamEvents(input: never, options: never): unknown;
}

type Open = (graph: Runnable, input: unknown, options: object) => Promise<AsyncIterable<unknown>>;

const events =
  (version: 'v2' | 'v3'): Open =>
  async (graph, input, options) =>
    (await graph.streamEvents(input as never, { ...options, version } as never)) as AsyncIterable<unknown>;

/** The ways to read what a graph does while it does it. */
export const STREAMS: Readonly<Record<string, Open>> = {
  stream: (graph, input, options) => graph.stream(input as never, options as never),
  'stream of messages': (graph, input, options) =>
    graph.stream(input as never, { ...options, streamMode: 'messages', subgraphs: true } as never),
  'streamEvents v2': events('v2'),
  'streamEvents v3': events('v3'),
};

const read =
  (open: Open) =>
  async (graph: Runnable, input: unknown, options: object): Promise<void> => {
    await drain(await open(graph, input, options));
  };

/** The ways to run a graph or an agent to its end. */
export const WAYS: Readonly<Record<string, (graph: Runnable, input: unknown, options: object) => Promise<void>>> = {
  invoke: async (graph, input, options) => {
    await graph.invoke(input as never, options as never);
  },
  ...Object.fromEntries(Object.entries(STREAMS).map(([name, open]) => [name, read(open)])),
};
