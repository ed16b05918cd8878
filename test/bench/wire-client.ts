/** A process of the suite of wire capture: it measures the cases that it is told. */

import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { openSync, writeSync } from 'node:fs';
import { metrics } from '@opentelemetry/api';
import { OpenAIInstrumentation } from '@opentelemetry/instrumentation-openai';
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici';
import { BatchSpanProcessor, InMemorySpanExporter } from '@opentelemetry/sdk-trace-base';
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import OpenAI from 'openai';

/** Chunks of a long answer, and those of them that come before its CPU time is first read. */
const CHUNKS = 3500;
const CHUNKS_BEFORE = 500;
/** Chunks of a short answer, and such answers in one turn. */
export const SHORT_CHUNKS = 20;
const ANSWERS = 100;
/** Requests to the other host in one turn. */
const REQUESTS = 1000;

/** CPU nanoseconds of one operation, by operation. */
export interface TurnCost {
  /** A short answer. */
  readonly answer: number;
  /** A chunk of a long answer, the end of the answer included. */
  readonly chunk: number;
  readonly other: number;
}

/** What a process does next. It answers with the cost, or with nothing. */
export type WireOrder =
  | { readonly turn: WireCase }
  /** Short answers, and half as many requests to the other host. */
  | { readonly warmUp: WireCase; readonly answers: number };

const COUNT_BYTES = 4;
/** Chunks between two reports to the server. */
const REPORT_EACH = 8;

/** Tells the server how many chunks have been taken. */
function reporter(file: string): (chunks: number) => void {
  const progress = openSync(file, 'r+');
  const count = Buffer.alloc(COUNT_BYTES);
  return (chunks) => {
    count.writeUInt32LE(chunks);
    writeSync(progress, count, 0, COUNT_BYTES, 0);
  };
}

const nothing = (): void => undefined;

/** The part of the instrumentation that patches a module. */
interface Patchable {
  init(): readonly { patch(exports: object): unknown }[];
}

/** Both official instrumentations, with the manager of contexts that their set-up installs. They stay. */
function openTelemetry(): () => () => void {
  const exporter = new InMemorySpanExporter();
  const provider = new NodeTracerProvider({ spanProcessors: [new BatchSpanProcessor(exporter)] });
  provider.register();
  const undici = new UndiciInstrumentation();
  const openai = new OpenAIInstrumentation();
  for (const each of [undici, openai]) each.setTracerProvider(provider);
  openai.setMeterProvider(metrics.getMeterProvider());
  for (const definition of (openai as unknown as Patchable).init()) definition.patch({ OpenAI, default: OpenAI });
  return () => () => exporter.reset();
}

async function wireCapture(): Promise<() => () => void> {
  // Importing the package starts it.
  process.env['SPANLINE_WIRE'] = 'false';
  const { createLogger, createTracer } = await import('@spanline/core');
  const { wire } = await import('@spanline/wire');
  const logger = createLogger({}, '/dev/null');
  const tracer = createTracer({ logger, service: { name: 'bench' }, statsIntervalSeconds: 0 });
  return () => wire({ tracer, patch: true });
}

/** The least that listens to the channels: the share that is Node's own. */
function listening(): () => void {
  const names = ['create', 'bodyChunkSent', 'bodySent', 'headers', 'bodyChunkReceived', 'trailers', 'error'];
  for (const name of names) subscribe(`undici:request:${name}`, nothing);
  return () => {
    for (const name of names) unsubscribe(`undici:request:${name}`, nothing);
  };
}

interface UndiciRequest {
  readonly path: string;
  onData(chunk: Uint8Array): unknown;
}

/** The least that sees every byte where none are published: a method of each request that counts them. */
function counting(): () => void {
  let bytes = 0;
  const created = (message: unknown): void => {
    const { request } = message as { readonly request: UndiciRequest };
    if (!request.path.includes('/chat/')) return;
    const { onData } = request;
    request.onData = (chunk): unknown => {
      bytes += chunk.byteLength;
      return onData.call(request, chunk);
    };
  };
  subscribe('undici:request:create', created);
  return () => void unsubscribe('undici:request:create', created);
}

/** Sets a case up. What it returns starts a turn, and returns what ends the turn. */
const CASES = {
  'client as it is': () => () => nothing,
  wire: wireCapture,
  OpenTelemetry: openTelemetry,
  'bytes are counted': () => counting,
  'listeners that do nothing': () => listening,
} as const satisfies Readonly<Record<string, () => (() => () => void) | Promise<() => () => void>>>;

export type WireCase = keyof typeof CASES;

function cpuNs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) * 1000;
}

async function work(url: string, report: (chunks: number) => void): Promise<void> {
  const client = new OpenAI({ apiKey: 'bench', baseURL: `${url}/v1`, maxRetries: 0 });
  const messages = [{ role: 'user' as const, content: 'How do I redact passwords?' }];
  /** @returns CPU nanoseconds of the process when the first chunks had come */
  const stream = async (length: number): Promise<number> => {
    let marked = 0;
    let chunks = 0;
    report(0);
    const asked = { model: 'gpt-4o-mini', messages, max_tokens: length, stream: true } as const;
    for await (const _ of await client.chat.completions.create(asked)) {
      if (++chunks % REPORT_EACH === 0) report(chunks);
      if (chunks === CHUNKS_BEFORE) marked = cpuNs();
    }
    if (chunks < length) throw new Error(`a stream of ${chunks} chunks`);
    return marked;
  };
  const answer = async (count: number): Promise<void> => {
    for (let made = 0; made < count; made++) await stream(SHORT_CHUNKS);
  };
  const ask = async (count: number): Promise<void> => {
    for (let made = 0; made < count; made++)
      await (await fetch(`${url}/stock`, { method: 'POST', body: '{"article":7}' })).json();
  };
  /** The garbage of one operation is no work of the next. */
  const measured = async (count: number, run: () => Promise<number | void>): Promise<number> => {
    globalThis.gc?.();
    const started = cpuNs();
    const marked = await run();
    return (cpuNs() - (marked ?? started)) / count;
  };
  const starts = new Map<WireCase, () => () => void>();
  const start = async (name: WireCase): Promise<() => void> => {
    const begin = starts.get(name) ?? (await CASES[name]());
    starts.set(name, begin);
    return begin();
  };
  const follow = async (order: WireOrder): Promise<TurnCost | undefined> => {
    const end = await start('turn' in order ? order.turn : order.warmUp);
    try {
      if ('turn' in order)
        return {
          other: await measured(REQUESTS, () => ask(REQUESTS)),
          answer: await measured(ANSWERS, () => answer(ANSWERS)),
          chunk: await measured(CHUNKS - CHUNKS_BEFORE, () => stream(CHUNKS)),
        };
      await answer(order.answers);
      await ask(order.answers / 2);
      return undefined;
    } finally {
      end();
    }
  };
  process.on('disconnect', () => process.exit());
  process.on('message', (order: WireOrder) => void follow(order).then((cost) => process.send?.(cost ?? {})));
}

const [, , url = '', file = ''] = process.argv;
if (process.send !== undefined && url !== '') await work(url, reporter(file));
