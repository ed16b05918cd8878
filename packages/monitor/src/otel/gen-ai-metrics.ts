import { SpanlineError, type SpanRecord, type Tracer } from '@spanline/core';
import { optionsOf, tracerOf } from '../options.ts';

/** What is needed of a histogram of `@opentelemetry/api`. */
export interface OtelHistogram {
  record(value: number, attributes: Record<string, string | number>): void;
}

/** What is needed of a meter of `@opentelemetry/api`. */
export interface OtelMeter {
  createHistogram(
    name: string,
    options: { description: string; unit: string; advice: { explicitBucketBoundaries: number[] } },
  ): OtelHistogram;
}

/** Options of {@link genAiMetrics}. */
export interface GenAiMetricsOptions {
  /** @defaultValue `defaultTracer()` */
  tracer?: Tracer;
  /** Of `@opentelemetry/sdk-metrics`, or `metrics.getMeterProvider()` of `@opentelemetry/api`. */
  meterProvider: { getMeter(name: string, version?: string): OtelMeter };
}

/** Buckets of the semantic conventions (gen-ai-metrics, `gen_ai.client.token.usage`). */
const TOKEN_BUCKETS = Array.from({ length: 14 }, (_, power) => 4 ** power);
/** Buckets of the semantic conventions (gen-ai-metrics, `gen_ai.client.operation.duration`). */
const DURATION_BUCKETS = Array.from({ length: 14 }, (_, power) => 2 ** power / 100);

const ATTRIBUTES = [
  'gen_ai.operation.name',
  'gen_ai.provider.name',
  'gen_ai.request.model',
  'gen_ai.response.model',
  'server.address',
  'server.port',
] as const satisfies readonly (keyof SpanRecord)[];

function attributesOf(record: Readonly<SpanRecord>): Record<string, string | number> {
  const attributes: Record<string, string | number> = {};
  for (const key of ATTRIBUTES) {
    const value = record[key];
    if (value !== undefined) attributes[key] = value;
  }
  return attributes;
}

/**
 * Records the histograms that OpenTelemetry's semantic conventions name for clients of models, `gen_ai.client.token.usage` and `gen_ai.client.operation.duration`, for every model call. What exports them is the
 * application's own metric reader, over OTLP for instance.
 *
 * @returns how to stop
 * @throws SpanlineError `ERR_INVALID_OPTION`
 */
export function genAiMetrics(options: GenAiMetricsOptions): () => void {
  const { meterProvider } = optionsOf(options);
  const tracer = tracerOf(options.tracer);
  if (typeof meterProvider?.getMeter !== 'function') {
    const expected = 'a meter provider of OpenTelemetry';
    throw new SpanlineError({ code: 'ERR_INVALID_OPTION', option: 'meterProvider', expected, got: meterProvider });
  }
  const meter = meterProvider.getMeter('@spanline/monitor');
  const tokens = meter.createHistogram('gen_ai.client.token.usage', {
    description: 'Number of input and output tokens used.',
    unit: '{token}',
    advice: { explicitBucketBoundaries: TOKEN_BUCKETS },
  });
  const durations = meter.createHistogram('gen_ai.client.operation.duration', {
    description: 'GenAI operation duration.',
    unit: 's',
    advice: { explicitBucketBoundaries: DURATION_BUCKETS },
  });
  return tracer.onRecord((record) => {
    const type = record['span.type'];
    if (record['event.name'] !== 'span.end' || (type !== 'llm' && type !== 'embedding')) return;
    const attributes = attributesOf(record);
    const input = record['gen_ai.usage.input_tokens'];
    const output = record['gen_ai.usage.output_tokens'];
    if (input !== undefined) tokens.record(input, { ...attributes, 'gen_ai.token.type': 'input' });
    if (output !== undefined) tokens.record(output, { ...attributes, 'gen_ai.token.type': 'output' });
    const error = record['span.status'] === 'error' ? (record['error.type'] ?? '_OTHER') : undefined;
    const seconds = Math.max(0, record.duration_ms ?? 0) / 1000;
    durations.record(seconds, error === undefined ? attributes : { ...attributes, 'error.type': error });
  });
}
