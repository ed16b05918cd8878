/** Settings of a generation under the names that JavaScript SDKs share. */

import { number, type Props, type SpanAttributes } from '@spanline/record';
import { stopSequences } from './request-values.ts';

/** Attributes of `temperature`, `topP`, `topK`, `maxOutputTokens`, both penalties, `seed` and `stopSequences`. */
export const generationSettings = (settings: Props): SpanAttributes => ({
  'gen_ai.request.temperature': number(settings['temperature']),
  'gen_ai.request.top_p': number(settings['topP']),
  'gen_ai.request.top_k': number(settings['topK']),
  'gen_ai.request.max_tokens': number(settings['maxOutputTokens']),
  'gen_ai.request.frequency_penalty': number(settings['frequencyPenalty']),
  'gen_ai.request.presence_penalty': number(settings['presencePenalty']),
  'gen_ai.request.seed': number(settings['seed']),
  'gen_ai.request.stop_sequences': stopSequences(settings['stopSequences']),
});
