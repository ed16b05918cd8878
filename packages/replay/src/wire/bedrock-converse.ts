/** Answers of Amazon Bedrock's `Converse` and `ConverseStream`. */
import { parseContent } from '@spanline/record';
import type { RecordedModelCall } from '../recording/recorded-call.ts';
import { amazonEvent } from './amazon-stream.ts';
import { type Answer, anthropicReason, answersOf, piecesOf, usageOf } from './answer.ts';

/** Anthropic's words are Amazon's, but for one. */
function amazonReason(answer: Answer): string {
  const reason = anthropicReason(answer);
  return reason === 'refusal' ? 'content_filtered' : reason;
}

/** Input tokens leave the cached ones out. */
function figuresOf(call: RecordedModelCall): object {
  const { input = 0, output = 0, cacheRead = 0, cacheWrite = 0 } = usageOf(call) ?? {};
  const usage = {
    inputTokens: Math.max(0, input - cacheRead - cacheWrite),
    outputTokens: output,
    totalTokens: input + output,
    cacheReadInputTokens: cacheRead,
    cacheWriteInputTokens: cacheWrite,
  };
  return { usage, metrics: { latencyMs: Math.round(call.record.duration_ms ?? 0) } };
}

/** A block of content, and how a stream brings it. */
interface Block {
  readonly whole: object;
  /** Blocks of text and thoughts begin without an event. */
  readonly start?: object;
  readonly deltas: readonly object[];
}

function blocksOf({ reasoning, text, toolCalls }: Answer): Block[] {
  const blocks: Block[] = [];
  if (reasoning !== '') {
    const deltas = piecesOf(reasoning).map((piece) => ({ reasoningContent: { text: piece } }));
    blocks.push({ whole: { reasoningContent: { reasoningText: { text: reasoning } } }, deltas });
  }
  if (text !== '') blocks.push({ whole: { text }, deltas: piecesOf(text).map((piece) => ({ text: piece })) });
  for (const { id: toolUseId, name, arguments: json } of toolCalls) {
    const deltas = piecesOf(json).map((input) => ({ toolUse: { input } }));
    const whole = { toolUse: { toolUseId, name, input: parseContent(json) } };
    blocks.push({ whole, start: { toolUse: { toolUseId, name } }, deltas });
  }
  return blocks;
}

const NOTHING: Answer = { text: '', reasoning: '', toolCalls: [], finishReason: undefined };

/** The whole answer. */
export function converseAnswer(call: RecordedModelCall): object {
  const [answer = NOTHING] = answersOf(call);
  const message = { role: 'assistant', content: blocksOf(answer).map(({ whole }) => whole) };
  return { output: { message }, stopReason: amazonReason(answer), ...figuresOf(call) };
}

/** The events of the stream. @param isWhole - false for an answer that broke off */
export function converseEvents(call: RecordedModelCall, isWhole: boolean): Uint8Array[] {
  const [answer = NOTHING] = answersOf(call);
  const events = [amazonEvent('messageStart', { role: 'assistant' })];
  for (const [contentBlockIndex, { start, deltas }] of blocksOf(answer).entries()) {
    if (start !== undefined) events.push(amazonEvent('contentBlockStart', { contentBlockIndex, start }));
    for (const delta of deltas) events.push(amazonEvent('contentBlockDelta', { contentBlockIndex, delta }));
    events.push(amazonEvent('contentBlockStop', { contentBlockIndex }));
  }
  if (isWhole) {
    events.push(amazonEvent('messageStop', { stopReason: amazonReason(answer) }));
    events.push(amazonEvent('metadata', figuresOf(call)));
  }
  return events;
}
