import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { SpanRecord } from '@spanline/core';
import {
  type Canned,
  type CannedProvider,
  startCannedProvider,
} from '../../packages/llamaindex/test/support/canned-provider.ts';
import { createProject, packedTarballs, removeFolders } from './workspace.ts';

const PROGRAM = `
import { createTracer } from '@spanline/core';
import { memoryLog } from '@spanline/core/testing';
import { instrumentLlamaIndex } from '@spanline/llamaindex';
import { Anthropic, AnthropicSession } from '@llamaindex/anthropic';
import { DeepSeekLLM } from '@llamaindex/deepseek';
import { Gemini, GoogleStudio } from '@llamaindex/google';
import { MistralAI, MistralAIEmbedding } from '@llamaindex/mistral';
import { Ollama } from '@llamaindex/ollama';
import { Mistral } from '@mistralai/mistralai';

const url = process.argv[2];
const log = memoryLog();
const tracer = createTracer({ logger: log.logger, statsIntervalSeconds: 0, capture: 'full' });
const { observe } = instrumentLlamaIndex({ tracer, streamUsage: true });

process.env.ANTHROPIC_BASE_URL = url;
const onMistral = (component) => {
  component.session.client = new Mistral({ apiKey: 'test', serverURL: url });
  return component;
};
const models = {
  Anthropic: new Anthropic({ model: 'claude-3-5-haiku', apiKey: 'test', maxRetries: 0 }),
  DeepSeekLLM: new DeepSeekLLM({ model: 'deepseek-chat', apiKey: 'test', additionalSessionOptions: { baseURL: url + '/v1' } }),
  Gemini: new Gemini({ model: 'gemini-2.0-flash', apiKey: 'test', httpOptions: { baseUrl: url } }),
  GoogleStudio: new GoogleStudio({ model: 'gemini-2.0-flash', apiKey: 'test', httpOptions: { baseUrl: url } }),
  MistralAI: onMistral(new MistralAI({ model: 'mistral-small-latest', apiKey: 'test' })),
  Ollama: new Ollama({ model: 'llama3.2', config: { host: url } }),
};
const messages = [{ role: 'user', content: 'count' }];
const texts = {};
for (const [name, llm] of Object.entries(models)) {
  observe(llm);
  const whole = await llm.chat({ messages });
  let streamed = '';
  for await (const chunk of await llm.chat({ messages, stream: true })) streamed += chunk.delta;
  texts[name] = [whole.message.content, streamed];
}
await observe(onMistral(new MistralAIEmbedding({ apiKey: 'test' }))).getTextEmbeddingsBatch(['a', 'b']);
console.log('::' + JSON.stringify({ texts, errors: tracer.stats().internalErrors, spans: log.records() }));
`;

const PACKAGES = [
  'llamaindex@0.12.1',
  '@llamaindex/core@0.6.22',
  '@llamaindex/env@0.1.30',
  '@llamaindex/openai@0.4.22',
  '@llamaindex/anthropic@0.3.26',
  '@llamaindex/deepseek@0.0.41',
  '@llamaindex/google@0.4.0',
  '@llamaindex/mistral@0.1.22',
  '@llamaindex/ollama@0.1.23',
];

/** Anthropic tells the input with the first event of a stream and the output with the last. */
function anthropic(streams: boolean): Canned {
  const usage = { input_tokens: 30, cache_read_input_tokens: 8, cache_creation_input_tokens: 2, output_tokens: 12 };
  const message = { id: 'id_1', type: 'message', role: 'assistant', model: 'served' };
  if (!streams) {
    return { json: { ...message, content: [{ type: 'text', text: 'one two' }], stop_reason: 'end_turn', usage } };
  }
  return {
    events: [
      {
        type: 'message_start',
        message: { ...message, content: [], stop_reason: null, usage: { ...usage, output_tokens: 1 } },
      },
      { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
      { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'one ' } },
      { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'two' } },
      { type: 'content_block_stop', index: 0 },
      { type: 'message_delta', delta: { stop_reason: 'end_turn', stop_sequence: null }, usage: { output_tokens: 12 } },
      { type: 'message_stop' },
    ],
  };
}

/** Google's counts are those until now; the last chunk may have no text. */
function google(streams: boolean): Canned {
  const answer = (parts: object[], usageMetadata: object, finishReason?: string): object => ({
    candidates: [{ index: 0, content: { role: 'model', parts }, finishReason }],
    modelVersion: 'served',
    responseId: 'id_1',
    usageMetadata,
  });
  const usage = { promptTokenCount: 40, candidatesTokenCount: 10, thoughtsTokenCount: 2, totalTokenCount: 52 };
  if (!streams) return { json: answer([{ text: 'one two' }], usage, 'STOP') };
  return {
    events: [
      answer([{ text: 'one ' }], { promptTokenCount: 40, totalTokenCount: 40 }),
      answer([{ text: 'two' }], { promptTokenCount: 40, totalTokenCount: 40 }),
      answer([], usage, 'STOP'),
    ],
  };
}

