/** A model call: data of model spans as attributes. */

import type { Message, MessagePart, SpanAttributes } from '@spanline/core';
import {
  generationSettings,
  isObject,
  list,
  number,
  type OfferedTool,
  type Props,
  props,
  providerOf,
  rateLimitRatio,
  reportedByHeaders,
  text,
  toMessages,
  toolDefinitions,
} from '@spanline/instrumentation';
import type { MastraSpan } from './objects.ts';

const REQUEST_IDS = ['x-request-id', 'request-id', 'apim-request-id', 'x-amzn-requestid'] as const;

const unwrapTool = (tool: unknown): OfferedTool => {
  const { type, name, description, parameters } = props(tool);
  return { type, name, description, parameters };
};

/** Settings of a request. */
function settingsOf({ parameters, toolChoice: _choice, responseFormat }: Props): SpanAttributes {
  const format = text(responseFormat) ?? text(props(responseFormat)['type']);
  return {
    ...generationSettings(props(parameters)),
    'gen_ai.output.type': format?.startsWith('json') === true ? 'json' : undefined,
  };
}

/** Facts that are known when a call starts. */
export function requestFacts(attributes: Props): SpanAttributes {
  const { provider, model, serverAddress, serverPort } = attributes;
  const id = text(provider);
  const name = text(model);
  return {
    ...settingsOf(attributes),
    'gen_ai.provider.name': providerOf({ id: id?.split('.')[0], model: name }),
    'gen_ai.request.model': name,
    'gen_ai.tool.definitions': toolDefinitions(attributes['tools'], unwrapTool),
    'server.address': text(serverAddress),
    'server.port': number(serverPort),
  };
}

/** Facts of the answer. */
export function answerFacts({ attributes }: MastraSpan): SpanAttributes {
  const { responseModel, responseId, finishReason } = props(attributes);
  const reason = text(finishReason);
  return {
    'gen_ai.response.model': text(responseModel),
    'gen_ai.response.id': text(responseId),
    'gen_ai.response.finish_reasons': reason === undefined ? undefined : [reason],
  };
}

/** The provider's whole answer, which Mastra keeps of calls that are not streamed. */
export const wholeAnswer = (step: MastraSpan): Props | undefined => {
  const { body } = props(step.metadata);
  return isObject(body) ? props(body) : undefined;
};

/** Facts in the headers of the answer, and in the answer itself. Mastra reports them with the step around a call. */
export function wireFacts(step: MastraSpan): SpanAttributes {
  const { headers } = props(step.metadata);
  const { 'content-type': type, ...others } = props(headers);
  const answer = wholeAnswer(step);
  return {
    'gen_ai.request.stream': text(type)?.startsWith('text/event-stream') === true ? true : undefined,
    'gen_ai.response.id': text(answer?.['id']),
    'spanline.provider.request_id': REQUEST_IDS.map((name) => text(others[name])).find((id) => id !== undefined),
    'spanline.ratelimit.remaining_ratio': rateLimitRatio(headers),
    ...reportedByHeaders(headers),
  };
}

/** The messages of a request: `{ messages }`, or a list. */
export function promptMessages(input: unknown): Message[] {
  const { messages } = props(input);
  const given = messages ?? input;
  return Array.isArray(given) || typeof given === 'string' ? toMessages(given) : [];
}

function callPart(call: unknown): MessagePart {
  const { toolCallId, toolName, args, input } = props(call);
  const id = text(toolCallId);
  return {
    type: 'tool_call',
    ...(id === undefined ? {} : { id }),
    name: text(toolName) ?? '',
    arguments: args ?? input,
  };
}

/** The message of an answer: `{ text, reasoningText, toolCalls, object }`. */
export function answerMessages(output: unknown, reason: string | undefined): Message[] {
  const { text: content, reasoningText, toolCalls, object } = props(output);
  const thought = text(reasoningText);
  const written = text(content) ?? (object === undefined ? undefined : JSON.stringify(object));
  const parts: MessagePart[] = [
    ...(thought === undefined ? [] : [{ type: 'reasoning', content: thought } as const]),
    ...(written === undefined || written === '' ? [] : [{ type: 'text', content: written } as const]),
    ...list(toolCalls).map(callPart),
  ];
  if (parts.length === 0) return [];
  return [{ role: 'assistant', parts, ...(reason === undefined ? {} : { finish_reason: reason }) }];
}
