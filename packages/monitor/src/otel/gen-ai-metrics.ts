import { defaultTracer, type SpanRecord, type Tracer } from '@spanline/core';
import { checkOptions, option, type Shape } from '@spanline/record';
import { tracerOption } from '../live/shared-options.ts';
import {
  createInstruments,
  createOlderInstruments,
  type OtelAttributes,
  type OtelCounter,
  type OtelMeter,
} from './instruments.ts';

/** Options of {@link genAiMetrics}. */
export interface GenAiMetricsOptions {
  /** The tracer whose calls are measured. @defaultValue `defaultTracer()` */
  tracer?: Tracer;
  /** A meter provider of `@opentelemetry/sdk-metrics`, or `metrics.getMeterProvider()` of `@opentelemetry/api`. */
  meterProvider: { getMeter(name: string, version?: string): OtelMeter };
  /**
   * Also records `gen_ai.client.token.usage` and `gen_ai.client.operation.duration`, the names before v0.1.0 of the
   * GenAI conventions. @defaultValue false
   */
  olderNames?: boolean;
}

const SHAPE: Shape<GenAiMetricsOptions> = {
  tracer: tracerOption,
  meterProvider: option.required(
    option.like<GenAiMetricsOptions['meterProvider']>(
      'a meter provider of OpenTelemetry',
      (value) => typeof (value as GenAiMetricsOptions['meterProvider'] | null)?.getMeter === 'function',
    ),
  ),
  olderNames: option.boolean(),
};

type Key = keyof SpanRecord;
type Span = Readonly<SpanRecord>;

const CALL = [
  'gen_ai.operation.name',
  'gen_ai.provider.name',
  'gen_ai.request.model',
  'gen_ai.response.model',
  'server.address',
  'server.port',
] as const satisfies readonly Key[];
const AGENT = ['gen_ai.operation.name', 'gen_ai.agent.name'] as const satisfies readonly Key[];
const TOOL = ['gen_ai.operation.name', 'gen_ai.tool.name', 'gen_ai.tool.type'] as const satisfies readonly Key[];
const MCP = [
  'mcp.method.name',
  'mcp.protocol.version',
  'gen_ai.operation.name',
  'gen_ai.tool.name',
  'gen_ai.prompt.name',
  'network.transport',
  'network.protocol.name',
  'rpc.response.status_code',
] as const satisfies readonly Key[];
const MCP_CLIENT = [...MCP, 'server.address', 'server.port'] as const satisfies readonly Key[];

/** JSON-RPC's codes of a request that names what is not there: no such method, invalid parameters. */
const UNKNOWN_TARGET: ReadonlySet<unknown> = new Set(['-32601', '-32602']);

function attributesOf(span: Span, keys: readonly Key[]): OtelAttributes {
  const attributes: OtelAttributes = {};
  for (const key of keys) {
    const value = span[key];
    if (typeof value === 'string' || typeof value === 'number') attributes[key] = value;
  }
  return attributes;
}

function withError(span: Span, attributes: OtelAttributes): OtelAttributes {
  if (span['span.status'] !== 'error') return attributes;
  return { ...attributes, 'error.type': span['error.type'] ?? '_OTHER' };
}

const secondsOf = (span: Span): number => Math.max(0, span.duration_ms ?? 0) / 1000;

/** Adds tokens, those of audio by themselves. The modality of the others is not known. */
function addTokens(counter: OtelCounter, total: number, audio: number, attributes: OtelAttributes): void {
  if (audio > 0) counter.add(audio, { ...attributes, 'gen_ai.token.modality': 'audio' });
  const rest = Math.max(0, total - audio);
  if (rest > 0 || audio === 0) counter.add(rest, { ...attributes, 'gen_ai.token.modality': 'unknown' });
}

