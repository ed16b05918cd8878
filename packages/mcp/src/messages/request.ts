/** Requests of the protocol as spans: name, type, attributes and content. */

import type { SpanAttributes, SpanOptions } from '@spanline/core';
import {
  hasKeys,
  type Message,
  number,
  type Props,
  props,
  stopSequences,
  text,
  toParts,
} from '@spanline/instrumentation';
import { resourceUri } from './resource-uri.ts';

/** The end of a request that is traced: where it is sent, or where it is answered. */
export type Direction = 'outgoing' | 'incoming';

/** Methods whose content is left out, because it is the same each time: handshakes and the lists of a server. */
const WITHOUT_CONTENT = /(?:^|\/)list$|^(?:initialize|ping|server\/discover)$/;

/** A span of a request, before it is known where it belongs. */
export type RequestSpan = Pick<SpanOptions, 'name' | 'type' | 'input'> & { readonly attributes: SpanAttributes };

/** The method and its target, where the target has few values. */
function named(method: string, target: string | undefined): string {
  return target === undefined ? method : `${method} ${target}`;
}

function withoutMeta(params: unknown): Props | undefined {
  const { _meta, ...rest } = props(params);
  return hasKeys(rest) ? rest : undefined;
}

/** A message of sampling. Its content is one block or several. */
function samplingMessage(message: unknown): Message {
  const { role, content } = props(message);
  return { role: text(role) ?? 'user', parts: toParts(Array.isArray(content) ? content : [content]) };
}

/** A model is asked: where the handler runs that answers, that is a model call. */
function samplingSpan(method: string, params: Props): RequestSpan {
  const { messages, systemPrompt } = params;
  return {
    name: method,
    type: 'llm',
    attributes: {
      'gen_ai.request.max_tokens': number(params['maxTokens']),
      'gen_ai.request.temperature': number(params['temperature']),
      'gen_ai.request.stop_sequences': stopSequences(params['stopSequences']),
      'gen_ai.system_instructions': text(systemPrompt) === undefined ? undefined : toParts(systemPrompt),
    },
    input: Array.isArray(messages) ? messages.map(samplingMessage) : undefined,
  };
}

/** Describes a request by the GenAI conventions' page on MCP: `{mcp.method.name} {target}`. */
export function requestSpan(method: string, given: unknown, direction: Direction): RequestSpan {
  const params = props(given);
  if (method === 'tools/call') {
    const name = text(params['name']);
    const attributes = { 'gen_ai.tool.name': name };
    return { name: named(method, name), type: 'tool', attributes, input: params['arguments'] };
  }
  if (method === 'prompts/get') {
    const name = text(params['name']);
    const attributes = { 'gen_ai.prompt.name': name };
    return { name: named(method, name), type: 'prompt', attributes, input: params['arguments'] };
  }
  if (method === 'sampling/createMessage' && direction === 'incoming') return samplingSpan(method, params);
  return {
    name: method,
    type: 'task',
    attributes: { 'mcp.resource.uri': method.startsWith('resources/') ? resourceUri(params['uri']) : undefined },
    input: WITHOUT_CONTENT.test(method) ? undefined : withoutMeta(params),
  };
}

/** Attributes and content of a result. */
export interface ResultFacts {
  readonly attributes: SpanAttributes;
  readonly output: unknown;
}

/** Reads the result of a request. */
export function resultFacts(method: string, given: unknown, direction: Direction): ResultFacts {
  const result = props(given);
  if (method === 'tools/call') return { attributes: {}, output: result['structuredContent'] ?? result['content'] };
  if (method === 'sampling/createMessage' && direction === 'incoming') {
    const { model, stopReason } = result;
    const reason = text(stopReason);
    return {
      attributes: {
        'gen_ai.response.model': text(model),
        'gen_ai.response.finish_reasons': reason === undefined ? undefined : [reason],
      },
      output: [samplingMessage({ role: 'assistant', ...result })],
    };
  }
  return { attributes: {}, output: WITHOUT_CONTENT.test(method) ? undefined : withoutMeta(result) };
}
