/** Tokens and cost on a span's record. */
import type { SpanRecord } from '@spanline/record';
import type { Attributes, SpanState } from '../trace/index.ts';
import type { Pricer } from '../usage/index.ts';

const USAGE_KEY = /^(?:gen_ai|spanline)\.usage\.|^spanline\.cost\./;

/** Removes tokens and cost from a span whose call is recorded by a span below. */
export function removeUsage({ attributes }: SpanState): void {
  for (const key of Object.keys(attributes)) if (USAGE_KEY.test(key)) delete attributes[key];
}

/** True if the span itself was billed: it is a model call, or it carries tokens or an explicit cost. */
function isBilled(state: SpanState, attributes: Attributes): boolean {
  if (state.hasInnerCall) return false;
  if (state.type === 'llm' || state.type === 'embedding') return true;
  return (
    attributes['gen_ai.usage.input_tokens'] !== undefined ||
    attributes['gen_ai.usage.output_tokens'] !== undefined ||
    attributes['spanline.cost.usd'] !== undefined
  );
}

/**
 * Writes `spanline.usage.*` and `spanline.cost.*`. Only the span of the billed call carries the cost. An unknown cost
 * is absent, and `spanline.cost.reason` says why.
 *
 * @returns the cost in US dollars, if known
 */
export function writeUsage(state: SpanState, record: SpanRecord, pricer: Pricer): number | undefined {
  const { attributes } = state;
  if (!isBilled(state, attributes)) return undefined;
  const inputTokens = attributes['gen_ai.usage.input_tokens'];
  const outputTokens = attributes['gen_ai.usage.output_tokens'];
  const { 'spanline.usage.issue': issue } = attributes;
  if (inputTokens !== undefined || outputTokens !== undefined) {
    record['spanline.usage.source'] = attributes['spanline.usage.source'] ?? 'provider';
  }
  if (issue !== undefined) record['spanline.usage.issue'] = issue;
  const cost = pricer.cost({
    provider: attributes['gen_ai.provider.name'],
    requestModel: attributes['gen_ai.request.model'],
    responseModel: attributes['gen_ai.response.model'],
    usage: {
      inputTokens,
      outputTokens,
      cacheReadTokens: attributes['gen_ai.usage.cache_read.input_tokens'],
      cacheWriteTokens: attributes['gen_ai.usage.cache_write.input_tokens'],
      reasoningTokens: attributes['gen_ai.usage.reasoning.output_tokens'],
      audioInputTokens: attributes['gen_ai.usage.audio.input_tokens'],
      audioOutputTokens: attributes['gen_ai.usage.audio.output_tokens'],
    },
    cacheHit: attributes['spanline.cache.hit'] === true,
    explicitUsd: attributes['spanline.cost.usd'],
    timestamp: state.startEpochMs,
  });
  if ('reason' in cost) {
    record['spanline.cost.reason'] = cost.reason;
    return undefined;
  }
  record['spanline.cost.usd'] = cost.usd;
  record['spanline.cost.source'] = cost.source;
  if (cost.priceVersion !== undefined) record['spanline.cost.price_version'] = cost.priceVersion;
  return cost.usd;
}
