/** Cohere's `chat`, in both versions of the API. */

import { list, props, type Props, type SpanAttributes, text } from '@spanline/record';
import { type Choice, choiceAttributes, createStreamedChoices, wholeChoice } from '../answers/chat-choices.ts';
import type { AnswerReader, ClientCall } from '../client/call.ts';
import { clientSpan } from '../provider/client-span.ts';
import { chatAttributes, legacyCalls } from './chat-request.ts';

const idOf = ({ id, generation_id: generation }: Props): string | undefined => text(id) ?? text(generation);

const answerAttributes = (id: string | undefined, choices: readonly Choice[]): SpanAttributes =>
  choiceAttributes(choices, { 'gen_ai.response.id': id });

/** A piece of the arguments of a call, which version 1 sends before the whole calls. */
function legacyCallPiece({ index, name, parameters }: Props): object {
  return { index, function: { name, arguments: parameters } };
}

/** Events of a stream as the pieces of a choice: those of version 2 first. */
function pieceOf(event: Props): object | undefined {
  const { type, event_type: legacy, index, delta, text: words } = event;
  const { message, finish_reason: reason } = props(delta);
  const { content, tool_calls: call, tool_plan: plan, role, citations } = props(message);
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
    case 'citation-start':
      return { delta: { annotations: [citations] } };
    case 'message-end':
      return { delta: {}, finish_reason: reason };
    case 'text-generation':
      return { delta: { content: words } };
    case 'tool-calls-chunk':
      return { delta: { tool_calls: [legacyCallPiece(props(event['tool_call_delta']))] } };
    case 'tool-calls-generation':
      return { delta: { tool_calls: legacyCalls(event['tool_calls']) } };
    case 'citation-generation':
      return { delta: { annotations: event['citations'] } };
    case 'stream-end':
      return { delta: {}, finish_reason: event['finish_reason'] };
    default:
      return undefined;
  }
}

/** The message of a whole answer. Version 1 has its parts side by side. */
function messageOf({ message, text: words, tool_calls: calls, citations }: Props): unknown {
  return message ?? { role: 'assistant', content: words, tool_calls: legacyCalls(calls), citations: list(citations) };
}

/** Creates a reader of answers: whole, or as the events of a stream. */
function createChatReader(): AnswerReader {
  const streamed = createStreamedChoices();
  let id: string | undefined;
  let hasCallPieces = false;
  return {
    whole(value): SpanAttributes {
      const answer = props(value);
      const choice = { message: messageOf(answer), finish_reason: answer['finish_reason'] };
      return answerAttributes(idOf(answer), [wholeChoice(choice, {})]);
    },
    chunk(value): 'content' | 'event' {
      const event = props(value);
      id ??= idOf(event);
      if (event['event_type'] === 'tool-calls-chunk') hasCallPieces = true;
      else if (event['event_type'] === 'tool-calls-generation' && hasCallPieces) return 'event';
      const piece = pieceOf(event);
      return piece !== undefined && streamed.add({ index: 0, ...piece }) ? 'content' : 'event';
    },
    gathered: () => answerAttributes(id, streamed.gathered()),
  };
}

/**
 * Reads a request of a chat.
 *
 * @param facts - provider and server, and the model where the body has none
 */
export function readCohereChat(body: Props, facts: SpanAttributes): ClientCall {
  return { span: clientSpan('chat', 'llm', Object.assign(chatAttributes(body), facts)), reader: createChatReader() };
}
