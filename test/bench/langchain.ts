import { LangChainInstrumentation } from '@arizeai/openinference-instrumentation-langchain';
import * as callbackManager from '@langchain/core/callbacks/manager';
import { StringOutputParser } from '@langchain/core/output_parsers';
import { ChatPromptTemplate } from '@langchain/core/prompts';
import { LangChainTracer } from '@langchain/core/tracers/tracer_langchain';
import { FakeListChatModel } from '@langchain/core/utils/testing';
import { CallbackHandler } from '@langfuse/langchain';
import { LangfuseSpanProcessor } from '@langfuse/otel';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { Client } from 'langsmith';
import { destination, pino } from 'pino';
import { type CaptureMode, createLogger, createTracer, type Tracer } from '@spanline/core';
import { memoryLog } from '@spanline/core/testing';
import { SpanlineCallbackHandler } from '@spanline/langchain';
import { type BenchCase, type BenchResult, measure } from './harness.ts';
import { metadataRow } from './metadata.ts';
import { addedRatio, bytesPerSpan, type Row, ratio, told } from './rows.ts';
import { type Sink, startSink } from './sink.ts';

const createBenchTracer = (enabled = true, capture: CaptureMode = 'redacted'): Tracer =>
  createTracer({
    logger: createLogger({}, '/dev/null'),
    service: { name: 'bench' },
    statsIntervalSeconds: 0,
    enabled,
    capture,
  });

/** A handler that is awaited and does at each end of a run what `atEnd` does: what LangChain itself asks for every awaited handler. */
function createHandler(name: string, atEnd: () => void = () => {}): object {
  const handler: Record<string, unknown> = { name, awaitHandlers: true, handleLLMNewToken: () => {} };
  for (const run of ['Chain', 'ChatModel', 'LLM', 'Retriever', 'Tool']) {
    handler[`handle${run}Start`] = () => {};
    handler[`handle${run}End`] = atEnd;
    handler[`handle${run}Error`] = () => {};
  }
  return handler;
}

/** The very lines of the four spans, written at the ends of runs by a bare pino that is handed them ready-made: what no handler that logs them can be cheaper than. */
async function createBareHandler(invoke: (handler: object) => () => Promise<void>): Promise<object> {
  const log = memoryLog();
  await invoke(
    new SpanlineCallbackHandler({ tracer: createTracer({ logger: log.logger, statsIntervalSeconds: 0 }) }),
  )();
  const records = log.lines();
  const bare = pino({ base: null }, destination({ dest: '/dev/null', sync: true }));
  let next = 0;
  return createHandler('bare', () => bare.info(records[next++ % records.length]));
}

type Peer = Pick<BenchCase, 'settle' | 'turn'> & { readonly handler?: object };

/** Langfuse's handler, exporting as it does by default (OTLP over HTTP). */
function createLangfuse({ url }: Sink): Peer {
  const processor = new LangfuseSpanProcessor({
    baseUrl: url,
    publicKey: 'pk-lf-bench',
    secretKey: 'sk-lf-bench',
    flushAt: 512,
  });
  new NodeTracerProvider({ spanProcessors: [processor] }).register();
  return { handler: new CallbackHandler(), settle: () => processor.forceFlush() };
}

/** LangChain's own tracer; the fetch of its client is a stub. */
function createLangSmith(): Peer {
  const client = new Client({
    apiUrl: 'http://127.0.0.1:9',
    apiKey: 'bench',
    fetchImplementation: () => Promise.resolve(new Response('{}', { status: 202 })),
  });
  return { handler: new LangChainTracer({ client: client as never }), settle: () => client.awaitPendingTraceBatches() };
}

/** OpenInference's instrumentation, exporting OTLP over HTTP. It patches LangChain; the patch holds during its own turns only. */
function createOpenInference({ url }: Sink): Peer {
  const { CallbackManager } = callbackManager;
  const original = CallbackManager._configureSync;
  const processor = new BatchSpanProcessor(new OTLPTraceExporter({ url: `${url}/v1/traces` }));
  const tracerProvider = new NodeTracerProvider({ spanProcessors: [processor] });
  new LangChainInstrumentation({ tracerProvider }).manuallyInstrument({ ...callbackManager });
  const patched = CallbackManager._configureSync;
  CallbackManager._configureSync = original;
  return {
    settle: () => processor.forceFlush(),
    turn: () => {
      CallbackManager._configureSync = patched;
      return () => {
        CallbackManager._configureSync = original;
      };
    },
  };
}

