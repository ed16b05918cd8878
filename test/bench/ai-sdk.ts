import { createOpenAI } from '@ai-sdk/openai';
import { OpenTelemetry } from '@ai-sdk/otel';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { generateText, type TelemetryOptions } from 'ai';
import { spanlineTelemetry } from '@spanline/ai-sdk';
import { createLogger, createTracer, type Tracer } from '@spanline/core';
import { type BenchCase, measure } from './harness.ts';
import { addedRatio, type Row, ratio } from './rows.ts';
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

const createBenchTracer = (enabled = true): Tracer =>
  createTracer({ logger: createLogger({}, '/dev/null'), service: { name: 'bench' }, statsIntervalSeconds: 0, enabled });

type Integrations = NonNullable<TelemetryOptions['integrations']>;

const ask = (integrations: Integrations) => async (): Promise<void> => {
  await generateText({
    model,
    temperature: 0,
    instructions: 'You answer questions about the manual.',
    prompt: 'How do I redact passwords?',
    telemetry: { integrations },
  });
};

/** The SDK's own telemetry, exporting OTLP over HTTP. */
function createOtel({ url }: Sink): BenchCase {
  const processor = new BatchSpanProcessor(new OTLPTraceExporter({ url: `${url}/v1/traces` }));
  const tracer = new NodeTracerProvider({ spanProcessors: [processor] }).getTracer('bench');
  return { name: '@ai-sdk/otel', run: ask(new OpenTelemetry({ tracer })), settle: () => processor.forceFlush() };
}

/** Rows of the AI SDK. */
export async function aiSdkRows(): Promise<Row[]> {
  const sink = await startSink();
  try {
    const [plain, ours, disabled, otel] = await measure([
      { name: 'generateText as it is', run: ask([]) },
      { name: 'spanline', run: ask(spanlineTelemetry({ tracer: createBenchTracer() })) },
      { name: 'spanline, disabled', run: ask(spanlineTelemetry({ tracer: createBenchTracer(false) })) },
      createOtel(sink),
    ]);
    const what = 'AI SDK generateText, redacted, CPU';
    return [
      addedRatio(`${what} added`, 0.5, plain, ours, otel),
      ratio('AI SDK, telemetry disabled', 1.3, disabled, plain),
    ];
  } finally {
    sink.stop();
  }
}
