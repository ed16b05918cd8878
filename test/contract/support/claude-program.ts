/**
 * The Claude Agent SDK with a program in the place of Claude Code, which runs in this process and asks the provider as
 * Claude Code does.
 */

import { EventEmitter } from 'node:events';
import { createInterface } from 'node:readline';
import { PassThrough } from 'node:stream';
import { type Options, query as sdkQuery, type SpawnedProcess } from '@anthropic-ai/claude-agent-sdk';
import AnthropicSdk from '@anthropic-ai/sdk';
import type * as claudeAgentSdk from '@spanline/claude-agent-sdk';
import type { Instrumentation, Question } from './programs.ts';

const CLAUDE = 'claude-3-5-haiku-20241022';
const USD_PER_TOKEN = { input: 0.8e-6, output: 4e-6 };

/** Errors of the provider in the words of Claude Code. */
const ERRORS: ReadonlyMap<unknown, string> = new Map([
  [429, 'rate_limit'],
  [500, 'server_error'],
]);

const RESULT = { type: 'result', duration_ms: 1, duration_api_ms: 1, num_turns: 1, permission_denials: [], usage: {} };

const piece = (id: string, text: string): object => ({
  type: 'assistant',
  message: { id, type: 'message', role: 'assistant', model: CLAUDE, content: [{ type: 'text', text }], usage: {} },
});

/** Speaks the protocol of Claude Code: JSON lines over stdin and stdout. */
class ClaudeCode extends EventEmitter implements SpawnedProcess {
  readonly stdin = new PassThrough();
  readonly stdout = new PassThrough();
  killed = false;
  exitCode: number | null = null;
  readonly #client: AnthropicSdk;
  readonly #aborter = new AbortController();
  #lines = 0;

  constructor(url: string) {
    super();
    this.#client = new AnthropicSdk({ apiKey: 'test', baseURL: url, maxRetries: 0 });
    createInterface({ input: this.stdin })
      .on('line', (line) => void this.#take(JSON.parse(line) as Record<string, never>))
      .on('close', () => this.#exit());
  }

  kill(): boolean {
    this.killed = true;
    this.#exit();
    return true;
  }

  #exit(): void {
    if (this.exitCode !== null) return;
    this.exitCode = 0;
    this.#aborter.abort();
    this.stdout.end();
    this.emit('exit', 0, null);
  }

  #write(message: object): void {
    if (this.stdout.writable) this.stdout.write(`${JSON.stringify(message)}\n`);
  }

  #say(message: object): void {
    const uuid = `00000000-0000-4000-8000-${String(this.#lines++).padStart(12, '0')}`;
    this.#write({ uuid, session_id: 'session-1', parent_tool_use_id: null, ...message });
  }

  async #take(given: Record<string, Record<string, unknown> | string>): Promise<void> {
    const { type, request_id: id, request, message } = given;
    if (type === 'control_request' && (request as { subtype?: string }).subtype === 'initialize') {
      const response = { commands: [], models: [], account: {}, output_style: 'default', available_output_styles: [] };
      this.#write({ type: 'control_response', response: { subtype: 'success', request_id: id, response } });
    }
    if (type !== 'user') return;
    const { content } = message as { content: string | { text: string }[] };
    await this.#answer(typeof content === 'string' ? content : (content[0]?.text ?? '')).catch((error: unknown) => {
      if (!this.#aborter.signal.aborted) this.#fail(error as { status?: number; message: string });
    });
  }

  async #answer(question: string): Promise<void> {
    this.#say({ type: 'system', subtype: 'init', model: CLAUDE, tools: [] });
    const stream = await this.#client.messages.create(
      { model: CLAUDE, max_tokens: 100, messages: [{ role: 'user', content: question }], stream: true },
      { signal: this.#aborter.signal },
    );
    let id = '';
    let answer = '';
    /** The beginning of a word. Messages are made of whole ones. */
    let pending = '';
    const usage = { input: 0, output: 0 };
    for await (const event of stream) {
      if (event.type === 'message_start') {
        ({ id } = event.message);
        usage.input = event.message.usage.input_tokens;
      }
      if (event.type === 'message_delta') usage.output = event.usage.output_tokens;
      if (event.type !== 'content_block_delta' || event.delta.type !== 'text_delta') continue;
      answer += event.delta.text;
      pending += event.delta.text;
      const end = pending.lastIndexOf(' ') + 1;
      if (end > 0) this.#say(piece(id, pending.slice(0, end)));
      pending = pending.slice(end);
    }
    this.#say(piece(id, pending));
    const costUSD = usage.input * USD_PER_TOKEN.input + usage.output * USD_PER_TOKEN.output;
    const modelUsage = { [CLAUDE]: { inputTokens: usage.input, outputTokens: usage.output, costUSD } };
    this.#say({ ...RESULT, subtype: 'success', is_error: false, result: answer, modelUsage, total_cost_usd: costUSD });
  }

  #fail({ status, message }: { status?: number; message: string }): void {
    this.#say({ ...piece('msg_error', message), error: ERRORS.get(status) ?? 'unknown' });
    this.#say({ ...RESULT, subtype: 'success', is_error: true, result: message, modelUsage: {}, total_cost_usd: 0 });
  }
}

/** The texts of an answer. An answer that failed throws. */
async function* textsOf(messages: ReturnType<typeof sdkQuery>): AsyncGenerator<string> {
  for await (const message of messages) {
    if (message.type === 'result' && message.subtype === 'success' && message.is_error) throw new Error(message.result);
    if (message.type !== 'assistant' || message.error !== undefined) continue;
    for (const block of message.message.content) if (block.type === 'text') yield block.text;
  }
}

export const claudeRow: Instrumentation = {
  name: 'claude-agent-sdk',
  tree: `task outer\n  agent invoke_agent claude\n    llm chat ${CLAUDE}`,
  left: 'abandoned',
  aborted: 'aborted',
  readsByItself: true,
  isModelCall: true,
  async start(url, copies, setting) {
    const modules = copies as (typeof claudeAgentSdk)[];
    let query = modules.reduce((wrapped, { wrapQuery }) => wrapQuery(wrapped, setting), sdkQuery);
    const open = ({ text, signal }: Question): ReturnType<typeof sdkQuery> => {
      const abortController = new AbortController();
      signal?.addEventListener('abort', () => abortController.abort(), { once: true });
      const options: Options = {
        pathToClaudeCodeExecutable: 'claude',
        spawnClaudeCodeProcess: () => new ClaudeCode(url),
        abortController,
      };
      return query({ prompt: text, options });
    };
    return {
      async ask(question) {
        let answer = '';
        for await (const text of textsOf(open(question))) answer += text;
        return answer;
      },
      stream: async (question) => textsOf(open(question)),
      undo(): void {
        query = sdkQuery;
      },
      stop: async () => undefined,
    };
  },
};