const QUESTION = { question: 'How do I redact passwords?' };

/** prompt → model → parser: four spans. */
function createChain(responses: string[]): ReturnType<typeof buildChain> {
  return buildChain(new FakeListChatModel({ responses }));
}

function buildChain(model: FakeListChatModel) {
  return ChatPromptTemplate.fromMessages([
    ['system', 'You answer questions about the manual.'],
    ['user', '{question}'],
  ])
    .pipe(model)
    .pipe(new StringOutputParser());
}

async function invokeRows(sink: Sink): Promise<Row[]> {
  const chain = createChain(['Use the redact option.']);
  const invoke = (handler?: object) => async (): Promise<void> => {
    await chain.invoke(QUESTION, handler === undefined ? {} : { callbacks: [handler as SpanlineCallbackHandler] });
  };
  const peer = (name: string, { handler, ...hooks }: Peer): BenchCase => ({ name, run: invoke(handler), ...hooks });
  const redacted: BenchCase = {
    name: 'spanline',
    run: invoke(new SpanlineCallbackHandler({ tracer: createBenchTracer() })),
  };
  const metadata: BenchCase = {
    name: 'spanline, metadata',
    run: invoke(new SpanlineCallbackHandler({ tracer: createBenchTracer(true, 'metadata') })),
  };
  const cases: BenchCase[] = [
    { name: 'awaited no-op handler', run: invoke(createHandler('noop')) },
    { name: 'bare pino.info of the same four records', run: invoke(await createBareHandler(invoke)) },
    redacted,
    { name: 'spanline, disabled', run: invoke(new SpanlineCallbackHandler({ tracer: createBenchTracer(false) })) },
    peer('Langfuse', createLangfuse(sink)),
    peer('OpenInference', createOpenInference(sink)),
    peer('LangChainTracer', createLangSmith()),
  ];
  const [noop, bare, ours, disabled, langfuse, openInference, langSmith] = await measure(cases);
  const what = 'LangChain prompt → model → parser, redacted, CPU';
  return [
    told('the four records of the LangChain run written by a bare pino.info', bare, noop),
    told(`${what} per invoke`, ours, noop),
    ratio(`${what} per invoke`, 1.6, ours, bare),
    addedRatio(`${what} added`, 0.5, noop, ours, langfuse),
    addedRatio(`${what} added`, 0.35, noop, ours, openInference),
    addedRatio(`${what} added`, 1, noop, ours, langSmith),
    bytesPerSpan('LangChain run', 8.7, 4, noop, ours),
    await metadataRow('LangChain run', metadata, redacted),
    ratio('LangChain handler, disabled', 1, disabled, noop),
  ];
}

const FEW = 100;
const MANY = 500;

/** CPU of one more token of a stream, which is what a long stream has over a short one. */
async function tokenRow(): Promise<Row> {
  const stream = (handler: object, tokens: number) => {
    const chain = createChain(['x y '.repeat(tokens / 4)]);
    return async (): Promise<void> => {
      for await (const chunk of await chain.stream(QUESTION, { callbacks: [handler as SpanlineCallbackHandler] }))
        void chunk;
    };
  };
  const noop = createHandler('noop');
  const ours = new SpanlineCallbackHandler({ tracer: createBenchTracer() });
  const [noopFew, noopMany, oursFew, oursMany] = await measure([
    { name: 'no-op, short', run: stream(noop, FEW) },
    { name: 'awaited no-op handler', run: stream(noop, MANY) },
    { name: 'spanline, short', run: stream(ours, FEW) },
    { name: 'spanline', run: stream(ours, MANY) },
  ]);
  const perToken = (few: BenchResult | undefined, many: BenchResult | undefined): BenchResult | undefined =>
    few && many && { ...many, medianNs: (many.medianNs - few.medianNs) / (MANY - FEW) };
  return ratio('LangChain, per streamed token', 1.1, perToken(oursFew, oursMany), perToken(noopFew, noopMany));
}

/** Rows of the LangChain handler. */
export async function langChainRows(): Promise<Row[]> {
  const sink = await startSink();
  try {
    return [...(await invokeRows(sink)), await tokenRow()];
  } finally {
    sink.stop();
  }
}
