import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { BedrockRuntimeClient, ConverseCommand, ConverseStreamCommand } from '@aws-sdk/client-bedrock-runtime';
import { GoogleGenAI } from '@google/genai';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import OpenAI from 'openai';
import { expect, it, onTestFinished, vi } from 'vitest';
import type { Tracer } from '@spanline/core';
import { type MemoryLog, tree } from '@spanline/core/testing';
import { wrapOpenAI } from '@spanline/openai';
import { drain, onlyRecord, parsedRecords } from '../../../test/support/records.ts';
import { bedrockText } from '../../../test/support/wire/bedrock.ts';
import { googleText } from '../../../test/support/wire/google.ts';
import { events, json, openWire, type Wire } from '../../../test/support/wire/server.ts';
import { wire } from '../src/wire.ts';
import { type Recording, useRecording } from './support/recording.ts';

let server: Wire;
let log: MemoryLog;
let tracer: Tracer;
let restart: Recording['restart'];
let stop: Recording['stop'];

useRecording(
  (started) => {
    ({ server, log, tracer, restart, stop } = started);
  },
  { capture: 'full' },
);

const USAGE = { prompt_tokens: 10, completion_tokens: 2 };
const ANSWER = {
  id: 'c1',
  model: 'gpt-4o-2024-08-06',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hello' }, finish_reason: 'stop' }],
  usage: USAGE,
};
const ASKED = { model: 'gpt-4o', messages: [{ role: 'user' as const, content: 'Hi' }] };
const openai = (maxRetries = 0): OpenAI => new OpenAI({ apiKey: 'test', baseURL: `${server.url}/v1`, maxRetries });
const post = (path: string, body: unknown): Promise<Response> =>
  fetch(`${server.url}${path}`, { method: 'POST', body: JSON.stringify(body) });

it('puts a call below the current span', async () => {
  server.answer(() => json(ANSWER, 200, { 'x-request-id': 'req_7' }));
  await tracer.withSpan('answer', () => openai().chat.completions.create(ASKED));
  expect(tree(log.records())).toBe('task answer\n  llm chat gpt-4o');
  expect(parsedRecords(log)[0]).toMatchObject({
    'gen_ai.usage.input_tokens': 10,
    'gen_ai.usage.output_tokens': 2,
    'spanline.cost.usd': 0.000045,
    'spanline.provider.request_id': 'req_7',
    'http.response.status_code': 200,
    'gen_ai.output.messages': [
      { role: 'assistant', finish_reason: 'stop', parts: [{ type: 'text', content: 'Hello' }] },
    ],
  });
});

it('enters no context: on Node 20 and 22, all promises of a process would cost more from then on', async () => {
  const { prototype } = AsyncLocalStorage;
  const entering = [vi.spyOn(prototype, 'run'), vi.spyOn(prototype, 'enterWith')];
  onTestFinished(() => entering.forEach((spy) => spy.mockRestore()));
  server.answer(() => json(ANSWER));
  await (await post('/v1/chat/completions', ASKED)).text();
  expect(onlyRecord(log)['gen_ai.usage.output_tokens']).toBe(2);
  for (const spy of entering) expect(spy).not.toHaveBeenCalled();
});

/** Requests of undici, as its channel shows them. */
function undiciRequests(): object[] {
  const requests: object[] = [];
  const created = (message: unknown): void => void requests.push((message as { request: object }).request);
  subscribe('undici:request:create', created);
  onTestFinished(() => void unsubscribe('undici:request:create', created));
  return requests;
}

it('replaces nothing of fetch, and touches no request but calls of models', async () => {
  const before = globalThis.fetch;
  restart({ patch: false });
  const requests = undiciRequests();
  server.answer(() => json(ANSWER));
  await (await fetch(`${server.url}/v1/orders`, { method: 'POST', body: '{}' })).text();
  await (await post('/v1/chat/completions', ASKED)).text();
  expect(globalThis.fetch).toBe(before);
  expect(onlyRecord(log)['gen_ai.usage.output_tokens']).toBe(2);
  const [other, call] = requests.map((request) => Object.hasOwn(request, 'onData'));
  expect(other).toBe(false);
  // A request that publishes its bodies is left alone, too.
  const publishes = String(Object.getPrototypeOf(requests[0]).onBodySent).includes('bodyChunkSent');
  expect(call).toBe(!publishes);
});

