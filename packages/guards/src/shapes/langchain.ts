/** Answers of a chat model of LangChain: generations, whole or in chunks. */
import { list, props } from '@spanline/record';
import type { Path, Reading, Shape } from '../gate/shape.ts';
import { type Fields, idText, Texts } from './fields.ts';

const BLOCK: Fields = {
  text: 'text',
  thinking: 'text',
  reasoning: 'text',
  refusal: 'text',
  input: 'json',
  args: 'json',
  annotations: 'each',
  citations: 'each',
  summary: 'each',
  type: 'skip',
  id: 'skip',
  index: 'skip',
  name: 'skip',
  signature: 'skip',
  phase: 'skip',
};
/** Fields that repeat the answer in the provider's own form. */
const EXTRA: Fields = {
  reasoning_content: 'text',
  refusal: 'text',
  reasoning: 'each',
  audio: 'each',
  tool_calls: 'skip',
  function_call: 'skip',
  role: 'skip',
  id: 'skip',
  model: 'skip',
  stop_reason: 'skip',
  stop_sequence: 'skip',
  type: 'skip',
  finishReason: 'skip',
};

function readMessage(message: Record<string, unknown>, path: Path, texts: Texts, isChunk: boolean): void {
  const { content } = message;
  if (typeof content === 'string') {
    if (isChunk) texts.piece(content, [...path, 'content'], 'content');
    else texts.complete(content, [...path, 'content']);
  }
  for (const [at, block] of list(content).entries()) {
    const index = idText(props(block)['index'] ?? 0);
    texts.fields(block, [...path, 'content', at], BLOCK, isChunk ? (key) => `${index}.${key}` : undefined);
  }
  texts.fields(message['additional_kwargs'], [...path, 'additional_kwargs'], EXTRA, isChunk ? (key) => key : undefined);
  if (isChunk) {
    for (const [at, call] of list(message['tool_call_chunks']).entries()) {
      const channel = `tool.${idText(props(call)['index'] ?? at)}`;
      texts.piece(props(call)['args'] ?? '', [...path, 'tool_call_chunks', at, 'args'], channel, 'json');
    }
    return;
  }
  for (const [at, call] of list(message['tool_calls']).entries())
    texts.value(props(call)['args'], [...path, 'tool_calls', at, 'args']);
}

type Constructor = new (fields: object) => object;

/** A message of the same class. The object is made anew, because it keeps its fields twice. */
function messageWith(message: object, fields: object): object {
  const { lc_kwargs: given, additional_kwargs: extra } = props(message);
  const { tool_calls: _, function_call: __, __raw_response: ___, ...kept } = props(extra);
  const { content_blocks: ____, ...rest } = props(given);
  return new (message.constructor as Constructor)({ ...rest, additional_kwargs: kept, ...fields });
}

function generationWith(generation: object, message: object): object {
  const text = props(message)['content'];
  const { generationInfo } = props(generation);
  const fields = { message, text: typeof text === 'string' ? text : '', generationInfo };
  const { constructor } = generation;
  return constructor === Object ? { ...generation, ...fields } : new (constructor as Constructor)(fields);
}

/** The message with the texts that a copy of it has. */
function remade(message: object): object {
  const { content, tool_calls: calls, tool_call_chunks: chunks, additional_kwargs: extra } = props(message);
  const { tool_calls: _, function_call: __, __raw_response: ___, ...kept } = props(extra);
  const fields = { content, additional_kwargs: kept };
  return messageWith(
    message,
    chunks === undefined ? { ...fields, tool_calls: calls } : { ...fields, tool_call_chunks: chunks },
  );
}

/** Creates the shape of one generation of an answer. */
export function langchainShape(isChunk: boolean): Shape<object> {
  return {
    read(generation): Reading {
      const texts = new Texts();
      readMessage(props(props(generation)['message']), ['message'], texts, isChunk);
      return { slots: texts.slots, unmapped: texts.unmapped };
    },
    replaced: (copy) => generationWith(copy, remade(props(copy)['message'] as object)),
    stopped(generation, replacement) {
      const { message } = props(generation);
      const isLast =
        props(message)['usage_metadata'] !== undefined ||
        props(props(generation)['generationInfo'])['finish_reason'] !== undefined;
      if (replacement === undefined && !isLast) return { chunks: [], isShown: false };
      const calls = isChunk ? { tool_call_chunks: [] } : { tool_calls: [], invalid_tool_calls: [] };
      const own = messageWith(message as object, { content: replacement ?? '', ...calls });
      return { chunks: [generationWith(generation, own)], isShown: replacement !== undefined };
    },
  };
}
