/** Answers of `/v1/messages`. */

import type { MessagePart, SpanAttributes } from '@spanline/core';
import {
  type AnswerReader,
  type Props,
  props,
  createMessageBlocks,
  mergeUsage,
  normalizeUsage,
  text,
  toParts,
  usageAttributes,
} from '@spanline/instrumentation';

function messageAttributes(message: Props, parts: MessagePart[], usage: unknown): SpanAttributes {
  const tokens = normalizeUsage(usage);
  const reason = text(message['stop_reason']);
  const answer = {
    role: text(message['role']) ?? 'assistant',
    parts,
    ...(reason === undefined ? {} : { finish_reason: reason }),
  };
  return {
    'gen_ai.response.id': text(message['id']),
    'gen_ai.response.model': text(message['model']),
    'gen_ai.response.finish_reasons': reason === undefined ? undefined : [reason],
    ...(tokens === undefined ? {} : usageAttributes(tokens)),
    ...(parts.length === 0 && reason === undefined ? {} : { 'gen_ai.output.messages': [answer] }),
  };
}

/** Creates a reader of messages: whole, or as the events of a stream. */
export function createMessageReader(): AnswerReader {
  const blocks = createMessageBlocks();
  let message: Props = {};
  let usage: Props | undefined;
  let isComplete = false;

  return {
    whole(value): SpanAttributes {
      const answer = props(value);
      return messageAttributes(answer, toParts(answer['content']), answer['usage']);
    },
    chunk(value): 'content' | 'event' {
      const event = props(value);
      switch (event['type']) {
        case 'message_start':
          message = props(event['message']);
          usage = mergeUsage(usage, message['usage']);
          return 'event';
        case 'message_delta':
          message = { ...message, ...props(event['delta']) };
          usage = mergeUsage(usage, event['usage']);
          isComplete = true;
          return 'event';
        default:
          return blocks.add(event) ? 'content' : 'event';
      }
    },
    gathered(): SpanAttributes {
      const attributes = messageAttributes(message, blocks.parts(), usage);
      return isComplete || usage === undefined ? attributes : { ...attributes, 'spanline.usage.issue': 'incomplete' };
    },
  };
}
