/** Answers of `/v1/messages`. */

import type { SpanAttributes } from '@spanline/core';
import {
  type AnswerReader,
  type Props,
  props,
  createTextBuffer,
  type TextBuffer,
  list,
  mergeUsage,
  normalizeUsage,
  number,
  text,
  toParts,
  usageAttributes,
} from '@spanline/instrumentation';

/** A block of a streamed message, as far as it has arrived. */
interface StreamedBlock {
  readonly start: Props;
  readonly text: TextBuffer;
  readonly json: TextBuffer;
}

/** Limit of blocks that are kept of one message. */
const MAX_BLOCKS = 256;

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return json;
  }
}

/** The block as a message that is not streamed would have it. */
function wholeBlock({ start, text: buffer, json }: StreamedBlock): Props {
  const input = json.toString();
  const content = buffer.toString();
  if (input !== '') return { ...start, input: parsed(input) };
  if (content === '') return start;
  return { ...start, [start['type'] === 'thinking' ? 'thinking' : 'text']: content };
}

/** False for thoughts that are encrypted or not shown. */
function isReadable(block: unknown): boolean {
  const { type, thinking } = props(block);
  return type !== 'redacted_thinking' && !(type === 'thinking' && thinking === '');
}

function messageAttributes(message: Props, usage: unknown): SpanAttributes {
  const tokens = normalizeUsage(usage);
  const reason = text(message['stop_reason']);
  const parts = toParts(list(message['content']).filter(isReadable));
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
  const blocks = new Map<number, StreamedBlock>();
  let message: Props = {};
  let usage: Props | undefined;
  let isComplete = false;

  const addDelta = (index: unknown, delta: Props): void => {
    const block = blocks.get(number(index) ?? 0);
    block?.text.add(delta['text'] ?? delta['thinking']);
    block?.json.add(delta['partial_json']);
  };

  const addBlock = (index: unknown, start: Props): void => {
    if (blocks.size >= MAX_BLOCKS) return;
    blocks.set(number(index) ?? 0, { start, text: createTextBuffer(), json: createTextBuffer() });
  };

  return {
    whole: (value) => messageAttributes(props(value), props(value)['usage']),
    chunk(value): 'content' | 'event' {
      const event = props(value);
      switch (event['type']) {
        case 'message_start':
          message = props(event['message']);
          usage = mergeUsage(usage, message['usage']);
          return 'event';
        case 'content_block_start':
          addBlock(event['index'], props(event['content_block']));
          return 'event';
        case 'content_block_delta':
          addDelta(event['index'], props(event['delta']));
          return 'content';
        case 'message_delta':
          message = { ...message, ...props(event['delta']) };
          usage = mergeUsage(usage, event['usage']);
          isComplete = true;
          return 'event';
        default:
          return 'event';
      }
    },
    gathered(): SpanAttributes {
      const attributes = messageAttributes({ ...message, content: [...blocks.values()].map(wholeBlock) }, usage);
      return isComplete || usage === undefined ? attributes : { ...attributes, 'spanline.usage.issue': 'incomplete' };
    },
  };
}
