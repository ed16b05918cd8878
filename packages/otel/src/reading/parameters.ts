/** Request parameters that OpenInference writes as one JSON text, in the provider's words. */
import { isObject, props } from '@spanline/record';
import { fromJson } from './messages.ts';

/** Keys of the record by the words of providers. Content in the same object (messages, tools) is read elsewhere. */
const PARAMETERS: Readonly<Record<string, string>> = {
  model: 'gen_ai.request.model',
  max_tokens: 'gen_ai.request.max_tokens',
  max_completion_tokens: 'gen_ai.request.max_tokens',
  max_output_tokens: 'gen_ai.request.max_tokens',
  maxTokens: 'gen_ai.request.max_tokens',
  temperature: 'gen_ai.request.temperature',
  top_p: 'gen_ai.request.top_p',
  topP: 'gen_ai.request.top_p',
  top_k: 'gen_ai.request.top_k',
  topK: 'gen_ai.request.top_k',
  frequency_penalty: 'gen_ai.request.frequency_penalty',
  presence_penalty: 'gen_ai.request.presence_penalty',
  seed: 'gen_ai.request.seed',
  n: 'gen_ai.request.choice.count',
  stop: 'gen_ai.request.stop_sequences',
  stop_sequences: 'gen_ai.request.stop_sequences',
  stream: 'gen_ai.request.stream',
  reasoning_effort: 'gen_ai.request.reasoning.level',
  service_tier: 'spanline.cost.requested_tier',
  encoding_format: 'gen_ai.request.encoding_formats',
  dimensions: 'gen_ai.embeddings.dimension.count',
};

/** Calls `set` for each parameter that the record has a key for. Returns false for a value that has no parameters. */
export function readParameters(value: unknown, set: (key: string, value: unknown) => void): boolean {
  const read = fromJson(value);
  if (!isObject(read) || Array.isArray(read)) return false;
  const given = props(read);
  for (const name in PARAMETERS) {
    const parameter = Object.hasOwn(given, name) ? given[name] : undefined;
    const key = PARAMETERS[name];
    if (key !== undefined && parameter !== undefined && parameter !== null) set(key, parameter);
  }
  return true;
}
