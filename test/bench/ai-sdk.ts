import { createOpenAI } from '@ai-sdk/openai';
import { OpenTelemetry } from '@ai-sdk/otel';
import { context } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { generateText, type ModelMessage, type TelemetryOptions } from 'ai';
import { spanlineTelemetry } from '@spanline/ai-sdk';
import { createLogger, createTracer, type Tracer, type TracerOptions } from '@spanline/core';
import { idle, twoSpans, twoWrites } from './ai-sdk-floors.ts';
import { type BenchCase, measure } from './harness.ts';
import { metadataRow } from './metadata.ts';
import { addedRatio, addedTold, bytesPerSpan, type Row, ratio } from './rows.ts';
import { type Sink, startSink } from './sink.ts';

const ANSWER = JSON.stringify({
  id: 'chatcmpl-bench',
  object: 'chat.completion',
  created: 1,
  model: 'gpt-4o-mini-2024-07-18',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Use the redact option.' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 40, completion_tokens: 12, total_tokens: 52 },
});

/** A model that is answered from memory. */
const model = createOpenAI({
  apiKey: 'bench',
  fetch: () => Promise.resolve(new Response(ANSWER, { headers: { 'content-type': 'application/json' } })),
}).chat('gpt-4o-mini');

const createBenchTracer = (options: TracerOptions = {}): Tracer =>
  createTracer({
    logger: createLogger({}, '/dev/null'),
    service: { name: 'bench' },
    statsIntervalSeconds: 0,
    ...options,
  });

/** Tracers that leave out a part of what a span costs: writing, redaction and capture as well, redaction alone. */
const PARTS = {
  'that no sampling keeps': { sampling: { ratio: 0 } },
  'that the level holds back': { logger: createLogger({ level: 'silent' }, '/dev/null') },
  'that are not redacted': { capture: 'full' },
} as const satisfies Readonly<Record<string, TracerOptions>>;

type Integrations = NonNullable<TelemetryOptions['integrations']>;

const QUESTION: ModelMessage = { role: 'user', content: 'How do I redact passwords?' };
const SENTENCE = 'The valve must be closed before the pump is started: see page 12 and the table of pressures. ';

/** Twenty earlier messages of some 400 characters each. */
const CONVERSATION: readonly ModelMessage[] = Array.from({ length: 20 }, (_, index) => ({
  role: index % 2 === 0 ? 'user' : 'assistant',
  content: `${index} ${SENTENCE.repeat(4)}`,
}));

const ask =
  (integrations: Integrations, earlier: readonly ModelMessage[] = []) =>
  async (): Promise<void> => {
    await generateText({
      model,
      temperature: 0,
      instructions: 'You answer questions about the manual.',
      messages: [...earlier, QUESTION],
      telemetry: { integrations },
    });
  };

/**
 * The SDK's own telemetry as people run it: OTLP over HTTP from a batch processor, and a context manager, without which
 * no span stands under another one's work. It writes the messages, unredacted, as both sides do by default.
 */
function createOtel({ url }: Sink): { readonly telemetry: OpenTelemetry; readonly settle: () => Promise<void> } {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  const processor = new BatchSpanProcessor(new OTLPTraceExporter({ url: `${url}/v1/traces` }));
  const tracer = new NodeTracerProvider({ spanProcessors: [processor] }).getTracer('bench');
  return { telemetry: new OpenTelemetry({ tracer }), settle: () => processor.forceFlush() };
}

/** Rows of the AI SDK. */
export async function aiSdkRows(): Promise<Row[]> {
  const sink = await startSink();
  try {
    const { telemetry, settle } = createOtel(sink);
    const ours = spanlineTelemetry({ tracer: createBenchTracer() });
    const lean = spanlineTelemetry({ tracer: createBenchTracer({ capture: 'metadata' }) });
    const off = spanlineTelemetry({ tracer: createBenchTracer({ enabled: false }) });
    const name = '@ai-sdk/otel';
    const redacted: BenchCase = { name: 'spanline', run: ask(ours) };
    const cases: readonly BenchCase[] = [
      { name: 'generateText as it is', run: ask([]) },
      redacted,
      { name: 'spanline, disabled', run: ask(off) },
      { name, run: ask(telemetry), settle },
      { name: 'idle', run: ask(idle()) },
      { name: 'two writes', run: ask(twoWrites()) },
      { name: 'two spans', run: ask(twoSpans(createBenchTracer())) },
      { name: 'conversation as it is', run: ask([], CONVERSATION) },
      { name: 'conversation, spanline', run: ask(ours, CONVERSATION) },
      { name: `${name}, conversation`, run: ask(telemetry, CONVERSATION), settle },
      ...Object.entries(PARTS).map(([part, options]) => ({
        name: `two spans ${part}`,
        run: ask(twoSpans(createBenchTracer(options))),
      })),
    ];
    const [plain, traced, disabled, otel, noop, writes, spans, long, longTraced, longOtel, ...parts] =
      await measure(cases);
    const what = 'AI SDK generateText, redacted, CPU added';
    return [
      addedRatio(what, 0.5, plain, traced, otel),
      addedTold('- callbacks that do nothing', plain, noop, otel),
      addedTold('- and two ready-made records, written', plain, writes, otel),
      addedTold('- or two ready-made spans', plain, spans, otel),
      ...Object.keys(PARTS).map((part, index) => addedTold(`-- ${part}`, plain, parts[index], otel)),
      addedRatio(`${what}, 20 earlier messages`, 0.5, long, longTraced, longOtel),
      bytesPerSpan('AI SDK call', 26, 2, plain, traced),
      await metadataRow('AI SDK', { name: 'spanline, metadata', run: ask(lean) }, redacted),
      ratio('AI SDK, telemetry disabled', 1.3, disabled, plain),
    ];
  } finally {
    sink.stop();
  }
}