function ollama(streams: boolean): Canned {
  const base = { model: 'served', created_at: '2026-01-01T00:00:00Z' };
  const chunk = (content: string): object => ({ ...base, message: { role: 'assistant', content }, done: false });
  const counts = { prompt_eval_count: 40, eval_count: 12, total_duration: 5 };
  const end = (content: string): object => ({ ...chunk(content), done: true, done_reason: 'stop', ...counts });
  return streams ? { lines: [chunk('one '), chunk('two'), end('')] } : { json: end('one two') };
}

/** The wire of OpenAI, which DeepSeek and Mistral speak too. */
function chatCompletion(streams: boolean): Canned {
  const base = { id: 'id_1', created: 1, model: 'served' };
  const usage = { prompt_tokens: 40, completion_tokens: 12, total_tokens: 52 };
  if (!streams) {
    const choices = [{ index: 0, message: { role: 'assistant', content: 'one two' }, finish_reason: 'stop' }];
    return { json: { ...base, object: 'chat.completion', choices, usage } };
  }
  const chunk = (content: string, finish: string | null, more: object = {}): object => ({
    ...base,
    object: 'chat.completion.chunk',
    choices: [{ index: 0, delta: { role: 'assistant', content }, finish_reason: finish }],
    ...more,
  });
  return { events: [chunk('one ', null), chunk('two', null), chunk('', 'stop', { usage }), '[DONE]'] };
}

function answer(path: string, body: Record<string, unknown>): Canned {
  const streams = body['stream'] === true;
  if (path.startsWith('/v1/messages')) return anthropic(streams);
  if (path.includes(':streamGenerateContent')) return google(true);
  if (path.includes(':generateContent')) return google(false);
  if (path === '/api/chat') return ollama(streams);
  if (path !== '/v1/embeddings') return chatCompletion(streams);
  const usage = { prompt_tokens: 7, completion_tokens: 0, total_tokens: 7 };
  const data = [{ object: 'embedding', index: 0, embedding: [1, 2] }];
  return { json: { id: 'id_1', object: 'list', model: 'served', data, usage } };
}

interface Result {
  texts: Record<string, [whole: unknown, streamed: string]>;
  errors: number;
  spans: SpanRecord[];
}

/** Runs beside this process, whose server has to answer it. */
async function runProgram(project: string, url: string): Promise<Result> {
  const child = spawn(process.execPath, ['program.mjs', url], {
    cwd: project,
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
  const [code] = (await once(child, 'close')) as [number];
  const line = output.split('\n').find((text) => text.startsWith('::'));
  if (code !== 0 || line === undefined) throw new Error(`the program ended with ${code}:\n${output}`);
  return JSON.parse(line.slice(2)) as Result;
}

let provider: CannedProvider;
let result: Result;

beforeAll(async () => {
  provider = await startCannedProvider(answer);
  const project = createProject(packedTarballs(), ['core', 'llamaindex'], PACKAGES, {
    'program.mjs': PROGRAM,
  });
  result = await runProgram(project, provider.url);
});

afterAll(async () => {
  await provider.stop();
  removeFolders();
});

it('none of the provider packages sees another answer than its provider gave', () => {
  expect(result.errors).toBe(0);
  expect(Object.keys(result.texts)).toHaveLength(6);
  for (const [whole, streamed] of Object.values(result.texts)) {
    expect(JSON.stringify(whole)).toContain('one two');
    expect(streamed).toBe('one two');
  }
});

it.each([
  ['claude-3-5-haiku', 'anthropic', 'end_turn'],
  ['deepseek-chat', 'deepseek', 'stop'],
  ['gemini-2.0-flash', 'gcp.gemini', 'STOP'],
  ['mistral-small-latest', 'mistral_ai', 'stop'],
  ['llama3.2', 'ollama', 'stop'],
])('%s of %s has tokens, whole and streamed', (model, name, reason) => {
  const calls = result.spans.filter((span) => span['gen_ai.request.model'] === model);
  expect(calls.map((call) => call['gen_ai.request.stream'] ?? false)).toEqual(
    model.startsWith('gemini') ? [false, true, false, true] : [false, true],
  );
  for (const call of calls) {
    expect(call).toMatchObject({
      'gen_ai.provider.name': name,
      'gen_ai.usage.input_tokens': 40,
      'gen_ai.usage.output_tokens': 12,
      'gen_ai.response.model': 'served',
      'gen_ai.response.finish_reasons': [reason],
    });
    expect(call['spanline.usage.issue']).toBeUndefined();
    expect(call['gen_ai.output.messages']).toContain('"content":"one two"');
  }
});

it("details of the counts are there: Anthropic's cache, Google's thoughts", () => {
  for (const span of result.spans) {
    if (span['gen_ai.provider.name'] === 'anthropic') expect(span['gen_ai.usage.cache_read.input_tokens']).toBe(8);
    if (span['gen_ai.provider.name'] === 'gcp.gemini') expect(span['gen_ai.usage.reasoning.output_tokens']).toBe(2);
  }
});

it("Mistral's embeddings have the tokens of all their requests", () => {
  const embedding = result.spans.find((span) => span['span.type'] === 'embedding');
  expect(embedding).toMatchObject({ 'gen_ai.usage.input_tokens': 14, 'spanline.embeddings.input_count': 2 });
});
