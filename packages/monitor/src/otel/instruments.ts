/**
 * Instruments of OpenTelemetry's conventions for generative AI, with their units and buckets
 * (open-telemetry/semantic-conventions-genai v0.1.0).
 */

/** Attributes of a measurement. */
export type OtelAttributes = Record<string, string | number>;

/** The part of `Histogram` of `@opentelemetry/api` that is used. */
export interface OtelHistogram {
  record(value: number, attributes: OtelAttributes): void;
}

/** The part of `Counter` of `@opentelemetry/api` that is used. */
export interface OtelCounter {
  add(value: number, attributes: OtelAttributes): void;
}

/** The part of `Meter` of `@opentelemetry/api` that is used. */
export interface OtelMeter {
  createHistogram(
    name: string,
    options: { description: string; unit: string; advice: { explicitBucketBoundaries: number[] } },
  ): OtelHistogram;
  createCounter(name: string, options: { description: string; unit: string }): OtelCounter;
}

const doubling = (first: number): number[] => Array.from({ length: 14 }, (_, power) => (2 ** power * first) / 100);
const CALL_SECONDS = doubling(1);
/** Agents take longer than calls. Thirteen boundaries. */
const AGENT_SECONDS = doubling(10).slice(0, -1);
/** Requests of MCP, as the conventions' page on MCP asks for. */
const MCP_SECONDS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300];
const TOKENS = Array.from({ length: 14 }, (_, power) => 4 ** power);

/** Creates the instruments. Each is reported once it has a value. */
export function createInstruments(meter: OtelMeter) {
  const histogram = (name: string, unit: string, buckets: number[], description: string): OtelHistogram =>
    meter.createHistogram(name, { description, unit, advice: { explicitBucketBoundaries: buckets } });
  const tokens = (name: string, description: string): OtelCounter =>
    meter.createCounter(`gen_ai.client.inference.usage.${name}`, { description, unit: '{token}' });
  return {
    inferenceSeconds: histogram(
      'gen_ai.client.inference.duration',
      's',
      CALL_SECONDS,
      'GenAI client inference operation duration.',
    ),
    firstChunkSeconds: histogram(
      'gen_ai.client.inference.time_to_first_chunk',
      's',
      CALL_SECONDS,
      'Time to receive the first chunk of a stream.',
    ),
    inputTokens: tokens('input_tokens', 'The number of input (prompt) tokens used, including cached tokens.'),
    outputTokens: tokens('output_tokens', 'The number of output tokens used, including reasoning tokens.'),
    cacheReadTokens: tokens('cache_read.input_tokens', 'The number of input tokens served from a cache.'),
    cacheWriteTokens: tokens('cache_write.input_tokens', 'The number of input tokens written to a cache.'),
    reasoningTokens: tokens('reasoning.output_tokens', 'The number of output tokens used for reasoning.'),
    inputTokensOfCall: histogram(
      'gen_ai.client.inference.operation.input_tokens',
      '{token}',
      TOKENS,
      'The number of input tokens used per inference operation.',
    ),
    outputTokensOfCall: histogram(
      'gen_ai.client.inference.operation.output_tokens',
      '{token}',
      TOKENS,
      'The number of output tokens used per inference operation.',
    ),
    embeddingsSeconds: histogram(
      'gen_ai.client.embeddings.duration',
      's',
      CALL_SECONDS,
      'GenAI client embeddings operation duration.',
    ),
    embeddingsTokens: histogram(
      'gen_ai.client.embeddings.operation.input_tokens',
      '{token}',
      TOKENS,
      'The number of input tokens used per embeddings operation.',
    ),
    agentSeconds: histogram('gen_ai.invoke_agent.duration', 's', AGENT_SECONDS, 'Duration of an agent invocation.'),
    toolSeconds: histogram('gen_ai.execute_tool.duration', 's', CALL_SECONDS, 'Duration of a tool execution.'),
    mcpClientSeconds: histogram(
      'mcp.client.operation.duration',
      's',
      MCP_SECONDS,
      'Duration of an MCP request, from when it is sent until its response is received.',
    ),
    mcpServerSeconds: histogram(
      'mcp.server.operation.duration',
      's',
      MCP_SECONDS,
      'Duration of an MCP request, from when it is received until its result is sent.',
    ),
  };
}

/** Creates the instruments that v0.1.0 replaced. */
export function createOlderInstruments(meter: OtelMeter) {
  return {
    tokens: meter.createHistogram('gen_ai.client.token.usage', {
      description: 'Number of input and output tokens used.',
      unit: '{token}',
      advice: { explicitBucketBoundaries: TOKENS },
    }),
    seconds: meter.createHistogram('gen_ai.client.operation.duration', {
      description: 'GenAI operation duration.',
      unit: 's',
      advice: { explicitBucketBoundaries: CALL_SECONDS },
    }),
  };
}
