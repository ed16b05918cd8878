/** Wire capture beside the official OpenTelemetry instrumentations of undici and OpenAI. */

import { fork } from 'node:child_process';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { metrics } from '@opentelemetry/api';
import { OpenAIInstrumentation } from '@opentelemetry/instrumentation-openai';
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici';
import { BatchSpanProcessor, InMemorySpanExporter } from '@opentelemetry/sdk-trace-base';
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import OpenAI from 'openai';
import { createLogger, createTracer } from '@spanline/core';
import { wire } from '@spanline/wire';
import { type BenchCase, type BenchResult, measure } from './harness.ts';
import { addedRatio, addedTold, micros, type Row, ratio, told } from './rows.ts';
import { CHUNKS, MANY_CHUNKS } from './wire-server.ts';

type Turn = NonNullable<BenchCase['turn']>;

/** The part of the instrumentation that patches a module. */
interface Patchable {
  init(): readonly { patch(exports: object): unknown; unpatch(exports: object): void }[];
}

/** Both official instrumentations, for their own turns only. */
function openTelemetry(): Turn {
  const exporter = new InMemorySpanExporter();
  const tracerProvider = new NodeTracerProvider({ spanProcessors: [new BatchSpanProcessor(exporter)] });
  const undici = new UndiciInstrumentation({ enabled: false });
  const openai = new OpenAIInstrumentation({ enabled: false });
  for (const each of [undici, openai]) each.setTracerProvider(tracerProvider);
  openai.setMeterProvider(metrics.getMeterProvider());
  const definitions = (openai as unknown as Patchable).init();
  const module = { OpenAI, default: OpenAI };
  return () => {
    undici.enable();
    openai.enable();
    for (const definition of definitions) definition.patch(module);
    return () => {
      for (const definition of definitions) definition.unpatch(module);
      openai.disable();
      undici.disable();
      exporter.reset();
    };
  };
}

/** Listeners that do nothing, on the channels that wire capture listens to: the share that is Node's own. */
const listening: Turn = () => {
  const names = ['create', 'bodyChunkSent', 'bodySent', 'headers', 'bodyChunkReceived', 'trailers', 'error'];
  const channels = names.map((name) => `undici:request:${name}`);
  const nothing = (): void => undefined;
  for (const channel of channels) subscribe(channel, nothing);
  return () => {
    for (const channel of channels) unsubscribe(channel, nothing);
  };
};

/** The cost of one more chunk, from answers of two lengths: the request and its line are in both. */
function perChunk(few: BenchResult | undefined, many: BenchResult | undefined): BenchResult {
  const each = (of: (result: BenchResult) => number): number =>
    few === undefined || many === undefined ? Number.NaN : (of(many) - of(few)) / (MANY_CHUNKS - CHUNKS);
  return {
    name: few?.name ?? '?',
    medianNs: each(({ medianNs }) => medianNs),
    minNs: each(({ minNs }) => minNs),
    maxNs: each(({ maxNs }) => maxNs),
    bytes: each(({ bytes }) => bytes),
    gcNs: each(({ gcNs }) => gcNs),
  };
}

/** The share of what an answer adds that does not grow with its chunks: its request and its line. */
function shareOnce(bare: BenchResult, watched: BenchResult, chunk: BenchResult, chunkWatched: BenchResult): Row {
  const added = watched.medianNs - bare.medianNs;
  const once = added - CHUNKS * (chunkWatched.medianNs - chunk.medianNs);
  return {
    what: '  - of what it adds, once for each answer',
    budget: '',
    limit: Number.POSITIVE_INFINITY,
    unit: '%',
    measured: (100 * once) / added,
    detail: `${micros(once)} of +${micros(added)}`,
  };
}

/** Rows of wire capture. On Node 20 and 22 with its patch of `fetch`. */
export async function wireRows(): Promise<Row[]> {
  const server = fork(fileURLToPath(new URL('wire-server.ts', import.meta.url)), { execArgv: ['--import', 'tsx'] });
  try {
    const [port] = (await once(server, 'message')) as [number];
    const url = `http://127.0.0.1:${port}`;
    const tracer = createTracer({
      logger: createLogger({}, '/dev/null'),
      service: { name: 'bench' },
      statsIntervalSeconds: 0,
    });
    const look: Turn = () => wire({ tracer, patch: true });
    // The fetch of each turn.
    const fetching: typeof fetch = (...args) => fetch(...args);
    const client = new OpenAI({ apiKey: 'bench', baseURL: `${url}/v1`, maxRetries: 0, fetch: fetching });
    const messages = [{ role: 'user' as const, content: 'How do I redact passwords?' }];
    const streaming = (length: number) => async (): Promise<void> => {
      const asked = { model: 'gpt-4o-mini', messages, max_tokens: length, stream: true } as const;
      let chunks = 0;
      for await (const _ of await client.chat.completions.create(asked)) chunks++;
      if (chunks < length) throw new Error(`a stream of ${chunks} chunks`);
    };
    const stream = streaming(CHUNKS);
    const other = async (): Promise<void> => {
      await (await fetch(`${url}/stock`, { method: 'POST', body: '{"article":7}' })).json();
    };
    const theirs = openTelemetry();
    const streams = await measure([
      { name: 'client as it is', run: stream },
      { name: 'wire', run: stream, turn: look },
      { name: 'OpenTelemetry', run: stream, turn: theirs },
      { name: 'listeners that do nothing', run: stream, turn: listening },
    ]);
    const long = await measure([
      { name: 'client as it is', run: streaming(MANY_CHUNKS) },
      { name: 'wire', run: streaming(MANY_CHUNKS), turn: look },
      { name: 'OpenTelemetry', run: streaming(MANY_CHUNKS), turn: theirs },
    ]);
    const others = await measure([
      { name: 'fetch as it is', run: other },
      { name: 'wire', run: other, turn: look },
      { name: 'OpenTelemetry', run: other, turn: theirs },
    ]);
    const [bare, watched, traced, listened] = streams;
    const chunk = streams.slice(0, long.length).map((few, index) => perChunk(few, long[index]));
    const [chunkBare, chunkWatched, chunkTraced] = chunk;
    const [plain, beside, spanned] = others;
    if (bare === undefined || watched === undefined || chunkBare === undefined || chunkWatched === undefined) return [];
    // The rows of the table in docs/wire.md.
    return [
      told(`a streamed answer of ${CHUNKS} chunks`, watched, bare),
      shareOnce(bare, watched, chunkBare, chunkWatched),
      told('  - listeners that do nothing', listened, bare),
      addedTold('  - added, beside OpenTelemetry', bare, watched, traced),
      ratio('one more chunk', 1.1, chunkWatched, chunkBare),
      addedTold('  - added to it, beside OpenTelemetry', chunkBare, chunkWatched, chunkTraced),
      ratio('a request to another host', 1.02, beside, plain),
      addedRatio('  - added to that, beside OpenTelemetry', 0.1, plain, beside, spanned),
    ];
  } finally {
    server.kill();
  }
}
