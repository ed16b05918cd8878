/** Settings of a generation under the names that JavaScript SDKs share. */

import { number, type Props, type SpanAttributes } from '@spanline/record';
import { stopSequences } from './request-values.ts';

/**
 * Attributes of `temperature`, `topP`, `topK`, `maxOutputTokens`, both penalties, `seed` and `stopSequences`. A request
 * has few of them.
 *
 * @param attributes - takes them
 */
export function generationSettings(settings: Props, attributes: SpanAttributes = {}): SpanAttributes {
  const { temperature, topP, topK, maxOutputTokens, frequencyPenalty, presencePenalty, seed } = settings;
  const { stopSequences: stop } = settings;
  if (temperature !== undefined) attributes['gen_ai.request.temperature'] = number(temperature);
  if (topP !== undefined) attributes['gen_ai.request.top_p'] = number(topP);
  if (topK !== undefined) attributes['gen_ai.request.top_k'] = number(topK);
  if (maxOutputTokens !== undefined) attributes['gen_ai.request.max_tokens'] = number(maxOutputTokens);
  if (frequencyPenalty !== undefined) attributes['gen_ai.request.frequency_penalty'] = number(frequencyPenalty);
  if (presencePenalty !== undefined) attributes['gen_ai.request.presence_penalty'] = number(presencePenalty);
  if (seed !== undefined) attributes['gen_ai.request.seed'] = number(seed);
  if (stop !== undefined) attributes['gen_ai.request.stop_sequences'] = stopSequences(stop);
  return attributes;
}
