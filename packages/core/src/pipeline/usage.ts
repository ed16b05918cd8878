import type { SpanRecord } from '@spanline/record';
import type { RecordedSpan } from '../trace/span.ts';
import type { Pricer } from '../usage/index.ts';

const BILL = /^(?:gen_ai|spanline)\.usage\.|^spanline\.cost\./;

/** Takes tokens and cost from a span whose call is told by one below it. */
export function leaveUsage(span: RecordedSpan): void {
  for (const key of Object.keys(span.facts)) if (BILL.test(key)) delete span.facts[key];
}

/** True when the span itself was billed: it carries tokens or an explicit cost, or it is a model call. */
function isBilled(span: RecordedSpan): boolean {
  const { facts } = span;
  if (span.type === 'llm' || span.type === 'embedding') return true;
  return (
    facts['gen_ai.usage.input_tokens'] !== undefined ||
    facts['gen_ai.usage.output_tokens'] !== undefined ||
    facts['spanline.cost.usd'] !== undefined
  );
}

/**
 * Writes `spanline.usage.*` and `spanline.cost.*`. Cost stands only on the span of the call that was billed; where it is unknown it is absent and
 * `spanline.cost.reason` says why.
 *
 * @returns the cost in US dollars, when known
 */
export function writeUsage(span: RecordedSpan, record: SpanRecord, pricer: Pricer): number | undefined {
  if (span.billedBelow || !isBilled(span)) return undefined;
  const { facts } = span;
  const inputTokens = facts['gen_ai.usage.input_tokens'];
  const outputTokens = facts['gen_ai.usage.output_tokens'];
  if (inputTokens !== undefined || outputTokens !== undefined) {
    record['spanline.usage.source'] = facts['spanline.usage.source'] ?? 'provider';
  }
  if (facts['spanline.usage.issue'] !== undefined) record['spanline.usage.issue'] = facts['spanline.usage.issue'];
  const cost = pricer.cost({
    provider: facts['gen_ai.provider.name'],
    requestModel: facts['gen_ai.request.model'],
    responseModel: facts['gen_ai.response.model'],
    usage: {
      inputTokens,
      outputTokens,
      cacheReadTokens: facts['gen_ai.usage.cache_read.input_tokens'],
      cacheWriteTokens: facts['gen_ai.usage.cache_write.input_tokens'],
      reasoningTokens: facts['gen_ai.usage.reasoning.output_tokens'],
      audioInputTokens: facts['gen_ai.usage.audio.input_tokens'],
      audioOutputTokens: facts['gen_ai.usage.audio.output_tokens'],
    },
    cacheHit: facts['spanline.cache.hit'] === true,
    explicitUsd: facts['spanline.cost.usd'],
    timestamp: span.seed.startEpochMs,
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
