/** Clients of Google and Amazon: the wire has the lines of their wrapped clients, prices of regions included. */

import {
  BedrockRuntimeClient,
  ConverseCommand,
  ConverseStreamCommand,
  InvokeModelCommand,
  InvokeModelWithResponseStreamCommand,
} from '@aws-sdk/client-bedrock-runtime';
import { GoogleGenAI } from '@google/genai';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { expect, it } from 'vitest';
import { wrapBedrock } from '@spanline/bedrock';
import type { Tracer } from '@spanline/core';
import type { MemoryLog } from '@spanline/core/testing';
import { wrapGoogleGenAI } from '@spanline/google-genai';
import { comparable } from '../../../test/support/comparable.ts';
import { drain, onlyRecord, parsedRecords } from '../../../test/support/records.ts';
import { bedrockText, bedrockTool, chunk, eventStream, invoked } from '../../../test/support/wire/bedrock.ts';
import { googleText, googleTool } from '../../../test/support/wire/google.ts';
import { events, json, type Wire, type WireReply } from '../../../test/support/wire/server.ts';
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

/** Facts of one run, such as times and ids, and those that only the wire sees, or only a client. */
const OWN =
  /^(?:http\.response\.status_code|spanline\.(?:http|stream|retry|provider\.attempts)\b|otel\.scope|@timestamp|event\.|duration|message$|process|host|service|log\b|gen_ai\.response\.time_to_first|trace_id|span_id|span\.sequence|spanline\.(?:sequence|seq))|_ms$/;

const lines = (): unknown =>
  parsedRecords(log).map((record) =>
    comparable(Object.fromEntries(Object.entries(record).filter(([key]) => !OWN.test(key)))),
  );

const google = (isVertex: boolean): GoogleGenAI =>
  new GoogleGenAI({ vertexai: isVertex, apiKey: 'test', httpOptions: { baseUrl: server.url } });

const bedrock = (): BedrockRuntimeClient =>
  new BedrockRuntimeClient({
    region: 'eu-north-1',
    endpoint: server.url,
    credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
    requestHandler: new NodeHttpHandler(),
    maxAttempts: 1,
  });

interface Scenario {
  readonly reply: () => WireReply;
  /** Asks, by a wrapped client or by the client as it is. */
  ask(isWrapped: boolean): Promise<unknown>;
}

const GEMINI = { model: 'gemini-2.5-flash', contents: 'Weather?' };
const byGoogle =
  (ask: (client: GoogleGenAI) => Promise<unknown>, isVertex = false): Scenario['ask'] =>
  (isWrapped) =>
    ask(isWrapped ? wrapGoogleGenAI(google(isVertex), { tracer }) : google(isVertex));

const CLAUDE = 'anthropic.claude-3-5-haiku-20241022-v1:0';
const ASK = { modelId: CLAUDE, messages: [{ role: 'user' as const, content: [{ text: 'Weather?' }] }] };
const LLAMA = { modelId: 'meta.llama3-1-8b-instruct-v1:0', body: '{"prompt":"Weather?","max_gen_len":100}' };
const COUNTED = { 'x-amzn-bedrock-input-token-count': '26', 'x-amzn-bedrock-output-token-count': '20' };
const byBedrock =
  (ask: (client: BedrockRuntimeClient) => Promise<unknown>): Scenario['ask'] =>
  (isWrapped) =>
    ask(isWrapped ? wrapBedrock(bedrock(), { tracer }) : bedrock());

