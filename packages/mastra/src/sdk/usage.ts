/** Mastra's counts of tokens, in the AI SDK's shape, which the usage reader knows. */

import { type NormalizedUsage, normalizeUsage, props, type UsageContext } from '@spanline/instrumentation';

/** Reads `UsageStats`. Its totals include what was read from caches and written to them. */
export function usageOf(stats: unknown, context: UsageContext): NormalizedUsage | undefined {
  const { inputTokens, outputTokens, inputDetails, outputDetails } = props(stats);
  const { cacheRead, cacheWrite, cacheWrite5m, cacheWrite1h, audio, image } = props(inputDetails);
  const { reasoning, audio: spoken, image: drawn } = props(outputDetails);
  const written = { ephemeral_5m_input_tokens: cacheWrite5m, ephemeral_1h_input_tokens: cacheWrite1h };
  return normalizeUsage(
    {
      inputTokens: { total: inputTokens, cacheRead, cacheWrite, ...written, audio, image },
      outputTokens: { total: outputTokens, reasoning, audio: spoken, image: drawn },
    },
    context,
  );
}
