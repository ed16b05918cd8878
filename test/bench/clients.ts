import { OpenAIInstrumentation } from '@arizeai/openinference-instrumentation-openai';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { Client } from 'langsmith';
import { wrapOpenAI as wrapLangSmith } from 'langsmith/wrappers';
import OpenAI from 'openai';
import { type CaptureMode, createLogger, createTracer, type Tracer } from '@spanline/core';
import { wrapOpenAI } from '@spanline/openai';
import { readyRecords, spanByHand } from './clients-floors.ts';
import { INSTRUCTIONS, QUESTION } from './facts.ts';
import { type BenchCase, measure } from './harness.ts';
import { metadataRow } from './metadata.ts';
import { addedRatio, addedTold, bytesPerSpan, type Row, ratio, told } from './rows.ts';
import { type Sink, startSink } from './sink.ts';

const ANSWER = JSON.stringify({
  id: 'chatcmpl-bench',
  object: 'chat.completion',
  created: 1,
  model: 'gpt-4o-mini-2024-07-18',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Use the redact option.' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 40, completion_tokens: 12, total_tokens: 52 },
});

const HEADERS = {
  'content-type': 'application/json',
  'x-request-id': 'req_bench',
  'x-ratelimit-limit-requests': '10000',
  'x-ratelimit-remaining-requests': '9999',
};

/** A client that is answered from memory. */
function createClient(): OpenAI {
  return new OpenAI({
    apiKey: 'bench',
    maxRetries: 0,
    fetch: () => Promise.resolve(new Response(ANSWER, { headers: HEADERS })),
  });
}

const createBenchTracer = (enabled = true, capture: CaptureMode = 'redacted'): Tracer =>
  createTracer({
    logger: createLogger({}, '/dev/null'),
    service: { name: 'bench' },
    statsIntervalSeconds: 0,
    enabled,
    capture,
  });

const MESSAGES: OpenAI.ChatCompletionMessageParam[] = [
  { role: 'system', content: INSTRUCTIONS },
  { role: 'user', content: QUESTION },
];

const ask = (client: OpenAI) => async (): Promise<void> => {
  await client.chat.completions.create({ model: 'gpt-4o-mini', temperature: 0, messages: MESSAGES });
};

/** LangSmith's wrapper; the fetch of its own client is a stub. */
function createLangSmith(): BenchCase {
  const client = new Client({
    apiUrl: 'http://127.0.0.1:9',
    apiKey: 'bench',
    fetchImplementation: () => Promise.resolve(new Response('{}', { status: 202 })),
  });
  const wrapped = wrapLangSmith(createClient(), { client, tracingEnabled: true });
  return { name: "LangSmith's wrapOpenAI", run: ask(wrapped), settle: () => client.awaitPendingTraceBatches() };
}

/** OpenInference's instrumentation, exporting OTLP over HTTP. It patches the class; the patch holds during its own turns only. */
function createOpenInference({ url }: Sink): BenchCase {
  const { prototype } = OpenAI.Chat.Completions;
  const original = prototype.create;
  const processor = new BatchSpanProcessor(new OTLPTraceExporter({ url: `${url}/v1/traces` }));
  const tracerProvider = new NodeTracerProvider({ spanProcessors: [processor] });
  new OpenAIInstrumentation({ tracerProvider }).manuallyInstrument(OpenAI);
  const patched = prototype.create;
  prototype.create = original;
  return {
    name: 'OpenInference',
    run: ask(createClient()),
    settle: () => processor.forceFlush(),
    turn: () => {
      prototype.create = patched;
      return () => {
        prototype.create = original;
      };
    },
  };
}

/** Rows of the wrapped client. */
export async function clientRows(): Promise<Row[]> {
  const sink = await startSink();
  try {
    const redacted: BenchCase = {
      name: 'spanline',
      run: ask(wrapOpenAI(createClient(), { tracer: createBenchTracer() })),
    };
    const metadata: BenchCase = {
      name: 'spanline, metadata',
      run: ask(wrapOpenAI(createClient(), { tracer: createBenchTracer(true, 'metadata') })),
    };
    const [plain, ours, byHand, pino, json, disabled, langSmith, openInference] = await measure([
      { name: 'client as it is', run: ask(createClient()) },
      redacted,
      spanByHand(createClient(), ask, createBenchTracer()),
      ...(await readyRecords(createClient, ask)),
      { name: 'spanline, disabled', run: ask(wrapOpenAI(createClient(), { tracer: createBenchTracer(false) })) },
      createLangSmith(),
      createOpenInference(sink),
    ]);
    const what = 'OpenAI chat.completions.create, redacted, CPU';
    return [
      ratio(`${what} per call`, 1.5, ours, plain),
      addedRatio(`${what} added`, 0.15, plain, ours, langSmith),
      addedRatio(`${what} added`, 0.5, plain, ours, openInference),
      addedTold('- a span by hand with the same facts', plain, byHand, openInference),
      addedTold('- the ready-made record, written by a bare pino.info', plain, pino, openInference),
      addedTold('- the ready-made record, as JSON and a write', plain, json, openInference),
      told('- whole call with the ready-made record, written by a bare pino.info', pino, plain),
      bytesPerSpan('OpenAI call', 29, 1, plain, ours),
      await metadataRow('OpenAI call', metadata, redacted),
      ratio('wrapped client, disabled', 1.02, disabled, plain),
    ];
  } finally {
    sink.stop();
  }
}
