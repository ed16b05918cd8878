/** Whose model a call is, and whose price it has: the same by every way to call it. */
import { ChatOpenAI } from '@langchain/openai';
import { OpenAI as LlamaOpenAI } from '@llamaindex/openai';
import OpenAI, { AzureOpenAI } from 'openai';
import { describe, expect, it } from 'vitest';
import { createTracer, llmSpan, type SpanRecord, type Tracer, type TracerOptions } from '@spanline/core';
import { memoryLog } from '@spanline/core/testing';
import { SpanlineCallbackHandler } from '@spanline/langchain';
import { instrumentLlamaIndex } from '@spanline/llamaindex';
import { wrapOpenAI } from '@spanline/openai';
import { useWire } from '../support/set-up.ts';
import { json, type Wire } from '../support/wire/server.ts';

let wire: Wire;

useWire((opened) => {
  wire = opened;
});

/** Requests for any host go to the server of the test. */
const toWire: typeof fetch = (_input, init) => fetch(wire.url, init);
const messages = [{ role: 'user' as const, content: 'Is it so?' }];
const completion = (model: string): object => ({
  id: 'c1',
  object: 'chat.completion',
  created: 1,
  model,
  choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'Yes.' } }],
  usage: { prompt_tokens: 1_000_000, completion_tokens: 100_000, total_tokens: 1_100_000 },
});

type Way = (tracer: Tracer, baseURL: string, model: string) => Promise<unknown>;

const WAYS: Readonly<Record<string, Way>> = {
  'the wrapped client': (tracer, baseURL, model) =>
    wrapOpenAI(new OpenAI({ apiKey: 'test', maxRetries: 0, baseURL, fetch: toWire }), {
      tracer,
    }).chat.completions.create({ model, messages }),
  "LangChain's handler": (tracer, baseURL, model) =>
    new ChatOpenAI({
      model,
      apiKey: 'test',
      maxRetries: 0,
      useResponsesApi: false,
      configuration: { baseURL, fetch: toWire },
    }).invoke('Is it so?', { callbacks: [new SpanlineCallbackHandler({ tracer })] }),
  LlamaIndex: async (tracer, baseURL, model) => {
    const uninstall = instrumentLlamaIndex({ tracer });
    try {
      const options = { apiKey: 'test', maxRetries: 0, additionalSessionOptions: { baseURL, fetch: toWire } };
      await uninstall.observe(new LlamaOpenAI({ model, ...options })).chat({ messages });
    } finally {
      uninstall();
    }
  },
  llmSpan: (tracer, baseURL, model) =>
    llmSpan(
      {
        tracer,
        model,
        provider: 'openai',
        messages: 'Is it so?',
        attributes: { 'server.address': new URL(baseURL).hostname, 'server.port': Number(new URL(baseURL).port) },
      },
      async () => (await toWire(baseURL, { method: 'POST' })).json(),
    ),
};

async function lineOf(way: Way, baseURL: string, model: string, options: TracerOptions = {}): Promise<SpanRecord> {
  const log = memoryLog();
  const tracer = createTracer({ logger: log.logger, statsIntervalSeconds: 0, ...options });
  wire.answer(() => json(completion(model)));
  await way(tracer, baseURL, model);
  const calls = log.records().filter((record) => record['span.type'] === 'llm');
  expect(calls).toHaveLength(1);
  return calls[0] as SpanRecord;
}

describe.each(Object.entries(WAYS))('%s', (_, way) => {
  it.each([
    ['https://api.groq.com/openai/v1', 'openai/gpt-oss-120b', 'groq', 0.21],
    ['https://api.groq.com/openai/v1', 'gpt-4o', 'groq', 'unknown_model'],
    ['https://api.deepseek.com', 'gpt-4o', 'deepseek', 'unknown_model'],
    ['http://localhost:11434/v1', 'deepseek-r1:8b', 'openai', 'self_hosted'],
    ['http://[::1]:8000/v1', 'deepseek-chat', 'openai', 'self_hosted'],
    ['http://[fd00::7]:8000/v1', 'openai/gpt-oss-20b', 'openai', 'self_hosted'],
    ['http://host.docker.internal:1234/v1', 'qwen/qwen3-8b', 'openai', 'self_hosted'],
    ['http://vllm:8000/v1', 'mistralai/Mistral-Small-24B', 'openai', 'self_hosted'],
    ['http://127.0.0.1:4000/v1', 'gpt-4o-mini', 'openai', 0.21],
    ['http://litellm.internal:4000/v1', 'claude-sonnet-4-6', 'openai', 4.5],
    ['https://llm.example.com/v1', 'deepseek-chat', 'openai', 'unknown_model'],
  ])('at %s prices %s', async (baseURL, model, provider, expected) => {
    const line = await lineOf(way, baseURL, model);
    expect(line['gen_ai.provider.name']).toBe(provider);
    if (typeof expected === 'number') expect(line['spanline.cost.usd']).toBeCloseTo(expected, 9);
    else expect(line).toMatchObject({ 'spanline.cost.reason': expected });
  });

  it('believes the application about a host', async () => {
    const hosts = { 'localhost:4000': 'groq' };
    const line = await lineOf(way, 'http://localhost:4000/v1', 'openai/gpt-oss-120b', { hosts });
    expect(line['gen_ai.provider.name']).toBe('groq');
    expect(line['spanline.cost.usd']).toBeCloseTo(0.21, 9);
  });
});

describe("Azure's client", () => {
  const ask: (options: object) => Way = (options) => (tracer) =>
    wrapOpenAI(
      new AzureOpenAI({ apiKey: 'test', apiVersion: '2024-10-21', maxRetries: 0, fetch: toWire, ...options }),
      { tracer },
    ).chat.completions.create({ model: 'gpt-4o-mini', messages });

  it.each([
    ['an option', { endpoint: 'https://acme.openai.azure.com', deployment: 'prod-chat' }],
    ['a part of the URL', { baseURL: 'https://acme.openai.azure.com/openai/deployments/prod-chat' }],
  ])('asks for the deployment that is %s, and has the price of the model that answered', async (_, options) => {
    const line = await lineOf(ask(options), '', 'gpt-4o-2024-11-20');
    expect(line).toMatchObject({
      'span.name': 'chat prod-chat',
      'gen_ai.request.model': 'prod-chat',
      'gen_ai.response.model': 'gpt-4o-2024-11-20',
      'spanline.cost.usd': 3.5,
    });
  });
});
