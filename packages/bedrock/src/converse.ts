/** `Converse` and `ConverseStream`: one shape for all models. */

import type { MessagePart, SpanAttributes } from '@spanline/core';
import {
  type AnswerReader,
  type ClientCall,
  clientSpan,
  createMessageBlocks,
  isObject,
  type MessageBlocks,
  number,
  type Props,
  props,
  stopSequences,
  text,
  toMessages,
  toParts,
} from '@spanline/instrumentation';
import { modelAttributes } from './request.ts';
import { converseTools } from './tools.ts';

function requestAttributes(input: Props, isStreamed: boolean): SpanAttributes {
  const { messages, system, inferenceConfig } = input;
  const config = props(inferenceConfig);
  return {
    ...modelAttributes(input, isStreamed),
    'gen_ai.operation.name': 'chat',
    'gen_ai.request.max_tokens': number(config['maxTokens']),
    'gen_ai.request.temperature': number(config['temperature']),
    'gen_ai.request.top_p': number(config['topP']),
    'gen_ai.request.stop_sequences': stopSequences(config['stopSequences']),
    'gen_ai.tool.definitions': converseTools(input),
    'gen_ai.system_instructions': system === undefined ? undefined : toParts(system),
    'gen_ai.input.messages': messages === undefined ? undefined : toMessages(messages),
  };
}

/** Adds the events of Amazon to blocks that read Anthropic's, which have the same facts. */
function addEvent(blocks: MessageBlocks, { contentBlockStart, contentBlockDelta }: Props): boolean {
  if (isObject(contentBlockStart)) {
    const { contentBlockIndex: index, start } = props(contentBlockStart);
    const { toolUseId: id, name, type = 'tool_use' } = props(props(start)['toolUse']);
    if (id === undefined) return false;
    blocks.add({ type: 'content_block_start', index, content_block: { type, id, name } });
    return true;
  }
  if (!isObject(contentBlockDelta)) return false;
  const { contentBlockIndex: index, delta } = props(contentBlockDelta);
  const { text: piece, toolUse, reasoningContent, citation } = props(delta);
  if (reasoningContent !== undefined) {
    blocks.add({ type: 'content_block_start', index, content_block: { type: 'thinking', thinking: '' } });
  }
  return blocks.add({
    type: 'content_block_delta',
    index,
    delta: {
      text: piece,
      thinking: props(reasoningContent)['text'],
      partial_json: props(toolUse)['input'],
      citation,
    },
  });
}

function answerAttributes(role: unknown, parts: MessagePart[], reason: string | undefined): SpanAttributes {
  const message = {
    role: text(role) ?? 'assistant',
    parts,
    ...(reason === undefined ? {} : { finish_reason: reason }),
  };
  return {
    'gen_ai.response.finish_reasons': reason === undefined ? undefined : [reason],
    ...(parts.length === 0 && reason === undefined ? {} : { 'gen_ai.output.messages': [message] }),
  };
}

/** Creates a reader of answers: whole, or as the events of a stream. */
export function createConverseReader(): AnswerReader {
  const blocks = createMessageBlocks();
  let role: unknown;
  let reason: string | undefined;
  return {
    whole(value): SpanAttributes {
      const { output, stopReason } = props(value);
      const message = props(props(output)['message']);
      return answerAttributes(message['role'], toParts(message['content']), text(stopReason));
    },
    chunk(value): 'content' | 'event' {
      const event = props(value);
      role = props(event['messageStart'])['role'] ?? role;
      reason = text(props(event['messageStop'])['stopReason']) ?? reason;
      return addEvent(blocks, event) ? 'content' : 'event';
    },
    gathered: () => answerAttributes(role, blocks.parts(), reason),
  };
}

/** Reads a conversation. */
export function readConverse(input: Props, isStreamed: boolean): ClientCall {
  return { span: clientSpan('chat', 'llm', requestAttributes(input, isStreamed)), reader: createConverseReader() };
}
