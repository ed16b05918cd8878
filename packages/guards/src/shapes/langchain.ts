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
  parsed: 'each',
  tool_outputs: 'each',
  originalTextContentBlock: 'each',
  __openai_function_call_ids__: 'skip',
  __openai_role__: 'skip',
  __gemini_function_call_thought_signatures__: 'skip',
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

/** Fields of the provider's response. Those of the responses API have the answer once more. */
const METADATA: Fields = { logprobs: 'skip', usage: 'skip', tools: 'skip', instructions: 'skip', metadata: 'skip' };

/** The metadata of a response without what has text, and without its tokens. */
function withoutTexts(metadata: unknown): Record<string, unknown> {
  const entries = Object.entries(props(metadata)).filter(([key, value]) => {
    const texts = new Texts();
    texts.frame({ [key]: value }, [], {});
    return key !== 'output' && key !== 'logprobs' && texts.slots.length === 0;
  });
  return Object.fromEntries(entries);
}

/** Adds the texts of a message, or of a chunk of one. */
export function readMessage(message: Record<string, unknown>, path: Path, texts: Texts, isChunk: boolean): void {
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
  texts.frame(message['response_metadata'], [...path, 'response_metadata'], METADATA);
  if (isChunk) {
    for (const [at, call] of list(message['tool_call_chunks']).entries()) {
      const channel = `tool.${idText(props(call)['index'] ?? at)}`;
      texts.piece(props(call)['args'] ?? '', [...path, 'tool_call_chunks', at, 'args'], channel, 'json');
    }
    return;
  }
  for (const [at, call] of list(message['tool_calls']).entries())
    texts.value(props(call)['args'], [...path, 'tool_calls', at, 'args']);
  for (const [at, call] of list(message['invalid_tool_calls']).entries())
    texts.complete(props(call)['args'], [...path, 'invalid_tool_calls', at, 'args'], 'json');
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
  const { content } = props(message);
  const text = Array.isArray(content) ? content.map((part) => idText(props(part)['text'])).join('') : content;
  const { generationInfo: given } = props(generation);
  const generationInfo = given === undefined ? undefined : { ...props(given), logprobs: undefined };
  const fields = { message, text: typeof text === 'string' ? text : '', generationInfo };
  const { constructor } = generation;
  return constructor === Object ? { ...generation, ...fields } : new (constructor as Constructor)(fields);
}

/** The message with the texts that a copy of it has. */
export function remade(message: object): object {
  const { content, tool_calls, invalid_tool_calls, tool_call_chunks, additional_kwargs, response_metadata } =
    props(message);
  const { tool_calls: _, function_call: __, __raw_response: ___, ...kept } = props(additional_kwargs);
  const metadata = { ...props(response_metadata), logprobs: undefined };
  const fields = { content, additional_kwargs: kept, response_metadata: metadata };
  const calls = tool_call_chunks === undefined ? { tool_calls, invalid_tool_calls } : { tool_call_chunks };
  return messageWith(message, { ...fields, ...calls });
}

/** The message with another text, and without calls of tools. */
export function messageShowing(message: object, text: string): object {
  const { response_metadata, tool_call_chunks } = props(message);
  const calls = tool_call_chunks === undefined ? { tool_calls: [], invalid_tool_calls: [] } : { tool_call_chunks: [] };
  const fields = { content: text, response_metadata: withoutTexts(response_metadata), additional_kwargs: {} };
  return messageWith(message, { ...fields, ...calls });
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
      const own = messageShowing(message as object, replacement ?? '');
      return { chunks: [generationWith(generation, own)], isShown: replacement !== undefined };
    },
  };
}
