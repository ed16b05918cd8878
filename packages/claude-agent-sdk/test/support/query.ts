/** The real SDK with a program in the place of Claude Code. */

import { fileURLToPath } from 'node:url';
import { type Options, query as sdkQuery, type SDKUserMessage } from '@anthropic-ai/claude-agent-sdk';

const PROGRAM = fileURLToPath(new URL('claude.mjs', import.meta.url));
const SONNET = 'claude-sonnet-4-5';

/** What the program writes for each prompt. */
export type Answers = Readonly<Record<string, readonly unknown[]>>;

export const init = { type: 'system', subtype: 'init', model: SONNET, tools: ['Read', 'Task'] };

/** A piece of an answer of a model. Its own count is that of the start. */
export const says = (id: string, block: object, parent: string | null = null, more: object = {}): object => ({
  type: 'assistant',
  parent_tool_use_id: parent,
  message: {
    id,
    type: 'message',
    role: 'assistant',
    model: SONNET,
    content: [block],
    stop_reason: null,
    usage: { input_tokens: 10, output_tokens: 1 },
    ...more,
  },
});

/** The answer of a tool. */
export const answers = (id: string, content: string, isError = false, parent: string | null = null): object => ({
  type: 'user',
  parent_tool_use_id: parent,
  message: { role: 'user', content: [{ type: 'tool_result', tool_use_id: id, content, is_error: isError }] },
});

const counts = (input: number, output: number, costUSD: number): object => ({
  inputTokens: input,
  outputTokens: output,
  thinkingTokens: 4,
  cacheReadInputTokens: 200,
  cacheCreationInputTokens: 50,
  cacheCreationEphemeral5mInputTokens: 50,
  webSearchRequests: 0,
  costUSD,
  contextWindow: 200_000,
  maxOutputTokens: 8000,
});

/** A result, with sums since the start. */
export const result = (times = 1, more: object = {}): object => ({
  type: 'result',
  subtype: 'success',
  is_error: false,
  duration_ms: 10,
  duration_api_ms: 8,
  num_turns: 2,
  result: 'It is vm.',
  stop_reason: 'end_turn',
  total_cost_usd: 0.003 * times,
  usage: { input_tokens: 7, output_tokens: 3 },
  modelUsage: {
    [SONNET]: { ...counts(20 * times, 10 * times, 0.002 * times), cacheReadInputTokens: 200 * times },
    'claude-haiku-4-5': { ...counts(5 * times, 2 * times, 0.001 * times), cacheReadInputTokens: 0, thinkingTokens: 0 },
  },
  permission_denials: [],
  ...more,
});

/** Options with which the SDK starts the program. */
export const optionsFor = (given: Answers, more: Options = {}): Options => ({
  pathToClaudeCodeExecutable: PROGRAM,
  env: { ...process.env, ANSWERS: JSON.stringify(given) },
  ...more,
});

/** A stream of prompts, each after the result of the one before it. */
export async function* prompts(texts: readonly string[], next: () => Promise<void>): AsyncGenerator<SDKUserMessage> {
  for (const content of texts) {
    yield {
      type: 'user',
      session_id: '',
      parent_tool_use_id: null,
      message: { role: 'user', content: [{ type: 'text', text: content }] },
    };
    await next();
  }
}

export { sdkQuery };
