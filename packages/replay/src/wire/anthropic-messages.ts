/** Answers of Anthropic's messages. */
import { parseContent } from '@spanline/record';
import type { RecordedModelCall } from '../recording/recorded-call.ts';
import { type Answer, anthropicReason, answersOf, piecesOf, type RecordedUsage, usageOf } from './answer.ts';

/** Input tokens leave the cached ones out. */
function usageFields(usage: RecordedUsage | undefined): object {
  const { input = 0, output = 0, cacheRead = 0, cacheWrite = 0 } = usage ?? {};
  return {
    input_tokens: Math.max(0, input - cacheRead - cacheWrite),
    output_tokens: output,
    cache_read_input_tokens: cacheRead,
    cache_creation_input_tokens: cacheWrite,
  };
}

/** A block of content, and how a stream brings it. */
interface Block {
  readonly whole: object;
  readonly start: object;
  readonly deltas: readonly object[];
}

function blocksOf(answer: Answer): Block[] {
  const blocks: Block[] = [];
  if (answer.reasoning !== '') {
    // The signature is encrypted, and no line has it.
    const deltas = piecesOf(answer.reasoning).map((thinking) => ({ type: 'thinking_delta', thinking }));
    const start = { type: 'thinking', thinking: '', signature: '' };
    blocks.push({ whole: { ...start, thinking: answer.reasoning }, start, deltas });
  }
  if (answer.text !== '') {
    const deltas = piecesOf(answer.text).map((text) => ({ type: 'text_delta', text }));
    blocks.push({
      whole: { type: 'text', text: answer.text, citations: null },
      start: { type: 'text', text: '' },
      deltas,
    });
  }
  for (const { id, name, arguments: json } of answer.toolCalls) {
    const start = { type: 'tool_use', id, name, input: {} };
    const deltas = piecesOf(json).map((partial_json) => ({ type: 'input_json_delta', partial_json }));
    blocks.push({ whole: { ...start, input: parseContent(json) }, start, deltas });
  }
  return blocks;
}

function envelope({ record, model }: RecordedModelCall): object {
  return {
    id: record['gen_ai.response.id'] ?? `msg_${record.span_id ?? ''}`,
    type: 'message',
    role: 'assistant',
    model: record['gen_ai.response.model'] ?? model,
  };
}

const NOTHING: Answer = { text: '', reasoning: '', toolCalls: [], finishReason: undefined };

/** The whole answer. */
export function anthropicAnswer(call: RecordedModelCall): object {
  const [answer = NOTHING] = answersOf(call);
  return {
    ...envelope(call),
    content: blocksOf(answer).map(({ whole }) => whole),
    stop_reason: anthropicReason(answer),
    stop_sequence: null,
    usage: usageFields(usageOf(call)),
  };
}

/** An event of a stream. */
export type AnthropicEvent = { readonly type: string } & Readonly<Record<string, unknown>>;

/** The events of the stream. @param isWhole - false for an answer that broke off */
export function anthropicEvents(call: RecordedModelCall, isWhole: boolean): AnthropicEvent[] {
  const [answer = NOTHING] = answersOf(call);
  const usage = usageFields(usageOf(call));
  const message = {
    ...envelope(call),
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: { ...usage, output_tokens: 1 },
  };
  const events: AnthropicEvent[] = [{ type: 'message_start', message }];
  for (const [index, { start, deltas }] of blocksOf(answer).entries()) {
    events.push({ type: 'content_block_start', index, content_block: start });
    for (const delta of deltas) events.push({ type: 'content_block_delta', index, delta });
    events.push({ type: 'content_block_stop', index });
  }
  if (isWhole) {
    const delta = { stop_reason: anthropicReason(answer), stop_sequence: null };
    events.push({ type: 'message_delta', delta, usage }, { type: 'message_stop' });
  }
  return events;
}
