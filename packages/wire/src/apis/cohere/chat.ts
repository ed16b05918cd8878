/** Cohere's `chat`, in both versions of the API. */

import type { SpanAttributes } from '@spanline/core';
import {
  type AnswerReader,
  type Choice,
  type ClientCall,
  clientSpan,
  createStreamedChoices,
  list,
  number,
  type OfferedTool,
  type Props,
  props,
  stopSequences,
  text,
  toMessages,
  toolDefinitions,
  wholeChoice,
} from '@spanline/instrumentation';

/** Version 1 has the question beside the history, in words of its own. */
function messagesOf({ messages, message, chat_history: history, preamble }: Props): unknown {
  if (messages !== undefined) return messages;
  const roles: Readonly<Record<string, string>> = { USER: 'user', CHATBOT: 'assistant', SYSTEM: 'system' };
  const before = list(history).map((entry) => {
    const { role, message: content } = props(entry);
    return { role: roles[String(role)] ?? 'user', content };
  });
  const system = text(preamble) === undefined ? [] : [{ role: 'system', content: preamble }];
  return [...system, ...before, { role: 'user', content: message }];
}

function unwrapTool(tool: unknown): OfferedTool {
  const { type, function: wrapped } = props(tool);
  const { name, description, parameters } = props(wrapped ?? tool);
  return { type, name, description, parameters };
}

function requestAttributes(body: Props): SpanAttributes {
  return {
    'gen_ai.operation.name': 'chat',
    'gen_ai.request.model': text(body['model']),
    'gen_ai.request.temperature': number(body['temperature']),
    'gen_ai.request.top_p': number(body['p']),
    'gen_ai.request.max_tokens': number(body['max_tokens']),
    'gen_ai.request.frequency_penalty': number(body['frequency_penalty']),
    'gen_ai.request.presence_penalty': number(body['presence_penalty']),
    'gen_ai.request.seed': number(body['seed']),
    'gen_ai.request.stop_sequences': stopSequences(body['stop_sequences']),
    'gen_ai.request.stream': body['stream'] === true ? true : undefined,
    'gen_ai.tool.definitions': toolDefinitions(body['tools'], unwrapTool),
    'gen_ai.input.messages': toMessages(messagesOf(body)),
  };
}

const idOf = ({ id, generation_id: generation }: Props): string | undefined => text(id) ?? text(generation);

function answerAttributes(id: string | undefined, choices: readonly Choice[]): SpanAttributes {
  const reasons = choices.map(({ reason }) => reason).filter((reason) => reason !== undefined);
  const messages = choices.map(({ message, reason }) =>
    reason === undefined ? message : { ...message, finish_reason: reason },
  );
  return {
    'gen_ai.response.id': id,
    'gen_ai.response.finish_reasons': reasons.length === 0 ? undefined : reasons,
    ...(messages.length === 0 ? {} : { 'gen_ai.output.messages': messages }),
  };
}

/** Events of a stream as the pieces of a choice: those of version 2 first. */
function pieceOf(event: Props): object | undefined {
  const { type, event_type: legacy, index, delta, text: words } = event;
  const { message, finish_reason: reason } = props(delta);
  const { content, tool_calls: call, tool_plan: plan, role } = props(message);
  switch (type ?? legacy) {
    case 'message-start':
      return { delta: { role } };
    case 'content-start':
    case 'content-delta':
      return { delta: { content: props(content)['text'], reasoning_content: props(content)['thinking'] } };
    case 'tool-plan-delta':
      return { delta: { reasoning_content: plan } };
    case 'tool-call-start':
    case 'tool-call-delta':
      return { delta: { tool_calls: [{ index, ...props(call) }] } };
    case 'message-end':
      return { delta: {}, finish_reason: reason };
    case 'text-generation':
      return { delta: { content: words } };
    case 'stream-end':
      return { delta: {}, finish_reason: event['finish_reason'] };
    default:
      return undefined;
  }
}

function createReader(): AnswerReader {
  const streamed = createStreamedChoices();
  let id: string | undefined;
  return {
    whole(value): SpanAttributes {
      const answer = props(value);
      const { message, text: words, finish_reason: reason } = answer;
      const given = message ?? { role: 'assistant', content: words };
      return answerAttributes(idOf(answer), [wholeChoice({ message: given, finish_reason: reason }, {})]);
    },
    chunk(value): 'content' | 'event' {
      const event = props(value);
      id ??= idOf(event);
      const piece = pieceOf(event);
      return piece !== undefined && streamed.add({ index: 0, ...piece }) ? 'content' : 'event';
    },
    gathered: () => answerAttributes(id, streamed.gathered()),
  };
}

/** Reads a request of a chat. */
export function readChat(body: Props, server: SpanAttributes): ClientCall {
  return {
    span: clientSpan('chat', 'llm', Object.assign(requestAttributes(body), server)),
    reader: createReader(),
  };
}
