import { defaultTracer, type SpanRecord, type Tracer } from '@spanline/core';
import { checkOptions, option, type Shape } from '@spanline/record';
import { tracerOption } from '../live/shared-options.ts';

/** The part of `Histogram` of `@opentelemetry/api` that is used. */
export interface OtelHistogram {
  record(value: number, attributes: Record<string, string | number>): void;
}

/** The part of `Meter` of `@opentelemetry/api` that is used. */
export interface OtelMeter {
  createHistogram(
    name: string,
    options: { description: string; unit: string; advice: { explicitBucketBoundaries: number[] } },
  ): OtelHistogram;
}

/** Options of {@link genAiMetrics}. */
export interface GenAiMetricsOptions {
  /** The tracer whose model calls are measured. @defaultValue `defaultTracer()` */
  tracer?: Tracer;
  /** A meter provider of `@opentelemetry/sdk-metrics`, or `metrics.getMeterProvider()` of `@opentelemetry/api`. */
  meterProvider: { getMeter(name: string, version?: string): OtelMeter };
}

const SHAPE: Shape<GenAiMetricsOptions> = {
  tracer: tracerOption,
  meterProvider: option.required(
    option.like<GenAiMetricsOptions['meterProvider']>(
      'a meter provider of OpenTelemetry',
      (value) => typeof (value as GenAiMetricsOptions['meterProvider'] | null)?.getMeter === 'function',
    ),
  ),
};

/** Buckets of `gen_ai.client.token.usage` in the semantic conventions (gen-ai-metrics). */
const TOKEN_BUCKETS = Array.from({ length: 14 }, (_, power) => 4 ** power);
/** Buckets of `gen_ai.client.operation.duration` in the semantic conventions (gen-ai-metrics). */
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
 * Records the histograms of OpenTelemetry's semantic conventions for model calls, `gen_ai.client.token.usage` and
 * `gen_ai.client.operation.duration`. The application's own metric reader exports them, over OTLP for instance.
 *
 * @returns a function that stops it
 * @throws SpanlineError `ERR_INVALID_OPTION`
 * @example
 * ```ts
 * import { metrics } from '@opentelemetry/api';
 * import { createTracer } from '@spanline/core';
 * import { genAiMetrics } from '@spanline/monitor/otel';
 *
 * const stop = genAiMetrics({ tracer: createTracer(), meterProvider: metrics.getMeterProvider() });
 * ```
 */
export function genAiMetrics(options: GenAiMetricsOptions): () => void {
  checkOptions(SHAPE, options);
  const { tracer = defaultTracer(), meterProvider } = options;
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
