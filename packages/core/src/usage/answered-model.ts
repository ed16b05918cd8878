/** The name of the model that answered, in what a provider or a framework returned. */
import { isObject, type Props, text } from '@spanline/record';

/** Google calls it `modelVersion`, the AI SDK `modelId`, LangChain `model_name`. */
const NAMES = ['model', 'modelVersion', 'modelId', 'model_name'] as const;

/** Keys that hold the answer: in a line of a batch, in an event of a stream, in the object of a framework. */
const HOLDERS = ['response', 'body', 'result', 'message', 'raw', 'response_metadata'] as const;

const MAX_DEPTH = 2;
const MAX_CHUNKS = 10;

function modelIn(answer: Props, depth: number): string | undefined {
  for (const name of NAMES) {
    const model = text(answer[name]);
    if (model !== undefined) return model;
  }
  if (depth === 0) return undefined;
  for (const holder of HOLDERS) {
    const held = answer[holder];
    const model = isObject(held) ? modelIn(held as Props, depth - 1) : undefined;
    if (model !== undefined) return model;
  }
  return undefined;
}

/**
 * The model that an answer names. In a stream, the first chunks name it.
 *
 * @returns `undefined` for an answer that names none
 */
export function answeredModel(answer: unknown): string | undefined {
  if (!isObject(answer)) return undefined;
  if (!Array.isArray(answer)) return modelIn(answer as Props, MAX_DEPTH);
  for (const chunk of answer.slice(0, MAX_CHUNKS) as unknown[]) {
    const model = isObject(chunk) ? modelIn(chunk as Props, MAX_DEPTH) : undefined;
    if (model !== undefined) return model;
  }
  return undefined;
}