it('adds to the span of a wrapped client, in place of a second one', async () => {
  let requests = 0;
  server.answer(() =>
    requests++ === 0 ? json({ error: { message: 'wait' } }, 429, { 'retry-after-ms': '1' }) : json(ANSWER),
  );
  await wrapOpenAI(openai(1), { tracer }).chat.completions.create(ASKED);
  expect(requests).toBe(2);
  expect(onlyRecord(log)).toMatchObject({
    'otel.scope.name': '@spanline/openai',
    'gen_ai.usage.input_tokens': 10,
    'spanline.retry.attempt': 2,
  });
});

it('has a line for each attempt, which names the one before', async () => {
  let requests = 0;
  server.answer(() =>
    requests++ === 0
      ? json({ error: { message: 'Slow down', code: 'rate_limit_exceeded' } }, 429, { 'retry-after-ms': '1' })
      : json(ANSWER),
  );
  await openai(1).chat.completions.create(ASKED);
  const [refused, answered] = parsedRecords(log);
  expect(refused).toMatchObject({
    'span.status': 'error',
    'error.type': '429',
    'spanline.error.class': 'rate_limit',
    'error.message': 'Slow down',
  });
  expect(refused).not.toHaveProperty('gen_ai.usage.input_tokens');
  expect(answered).toMatchObject({
    'gen_ai.usage.input_tokens': 10,
    'spanline.retry.attempt': 2,
    'spanline.retry.previous_span_id': refused?.span_id,
  });
});

it.each([
  ['gzip', gzipSync],
  ['br', brotliCompressSync],
])('reads answers in %s', async (encoding, compress) => {
  const body = compress(JSON.stringify(ANSWER));
  const chunks = [body.subarray(0, 20), body.subarray(20)];
  server.answer(() => ({ type: 'application/json', headers: { 'content-encoding': encoding }, chunks }));
  expect(await (await post('/v1/chat/completions', ASKED)).json()).toEqual(ANSWER);
  await expect.poll(() => log.records().length).toBe(1);
  expect(onlyRecord(log)['gen_ai.usage.input_tokens']).toBe(10);
});

it('reads a stream whose characters are split', async () => {
  const chunk = { id: 'c1', choices: [{ index: 0, delta: { role: 'assistant', content: 'Zoë 🦊' } }] };
  const bytes = Buffer.from(
    `data: ${JSON.stringify(chunk)}\r\n\r\ndata: ${JSON.stringify({ choices: [], usage: USAGE })}\n\ndata: [DONE]\n\n`,
  );
  const chunks = Array.from(bytes, (_, at) => bytes.subarray(at, at + 1));
  server.answer(() => ({ type: 'text/event-stream; charset=utf-8', chunks }));
  expect(await (await post('/v1/chat/completions', { ...ASKED, stream: true })).text()).toBe(bytes.toString());
  expect(onlyRecord(log)).toMatchObject({
    'gen_ai.usage.output_tokens': 2,
    'gen_ai.output.messages': [{ parts: [{ content: 'Zoë 🦊' }] }],
  });
});

it('says of a stream that fails within that it failed', async () => {
  server.answer(() => events([{ error: { message: 'The server had an error', type: 'server_error' } }]));
  await (await post('/v1/chat/completions', { ...ASKED, stream: true })).text();
  expect(onlyRecord(log)).toMatchObject({ 'span.status': 'error', 'error.type': 'server_error' });
});

