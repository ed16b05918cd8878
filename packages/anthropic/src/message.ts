/** Answers of `/v1/messages`. */

import type { MessagePart, SpanAttributes } from '@spanline/core';
import { type AnswerReader, type Props, props, createMessageBlocks, text, toParts } from '@spanline/instrumentation';

function messageAttributes(message: Props, parts: MessagePart[]): SpanAttributes {
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
    ...(parts.length === 0 && reason === undefined ? {} : { 'gen_ai.output.messages': [answer] }),
  };
}

/** Creates a reader of messages: whole, or as the events of a stream. */
export function createMessageReader(): AnswerReader {
  const blocks = createMessageBlocks();
  let message: Props = {};

  return {
    whole: (value) => messageAttributes(props(value), toParts(props(value)['content'])),
    chunk(value): 'content' | 'event' {
      const event = props(value);
      switch (event['type']) {
        case 'message_start':
          message = props(event['message']);
          return 'event';
        case 'message_delta':
          message = { ...message, ...props(event['delta']) };
          return 'event';
        default:
          return blocks.add(event) ? 'content' : 'event';
      }
    },
    gathered: () => messageAttributes(message, blocks.parts()),
  };
}
