/**
 * One case of the suite of wire capture, in a process of its own: a process that has recorded one call may be slower
 * from then on, as every promise is on Node 20 once a context is kept.
 */

import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe } from 'node:diagnostics_channel';
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
/** Short answers before the first turn. V8 is still compiling for as long, and the first cost several times as much. */
const WARM_ANSWERS = 2000;
/** Requests to the other host in one turn. */
const REQUESTS = 500;

/** CPU nanoseconds of one operation, by operation. */
export interface TurnCost {
  /** A short answer. */
  readonly answer: number;
  /** A chunk of a long answer, the end of the answer included. */
  readonly chunk: number;
  readonly other: number;
}

/** The messages that a process of a case answers: with the cost of a turn, or with nothing. */
export type WireOrder = 'turn' | 'warm up';

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

/** The part of the instrumentation that patches a module. */
interface Patchable {
  init(): readonly { patch(exports: object): unknown }[];
}

/** Both official instrumentations, with the manager of contexts that their set-up installs. */
function openTelemetry(): () => void {
  const exporter = new InMemorySpanExporter();
  const provider = new NodeTracerProvider({ spanProcessors: [new BatchSpanProcessor(exporter)] });
  provider.register();
  const undici = new UndiciInstrumentation();
  const openai = new OpenAIInstrumentation();
  for (const each of [undici, openai]) each.setTracerProvider(provider);
  openai.setMeterProvider(metrics.getMeterProvider());
  for (const definition of (openai as unknown as Patchable).init()) definition.patch({ OpenAI, default: OpenAI });
  return () => exporter.reset();
}

interface Handler {
  onData(chunk: Uint8Array): boolean;
}

/** The least that sees every byte on Node 20 and 22: a `fetch` that looks at the address, and counts bytes. */
function counting(): void {
  const original = globalThis.fetch;
  let bytes = 0;
  globalThis.fetch = (input, init) => {
    if (!String(input).includes('/chat/')) return original(input, init);
    const given = Reflect.get(globalThis, Symbol.for('undici.globalDispatcher.1')) as {
      dispatch(options: object, handler: Handler): boolean;
    };
    const dispatch = (options: object, handler: Handler): boolean => {
      const { onData } = handler;
      handler.onData = (chunk): boolean => {
        bytes += chunk.byteLength;
        return onData.call(handler, chunk);
      };
      return given.dispatch(options, handler);
    };
    const dispatcher = Object.create(given, { dispatch: { value: dispatch } }) as object;
    return original(input, { ...init, dispatcher } as RequestInit);
  };
}

/** Listeners that do nothing, on the channels that wire capture listens to: the share that is Node's own. */
function listening(): void {
  for (const name of ['create', 'bodyChunkSent', 'bodySent', 'headers', 'bodyChunkReceived', 'trailers', 'error'])
    subscribe(`undici:request:${name}`, () => undefined);
}

const nothing = (): void => undefined;

/** Sets a case up. What it returns is called after each turn. */
const CASES = {
  'client as it is': (): (() => void) => nothing,
  async wire(): Promise<() => void> {
    // Importing the package starts it: only this case does.
    const { createLogger, createTracer } = await import('@spanline/core');
    const { wire } = await import('@spanline/wire');
    const logger = createLogger({}, '/dev/null');
    wire({ tracer: createTracer({ logger, service: { name: 'bench' }, statsIntervalSeconds: 0 }), patch: true });
    return nothing;
  },
  OpenTelemetry: openTelemetry,
  'a context was entered': (): (() => void) => {
    new AsyncLocalStorage<number>().run(1, nothing);
    return nothing;
  },
  'bytes are counted': (): (() => void) => {
    counting();
    return nothing;
  },
  'listeners that do nothing': (): (() => void) => {
    listening();
    return nothing;
  },
} as const;

export type WireCase = keyof typeof CASES;

function cpuNs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) * 1000;
}

async function work(name: WireCase, url: string, report: (chunks: number) => void): Promise<void> {
  const after = await CASES[name]();
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
  const turn = async (): Promise<TurnCost> => {
    const marked = await stream(CHUNKS);
    const ended = cpuNs();
    for (let count = 0; count < ANSWERS; count++) await stream(SHORT_CHUNKS);
    const answered = cpuNs();
    for (let request = 0; request < REQUESTS; request++)
      await (await fetch(`${url}/stock`, { method: 'POST', body: '{"article":7}' })).json();
    const other = (cpuNs() - answered) / REQUESTS;
    after();
    const chunk = (ended - marked) / (CHUNKS - CHUNKS_BEFORE);
    return { answer: (answered - ended) / ANSWERS, chunk, other };
  };
  process.on('disconnect', () => process.exit());
  const warmUp = async (): Promise<void> => {
    for (let count = 0; count < WARM_ANSWERS; count++) await stream(SHORT_CHUNKS);
  };
  const orders = { turn, 'warm up': warmUp };
  process.on('message', (order: WireOrder) => void orders[order]().then((cost) => process.send?.(cost ?? {})));
}

const [, , name = '', url = '', file = ''] = process.argv;
if (process.send !== undefined && Object.hasOwn(CASES, name)) await work(name as WireCase, url, reporter(file));