const SCENARIOS: Readonly<Record<string, Scenario>> = {
  'Gemini, whole': { reply: () => googleText(false), ask: byGoogle(({ models }) => models.generateContent(GEMINI)) },
  'Gemini, a stream': {
    reply: () => googleText(true),
    ask: byGoogle(async ({ models }) => drain(await models.generateContentStream(GEMINI))),
  },
  'Gemini, a call of a tool': {
    reply: () => googleTool(false),
    ask: byGoogle(({ models }) => models.generateContent(GEMINI)),
  },
  'Gemini, embeddings': {
    reply: () => json({ embeddings: [{ values: [1, 2, 3] }] }),
    ask: byGoogle(({ models }) => models.embedContent({ model: 'gemini-embedding-001', contents: ['a', 'b'] })),
  },
  'Vertex AI with an API key': {
    reply: () => googleText(false),
    ask: byGoogle(({ models }) => models.generateContent(GEMINI), true),
  },
  Converse: { reply: () => bedrockText(false), ask: byBedrock((client) => client.send(new ConverseCommand(ASK))) },
  'Converse, a call of a tool': {
    reply: () => bedrockTool(false),
    ask: byBedrock((client) => client.send(new ConverseCommand(ASK))),
  },
  'Converse, a stream': {
    reply: () => bedrockText(true),
    ask: byBedrock(async (client) => drain((await client.send(new ConverseStreamCommand(ASK))).stream)),
  },
  'InvokeModel, counted in the headers': {
    reply: () => ({ ...json({ generation: 'Sunny.' }), headers: COUNTED }),
    ask: byBedrock((client) => client.send(new InvokeModelCommand(LLAMA))),
  },
  'InvokeModel, a stream': {
    reply: () => invoked([{ generation: 'Sunny.', prompt_token_count: 26, generation_token_count: 20 }], true),
    ask: byBedrock(async (client) => drain((await client.send(new InvokeModelWithResponseStreamCommand(LLAMA))).body)),
  },
};

it.each(Object.entries(SCENARIOS))('has the line of the wrapped client: %s', async (_name, { reply, ask }) => {
  server.answer(reply);
  stop();
  await ask(true);
  await expect.poll(() => tracer.stats().open).toBe(0);
  const wrapped = lines();
  log.clear();
  restart({});
  await ask(false);
  await expect.poll(() => tracer.stats().open).toBe(0);
  expect(lines()).toEqual(wrapped);
});

const DELTA = { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'It is' } };
const CANDIDATE = { candidates: [{ index: 0, content: { role: 'model', parts: [{ text: 'It is' }] } }] };
const fromAmazon = byBedrock(async (client) => {
  const request = { modelId: CLAUDE, body: '{"messages":[{"role":"user","content":"Weather?"}]}' };
  return drain((await client.send(new InvokeModelWithResponseStreamCommand(request))).body);
});
const fromGoogle = byGoogle(async ({ models }) => drain(await models.generateContentStream(GEMINI)));
const overloaded = (code: number): WireReply => events([CANDIDATE, { error: { code, message: 'broken off' } }]);
const excepted = (name: string): WireReply => eventStream([chunk(DELTA), [name, { message: 'broken off' }]]);

it.each([
  ['Google, 429', overloaded(429), fromGoogle, '429', 'rate_limit'],
  ['Google, 503', overloaded(503), fromGoogle, '503', 'other'],
  ['Amazon, throttled', excepted('throttlingException'), fromAmazon, 'ThrottlingException', 'rate_limit'],
  ['Amazon, of the model', excepted('modelStreamErrorException'), fromAmazon, 'ModelStreamErrorException', 'other'],
])('has the class of an error that a stream brings: %s', async (_name, reply, ask, type, errorClass) => {
  server.answer(() => reply);
  await expect(ask(false)).rejects.toThrow('broken off');
  await expect.poll(() => tracer.stats().open).toBe(0);
  expect(onlyRecord(log)).toMatchObject({
    'span.status': 'error',
    'error.type': type,
    'error.message': 'broken off',
    'spanline.error.class': errorClass,
    'gen_ai.output.messages': [{ parts: [{ type: 'text', content: 'It is' }] }],
  });
});

it.each([
  ['/v1/chat/completions', '{"model":"gpt-4o","messages":[{"role":"user","content":"Hi"}],"deep":'],
  [`/model/${CLAUDE}/invoke`, '{"messages":[{"role":"user","content":"Hi"}],"deep":'],
])('records a request whose JSON is deep: %s', async (path, begun) => {
  server.answer(() => json({ usage: { input_tokens: 1, output_tokens: 1 } }));
  const body = `${begun}${'{"a":'.repeat(20_000)}1${'}'.repeat(20_001)}`;
  await (await fetch(`${server.url}${path}`, { method: 'POST', body })).text();
  await expect.poll(() => tracer.stats().open).toBe(0);
  expect(onlyRecord(log)).toMatchObject({ 'span.status': 'ok' });
  expect(tracer.stats()).toMatchObject({ internalErrors: 0 });
});