function recordInference(on: ReturnType<typeof createInstruments>, span: Span): void {
  const attributes = attributesOf(span, CALL);
  on.inferenceSeconds.record(secondsOf(span), withError(span, attributes));
  const firstChunk = span['gen_ai.response.time_to_first_chunk'];
  if (firstChunk !== undefined && firstChunk >= 0) on.firstChunkSeconds.record(firstChunk, attributes);
  // To fetch an answer uses nothing: the call that made it did.
  if (span['gen_ai.operation.name'] === 'fetch_response') return;
  const input = span['gen_ai.usage.input_tokens'];
  const output = span['gen_ai.usage.output_tokens'];
  addTokens(on.inputTokens, input ?? 0, span['gen_ai.usage.audio.input_tokens'] ?? 0, attributes);
  addTokens(on.outputTokens, output ?? 0, span['gen_ai.usage.audio.output_tokens'] ?? 0, attributes);
  if (input !== undefined) on.inputTokensOfCall.record(input, attributes);
  if (output !== undefined) on.outputTokensOfCall.record(output, attributes);
  const parts = [
    [on.cacheReadTokens, span['gen_ai.usage.cache_read.input_tokens']],
    [on.cacheWriteTokens, span['gen_ai.usage.cache_write.input_tokens']],
    [on.reasoningTokens, span['gen_ai.usage.reasoning.output_tokens']],
  ] as const;
  for (const [counter, tokens] of parts) if (tokens !== undefined) addTokens(counter, tokens, 0, attributes);
}

function recordEmbeddings(on: ReturnType<typeof createInstruments>, span: Span): void {
  const attributes = attributesOf(span, CALL);
  on.embeddingsSeconds.record(secondsOf(span), withError(span, attributes));
  const input = span['gen_ai.usage.input_tokens'];
  if (input !== undefined) on.embeddingsTokens.record(input, attributes);
}

/**
 * A request of MCP. The span of a framework's tool stands for the client's side of its call. Peers choose the names of
 * tools and prompts, so that those of requests that were refused are left out.
 */
function recordMcp(on: ReturnType<typeof createInstruments>, span: Span): void {
  const isServer = span['span.kind'] === 'SERVER';
  const attributes = withError(span, attributesOf(span, isServer ? MCP : MCP_CLIENT));
  if (UNKNOWN_TARGET.has(span['rpc.response.status_code'])) {
    delete attributes['gen_ai.tool.name'];
    delete attributes['gen_ai.prompt.name'];
  }
  (isServer ? on.mcpServerSeconds : on.mcpClientSeconds).record(secondsOf(span), attributes);
}

function recordOlder(on: ReturnType<typeof createOlderInstruments>, span: Span): void {
  const attributes = attributesOf(span, CALL);
  const input = span['gen_ai.usage.input_tokens'];
  const output = span['gen_ai.usage.output_tokens'];
  if (input !== undefined) on.tokens.record(input, { ...attributes, 'gen_ai.token.type': 'input' });
  if (output !== undefined) on.tokens.record(output, { ...attributes, 'gen_ai.token.type': 'output' });
  on.seconds.record(secondsOf(span), withError(span, attributes));
}

/**
 * Records the metrics of OpenTelemetry's GenAI conventions (v0.1.0) for model calls, embeddings, agents, tools and
 * requests of MCP. The application's own metric reader exports them, over OTLP for instance.
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
  const { tracer = defaultTracer(), meterProvider, olderNames = false } = options;
  const meter = meterProvider.getMeter('@spanline/monitor');
  const on = createInstruments(meter);
  const older = olderNames ? createOlderInstruments(meter) : undefined;
  return tracer.onRecord((record) => {
    if (record['event.name'] !== 'span.end') return;
    const type = record['span.type'];
    if (type === 'llm') recordInference(on, record);
    else if (type === 'embedding') recordEmbeddings(on, record);
    else if (type === 'agent')
      on.agentSeconds.record(secondsOf(record), withError(record, attributesOf(record, AGENT)));
    else if (type === 'tool') on.toolSeconds.record(secondsOf(record), withError(record, attributesOf(record, TOOL)));
    if (record['mcp.method.name'] !== undefined) recordMcp(on, record);
    if (older !== undefined && (type === 'llm' || type === 'embedding')) recordOlder(older, record);
  });
}
