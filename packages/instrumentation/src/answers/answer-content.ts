/** The messages of a provider's own answer, in the shape of any API: whole, or in the pieces of a stream. */

import { list, type Message, type MessagePart, props, type Props, text, toParts } from '@spanline/record';
import { createCandidates, hasCandidates } from './candidates.ts';
import { createStreamedChoices, type StreamedChoices, wholeChoice } from './chat-choices.ts';
import { createMessageBlocks, type MessageBlocks } from './message-blocks.ts';
import { createResponseItems, type ResponseItems, responseParts } from './response-items.ts';

/** The content of an answer. */
export interface AnswerContent {
  /** Adds the answer, or the next piece of it. */
  add(raw: Props): void;
  /** The messages as far as they have arrived; empty if the shape is not known. */
  messages(): Message[];
}

const ofAssistant = (parts: MessagePart[]): Message[] => (parts.length === 0 ? [] : [{ role: 'assistant', parts }]);

/** Ollama has one message, without a list of choices. */
function choicesOf({ choices, message }: Props): unknown[] {
  if (Array.isArray(choices)) return choices;
  const { role, content, thinking, tool_calls: calls } = props(message);
  return role === undefined ? [] : [{ delta: { role, content, reasoning: thinking, tool_calls: calls } }];
}

/** Creates empty content. */
export function createAnswerContent(): AnswerContent {
  // An answer has one shape, and most come whole.
  let choices: StreamedChoices | undefined;
  let items: ResponseItems | undefined;
  let blocks: MessageBlocks | undefined;
  let candidates: ReturnType<typeof createCandidates> | undefined;
  let whole: Message[] = [];

  /** An answer that says everything at once. An earlier one said less. */
  function readWhole(raw: Props): Message[] {
    if (Array.isArray(raw['output'])) return ofAssistant(responseParts(raw));
    if (raw['type'] === 'message') return ofAssistant(toParts(raw['content']));
    return list(raw['choices'])
      .filter((choice) => props(choice)['message'] !== undefined)
      .map((choice) => wholeChoice(choice, raw).message);
  }

  return {
    add(raw): void {
      const type = text(raw['type']) ?? '';
      if (type.startsWith('response.')) {
        (items ??= createResponseItems()).add(raw);
        const read = readWhole(props(raw['response']));
        if (read.length > 0) whole = read;
      } else if (type.startsWith('content_block_')) (blocks ??= createMessageBlocks()).add(raw);
      else if (hasCandidates(raw)) (candidates ??= createCandidates()).add(raw);
      else {
        const read = readWhole(raw);
        if (read.length > 0) whole = read;
        else {
          const streamed = (choices ??= createStreamedChoices());
          streamed.addSources(raw);
          for (const choice of choicesOf(raw)) streamed.add(choice);
        }
      }
    },
    messages(): Message[] {
      if (whole.length > 0) return whole;
      const streamed = [
        ...ofAssistant(items?.parts() ?? []),
        ...ofAssistant(blocks?.parts() ?? []),
        ...(candidates?.messages() ?? []),
      ];
      if (streamed.length > 0) return streamed;
      return (choices?.gathered() ?? []).map(({ message }) => message).filter(({ parts }) => parts.length > 0);
    },
  };
}
