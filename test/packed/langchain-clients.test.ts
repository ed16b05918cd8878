import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MODELS, type WireModel } from '../../packages/langchain/test/support/models.ts';
import { openWire, type Wire } from '../support/wire/server.ts';
import { createProject, packedTarballs, removeFolders, runProgram } from './workspace.ts';

/** How a program makes each client, at `url`. */
const CLIENTS: Readonly<Partial<Record<keyof typeof MODELS, string>>> = {
  ChatOpenAI:
    "new ChatOpenAI({ model: 'gpt-4o-mini', apiKey: 'test', maxRetries: 0, configuration: { baseURL: url + '/v1' } })",
  'ChatOpenAI (Responses)':
    "new ChatOpenAI({ model: 'gpt-5-mini', apiKey: 'test', maxRetries: 0, useResponsesApi: true, configuration: { baseURL: url + '/v1' } })",
  ChatAnthropic:
    "new ChatAnthropic({ model: 'claude-3-5-haiku-latest', apiKey: 'test', maxRetries: 0, anthropicApiUrl: url })",
  ChatGoogleGenerativeAI:
    "new ChatGoogleGenerativeAI({ model: 'gemini-2.5-flash', apiKey: 'test', maxRetries: 0, baseUrl: url })",
  ChatBedrockConverse:
    "new ChatBedrockConverse({ model: 'anthropic.claude-3-5-haiku-20241022-v1:0', region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' }, maxRetries: 0 })",
  ChatOllama: "new ChatOllama({ model: 'llama3.2', baseUrl: url, maxRetries: 0 })",
  ChatMistralAI: "new ChatMistralAI({ model: 'mistral-small-latest', apiKey: 'test', serverURL: url, maxRetries: 0 })",
};
const NAMES = Object.keys(CLIENTS) as (keyof typeof MODELS)[];

const program = (urls: Readonly<Record<string, string>>): string => `
import { ChatAnthropic } from '@langchain/anthropic';
import { ChatBedrockConverse } from '@langchain/aws';
import { ChatGoogleGenerativeAI } from '@langchain/google-genai';
import { ChatMistralAI } from '@langchain/mistralai';
import { ChatOllama } from '@langchain/ollama';
import { ChatOpenAI } from '@langchain/openai';
import { createTracer } from '@spanline/core';
import { memoryLog } from '@spanline/core/testing';
import { SpanlineCallbackHandler } from '@spanline/langchain';

const urls = ${JSON.stringify(urls)};
process.env.AWS_ENDPOINT_URL_BEDROCK_RUNTIME = urls.ChatBedrockConverse;
const clients = {
${NAMES.map((name) => `  '${name}': (url) => ${CLIENTS[name] ?? ''},`).join('\n')}
};
const log = memoryLog();
const tracer = createTracer({ logger: log.logger, statsIntervalSeconds: 0 });
const callbacks = [new SpanlineCallbackHandler({ tracer })];
for (const [name, create] of Object.entries(clients)) {
  const config = { callbacks, metadata: { client: name } };
  await create(urls[name]).invoke('Weather?', config);
  for await (const _ of await create(urls[name]).stream('Weather?', config));
}
console.log('::' + JSON.stringify({ calls: log.records(), errors: tracer.stats().internalErrors, open: tracer.stats().open }));
`;

interface Result {
  calls: Record<string, unknown>[];
  errors: number;
  open: number;
}

const CACHED: Readonly<Record<string, object>> = {
  ChatOpenAI: { 'gen_ai.usage.cache_read.input_tokens': 64, 'spanline.cost.usd': 0.0000222 },
  'ChatOpenAI (Responses)': { 'gen_ai.usage.cache_read.input_tokens': 64 },
  ChatAnthropic: {
    'gen_ai.usage.cache_read.input_tokens': 64,
    'gen_ai.usage.cache_write.input_tokens': 10,
    'spanline.cost.usd': 0.00011592,
  },
  ChatBedrockConverse: {
    'gen_ai.usage.cache_read.input_tokens': 64,
    'gen_ai.usage.cache_write.input_tokens': 10,
    'spanline.cost.usd': 0.00011592,
  },
  ChatGoogleGenerativeAI: { 'gen_ai.usage.reasoning.output_tokens': 12 },
};

let tarballs: Map<string, string>;
const wires: Wire[] = [];

beforeAll(() => {
  tarballs = packedTarballs();
});

afterAll(async () => {
  removeFolders();
  await Promise.all(wires.map((wire) => wire.close()));
});

describe('clients of the 0.3 line', () => {
  it('record the same tokens as those of 1.x, cached ones included', async () => {
    const urls: Record<string, string> = {};
    for (const name of NAMES) {
      const model: WireModel = MODELS[name];
      const wire = await openWire(model.protocol);
      wire.answer(({ path, body }) => model.text(path.includes('tream') || body['stream'] === true));
      wires.push(wire);
      urls[name] = wire.url;
    }
    const project = createProject(
      tarballs,
      ['core', 'langchain'],
      [
        '@langchain/core@0.3.80',
        '@langchain/openai@0.6.17',
        '@langchain/anthropic@0.3.34',
        '@langchain/google-genai@0.2.18',
        '@langchain/aws@0.1.15',
        '@langchain/ollama@0.2.4',
        '@langchain/mistralai@0.2.3',
      ],
      { 'program.mjs': program(urls) },
    );
    const { calls, errors, open } = await runProgram<Result>(project);
    expect([errors, open, calls.length]).toEqual([0, 0, NAMES.length * 2]);
    for (const call of calls) {
      expect(call).toMatchObject({
        'span.status': 'ok',
        'gen_ai.usage.input_tokens': 100,
        'gen_ai.usage.output_tokens': 20,
        ...CACHED[String(call['labels.client'])],
      });
      expect(call['gen_ai.output.messages']).toContain('It is sunny.');
    }
    const streamed = calls.filter((call) => call['gen_ai.response.time_to_first_chunk'] !== undefined);
    expect(new Set(streamed.map((call) => call['labels.client']))).toEqual(new Set(NAMES));
  });
});
