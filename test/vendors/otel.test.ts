/**
 * Real instrumentations of OpenTelemetry around real clients, alone and beside packages of ours: the tokens of the lines
 * are those that the provider served, each once.
 */
import { createServer, get } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { LangChainInstrumentation } from '@arizeai/openinference-instrumentation-langchain';
import { OpenAIInstrumentation } from '@arizeai/openinference-instrumentation-openai';
import type { LLMock } from '@copilotkit/aimock';
import * as callbackManager from '@langchain/core/callbacks/manager';
import { ChatOpenAI } from '@langchain/openai';
import { context } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import { LangChainInstrumentation as TraceloopInstrumentation } from '@traceloop/instrumentation-langchain';
import OpenAI from 'openai';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createTracer, type SpanRecord, type Tracer } from '@spanline/core';
import { memoryLog, type MemoryLog } from '@spanline/core/testing';
import { SpanlineCallbackHandler } from '@spanline/langchain';
import { wrapOpenAI } from '@spanline/openai';
import { SpanlineSpanProcessor } from '@spanline/otel';
import { USAGE } from '../support/provider.ts';
import { useProvider } from '../support/use-provider.ts';

const MODEL = 'gpt-4o';

let provider: LLMock;
let log: MemoryLog;
let tracer: Tracer;
const undo: (() => void)[] = [];

useProvider((started) => {
  provider = started;
});

let tracerProvider: BasicTracerProvider;

beforeEach(() => {
  log = memoryLog();
  tracer = createTracer({ logger: log.logger });
  tracerProvider = new BasicTracerProvider({ spanProcessors: [new SpanlineSpanProcessor({ tracer })] });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
});
afterEach(async () => {
  for (const step of undo.splice(0)) step();
  await tracerProvider.shutdown();
  context.disable();
  await tracer.shutdown();
});

/** What was billed, by the lines. */
function billed(): { input: number; output: number; calls: number } {
  const sum = { input: 0, output: 0, calls: 0 };
  for (const record of log.records()) {
    const input = record['gen_ai.usage.input_tokens'];
    if (input === undefined) continue;
    sum.input += input;
    sum.output += record['gen_ai.usage.output_tokens'] ?? 0;
    sum.calls++;
  }
  return sum;
}

const client = (): OpenAI => new OpenAI({ apiKey: 'test', baseURL: `${provider.url}/v1`, maxRetries: 0 });
const model = (): ChatOpenAI =>
  new ChatOpenAI({ model: MODEL, apiKey: 'test', configuration: { baseURL: `${provider.url}/v1` }, maxRetries: 0 });
const ask = (openai: OpenAI) =>
  openai.chat.completions.create({
    model: MODEL,
    messages: [{ role: 'user', content: 'plain' }],
  });

function instrumentOpenAI(): void {
  const { create } = OpenAI.Chat.Completions.prototype;
  new OpenAIInstrumentation({ tracerProvider }).manuallyInstrument(OpenAI);
  undo.push(() => {
    OpenAI.Chat.Completions.prototype.create = create;
  });
}

function spanOf(type: string): SpanRecord {
  const found = log.records().filter((record) => record['span.type'] === type);
  expect(found).toHaveLength(1);
  return found[0] as SpanRecord;
}

test('OpenInference around the OpenAI client', async () => {
  instrumentOpenAI();
  const answer = await ask(client());
  expect(spanOf('llm')).toMatchObject({
    'gen_ai.provider.name': 'openai',
    'gen_ai.request.model': MODEL,
    'gen_ai.usage.input_tokens': answer.usage?.prompt_tokens,
    'gen_ai.usage.output_tokens': answer.usage?.completion_tokens,
    'otel.scope.name': '@arizeai/openinference-instrumentation-openai',
    'spanline.cost.usd': expect.any(Number) as number,
  });
  expect(spanOf('llm')['gen_ai.input.messages']).toContain('plain');
});

test('OpenInference around a client that is wrapped as well counts the call once', async () => {
  instrumentOpenAI();
  const answer = await ask(wrapOpenAI(client(), { tracer }));
  expect(billed()).toEqual({
    input: answer.usage?.prompt_tokens,
    output: answer.usage?.completion_tokens,
    calls: 1,
  });
  expect(log.records().filter((record) => record['span.type'] === 'llm')).toHaveLength(1);
});

test('OpenInference around the client of a traced LangChain model counts the call once', async () => {
  instrumentOpenAI();
  await model().invoke('plain', {
    callbacks: [new SpanlineCallbackHandler({ tracer })],
  });
  expect(billed()).toEqual({
    input: USAGE.prompt_tokens,
    output: USAGE.completion_tokens,
    calls: 1,
  });
});

test.each([
  ['OpenInference', () => new LangChainInstrumentation({ tracerProvider }).manuallyInstrument({ ...callbackManager })],
  [
    'OpenLLMetry',
    () => {
      const instrumentation = new TraceloopInstrumentation();
      instrumentation.setTracerProvider(tracerProvider);
      instrumentation.manuallyInstrument({ callbackManagerModule: callbackManager });
    },
  ],
])('%s around LangChain', async (_, instrument) => {
  instrument();
  const answer = await model().invoke('plain');
  expect(spanOf('llm')).toMatchObject({
    'gen_ai.usage.input_tokens': USAGE.prompt_tokens,
    'gen_ai.usage.output_tokens': USAGE.completion_tokens,
  });
  expect(spanOf('llm')['gen_ai.output.messages']).toContain(String(answer.content));
});

test('a server and a client of HTTP are two spans of one trace', async () => {
  const instrumentation = new HttpInstrumentation();
  instrumentation.setTracerProvider(tracerProvider);
  undo.push(() => instrumentation.disable());
  const http = createRequire(import.meta.url)('node:http') as { createServer: typeof createServer; get: typeof get };
  const server = http.createServer((_, response) => void response.end('ok'));
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve, reject) => {
    http
      .get(`http://127.0.0.1:${port}/items?token=s3cret`, (response) => void response.resume().on('end', resolve))
      .on('error', reject);
  });
  server.close();
  await expect.poll(() => log.records().length).toBe(2);
  expect(spanOf('http')).toMatchObject({ 'span.kind': 'SERVER', 'url.path': '/items', 'http.request.method': 'GET' });
  expect(spanOf('task')).toMatchObject({
    'span.kind': 'CLIENT',
    'server.port': port,
    'http.response.status_code': 200,
  });
  expect(JSON.stringify(log.lines())).not.toContain('s3cret');
});