it('leaves requests alone that are no calls of models', async () => {
  server.answer(() => json({ ok: true }));
  await post('/v1/orders', ASKED);
  await post('/blog/messages', { text: 'hi' });
  await post('/api/completions', { q: 'x' });
  await post('/model/%zz/invoke', ASKED);
  await fetch(`${server.url}/v1/models`);
  await (await post('/v1/chat/completions', 'no request')).text();
  expect(log.records()).toEqual([]);
});

it('reads Gemini, whole and streamed', async () => {
  const ai = new GoogleGenAI({ apiKey: 'test', httpOptions: { baseUrl: server.url } });
  server.answer(() => googleText(false));
  await ai.models.generateContent({ model: 'gemini-2.5-flash', contents: 'Weather?' });
  server.answer(() => googleText(true));
  await drain(await ai.models.generateContentStream({ model: 'gemini-2.5-flash', contents: 'Weather?' }));
  const counted = { 'gen_ai.usage.input_tokens': 100, 'gen_ai.usage.output_tokens': 20 };
  expect(parsedRecords(log)).toMatchObject([counted, { ...counted, 'gen_ai.request.stream': true }]);
});

it('reads Bedrock over node:http, whole and streamed', async () => {
  const bedrock = new BedrockRuntimeClient({
    region: 'eu-north-1',
    endpoint: server.url,
    credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
    requestHandler: new NodeHttpHandler(),
  });
  const ask = {
    modelId: 'anthropic.claude-3-5-haiku-20241022-v1:0',
    messages: [{ role: 'user' as const, content: [{ text: 'Weather?' }] }],
  };
  server.answer(() => bedrockText(false));
  await bedrock.send(new ConverseCommand(ask));
  server.answer(() => bedrockText(true));
  const { stream } = await bedrock.send(new ConverseStreamCommand(ask));
  await drain(stream);
  await expect.poll(() => log.records().length, { timeout: 5000 }).toBe(2);
  const counted = {
    'gen_ai.request.model': ask.modelId,
    'gen_ai.usage.input_tokens': 100,
    'gen_ai.usage.output_tokens': 20,
  };
  expect(parsedRecords(log)).toMatchObject([counted, counted]);
});

it('reads Bedrock over node:http2, whole and streamed', async () => {
  const h2 = await openWire('h2');
  onTestFinished(() => h2.close());
  const bedrock = new BedrockRuntimeClient({
    region: 'eu-north-1',
    endpoint: h2.url,
    credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
  });
  onTestFinished(() => bedrock.destroy());
  const ask = {
    modelId: 'anthropic.claude-3-5-haiku-20241022-v1:0',
    messages: [{ role: 'user' as const, content: [{ text: 'Weather?' }] }],
  };
  h2.answer(() => bedrockText(false));
  await tracer.withSpan('answer', () => bedrock.send(new ConverseCommand(ask)));
  h2.answer(() => bedrockText(true));
  const { stream } = await bedrock.send(new ConverseStreamCommand(ask));
  await drain(stream);
  await expect.poll(() => log.records().length).toBe(3);
  expect(tree(log.records().slice(0, 2))).toBe(`task answer\n  llm chat ${ask.modelId}`);
  const counted = { 'gen_ai.usage.input_tokens': 100, 'gen_ai.usage.output_tokens': 20 };
  const calls = parsedRecords(log).filter((record) => record['span.type'] === 'llm');
  expect(calls).toMatchObject([counted, counted]);
});

it('refuses options that do not exist', () => {
  expect(() => wire({ host: {} } as never)).toThrow('ERR_INVALID_OPTION');
  expect(() => wire({ hosts: { 'llm.internal': 'opnai' as never } })).toThrow('ERR_INVALID_OPTION');
  for (const host of ['http://llm.internal', 'llm.internal/v1', ''])
    expect(() => wire({ hosts: { [host]: 'openai' } })).toThrow('ERR_INVALID_OPTION');
});

it('sees nothing once it is stopped', async () => {
  server.answer(() => json(ANSWER));
  stop();
  await openai().chat.completions.create(ASKED);
  expect(log.records()).toEqual([]);
});
