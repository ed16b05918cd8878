/** A recorded answer as the parts that both APIs have. */
import { type Message, props, SpanlineError, text as textOf } from '@spanline/record';
import type { RecordedModelCall } from '../recording/recorded-call.ts';

/** A call of a tool that the model asked for. */
interface AnsweredToolCall {
  readonly id: string;
  readonly name: string;
  /** JSON. */
  readonly arguments: string;
}

/** One choice of an answer. */
export interface Answer {
  readonly text: string;
  readonly reasoning: string;
  readonly toolCalls: readonly AnsweredToolCall[];
  /** In the words of the provider or the framework that was recorded. */
  readonly finishReason: string | undefined;
}

/** @throws SpanlineError `ERR_REPLAY_CONTENT` for a part that a line does not have in full */
function readAnswer(call: RecordedModelCall, message: Message, index: number): Answer {
  let [text, reasoning] = ['', ''];
  const toolCalls: AnsweredToolCall[] = [];
  for (const part of message.parts) {
    const { content, id, name, arguments: given } = props(part);
    if (part.type === 'text') text += String(content);
    else if (part.type === 'reasoning') reasoning += String(content);
    else if (part.type === 'tool_call') {
      const json = typeof given === 'string' ? given : JSON.stringify(given ?? {});
      toolCalls.push({ id: textOf(id) ?? `call_${index}_${toolCalls.length}`, name: String(name), arguments: json });
    } else {
      const problem = `the answer of ${call.name} (span ${call.spanId}) has a part of type ${part.type}, which a line does not have in full`;
      throw new SpanlineError({ code: 'ERR_REPLAY_CONTENT', problem });
    }
  }
  const reasons = call.record['gen_ai.response.finish_reasons'];
  // Responses has one word for an answer and for calls of tools.
  const given = message.finish_reason ?? reasons?.[index];
  return { text, reasoning, toolCalls, finishReason: given === 'completed' ? undefined : given };
}

/** Reads the choices of a recorded answer. */
export function answersOf(call: RecordedModelCall): Answer[] {
  return call.answers.map((message, index) => readAnswer(call, message, index));
}

/** Tokens of the recorded answer; `undefined` where none were recorded. */
export interface RecordedUsage {
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
  readonly reasoning: number;
}

/** Reads the usage. */
export function usageOf({ record }: RecordedModelCall): RecordedUsage | undefined {
  const input = record['gen_ai.usage.input_tokens'];
  const output = record['gen_ai.usage.output_tokens'];
  if (input === undefined && output === undefined) return undefined;
  return {
    input: input ?? 0,
    output: output ?? 0,
    cacheRead: record['gen_ai.usage.cache_read.input_tokens'] ?? 0,
    cacheWrite: record['gen_ai.usage.cache_write.input_tokens'] ?? 0,
    reasoning: record['gen_ai.usage.reasoning.output_tokens'] ?? 0,
  };
}

/** Characters of one piece of a stream. */
const PIECE = 16;

/** Cuts a text into the pieces of a stream. They never split a character. */
export function piecesOf(text: string): string[] {
  const characters = Array.from(text);
  const pieces: string[] = [];
  for (let at = 0; at < characters.length; at += PIECE) pieces.push(characters.slice(at, at + PIECE).join(''));
  return pieces;
}

const OPENAI_REASONS: Readonly<Record<string, string>> = {
  end_turn: 'stop',
  stop_sequence: 'stop',
  max_tokens: 'length',
  tool_use: 'tool_calls',
  max_output_tokens: 'length',
  refusal: 'content_filter',
  // The AI SDK's words.
  'tool-calls': 'tool_calls',
  'content-filter': 'content_filter',
};
const ANTHROPIC_REASONS: Readonly<Record<string, string>> = {
  stop: 'end_turn',
  length: 'max_tokens',
  tool_calls: 'tool_use',
  max_output_tokens: 'max_tokens',
  content_filter: 'refusal',
  // The AI SDK's words.
  'tool-calls': 'tool_use',
  'content-filter': 'refusal',
};

const defaultReason = ({ toolCalls }: Answer): string => (toolCalls.length > 0 ? 'tool_calls' : 'stop');

/** The finish reason in OpenAI's words. */
export function openaiReason(answer: Answer): string {
  const reason = answer.finishReason ?? defaultReason(answer);
  return OPENAI_REASONS[reason] ?? reason;
}

/** The finish reason in Anthropic's words. */
export function anthropicReason(answer: Answer): string {
  const reason = answer.finishReason ?? defaultReason(answer);
  return ANTHROPIC_REASONS[reason] ?? reason;
}
