/** A chat in the browser: the AI SDK's text stream through the Express route of the page about the AI SDK. */

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createOpenAI } from '@ai-sdk/openai';
import { streamText } from 'ai';
import express from 'express';
import { expect, onTestFinished, test } from 'vitest';
import { spanlineTelemetry } from '@spanline/ai-sdk';
import { createTracer, type Tracer } from '@spanline/core';
import { memoryLog, type MemoryLog, tree } from '@spanline/core/testing';
import { spanlineExpress } from '@spanline/express';
import { useWire } from '../support/set-up.ts';
import type { Wire } from '../support/wire/server.ts';

let wire: Wire;
useWire((opened) => {
  wire = opened;
});

const piece = (delta: object, rest: object = {}): string =>
  `data: ${JSON.stringify({ id: 'chat-1', model: 'gpt-4o', choices: [{ index: 0, delta, finish_reason: null }], ...rest })}\n\n`;
const WORDS = Array.from({ length: 3 }, () => piece({ content: 'word ' }));
const END = [
  piece({}, { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }),
  piece({}, { choices: [], usage: { prompt_tokens: 40, completion_tokens: 12, total_tokens: 52 } }),
  'data: [DONE]\n\n',
];

interface Chat {
  readonly log: MemoryLog;
  readonly tracer: Tracer;
  ask(signal?: AbortSignal): Promise<Response>;
}

/** Serves the route. */
async function startChat(): Promise<Chat> {
  const log = memoryLog();
  const tracer = createTracer({ logger: log.logger, statsIntervalSeconds: 0 });
  const openai = createOpenAI({ apiKey: 'test', baseURL: `${wire.url}/v1` });
  const app = express();
  app.use(spanlineExpress({ tracer }));
  app.post('/chat', express.json(), (req, res) => {
    const { question } = req.body as { question: string };
    const result = streamText({
      model: openai.chat('gpt-4o'),
      prompt: question,
      abortSignal: req.clientSignal,
      telemetry: { integrations: [spanlineTelemetry({ tracer })] },
    });
    void result.pipeTextStreamToResponse(res);
  });
  const server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/chat`;
  const given = {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ question: 'a question' }),
  };
  return { log, tracer, ask: (signal) => fetch(url, signal === undefined ? given : { ...given, signal }) };
}

/** The lines, when every span has ended. */
async function ended({ tracer, log }: Chat): Promise<ReturnType<MemoryLog['records']>> {
  await expect.poll(() => log.records().length > 0 && tracer.stats().open === 0).toBe(true);
  return log.records();
}

test('a stream to the browser is one trace, and the request has its tokens', async () => {
  wire.answer(() => ({ type: 'text/event-stream', chunks: [...WORDS, ...END] }));
  const chat = await startChat();
  const response = await chat.ask();
  expect(await response.text()).toBe('word word word ');
  const records = await ended(chat);
  expect(tree(records)).toBe('http POST /chat\n  chain streamText\n    llm chat gpt-4o');
  expect(records.at(-1)).toMatchObject({
    'span.status': 'ok',
    'http.route': '/chat',
    'spanline.http.streaming': true,
    'spanline.rollup.input_tokens': 40,
    'spanline.rollup.output_tokens': 12,
  });
});

test('a browser that leaves makes the request, the call and the model’s answer aborted', async () => {
  wire.answer(() => ({ type: 'text/event-stream', chunks: WORDS, open: true }));
  const chat = await startChat();
  const leave = new AbortController();
  const response = await chat.ask(leave.signal);
  const reader = response.body?.getReader();
  let text = '';
  while (!text.includes('word')) text += new TextDecoder().decode((await reader?.read())?.value);
  leave.abort();
  const records = await ended(chat);
  expect(tree(records)).toBe('http POST /chat [aborted]\n  chain streamText [aborted]\n    llm chat gpt-4o [aborted]');
  const call = records.find((record) => record['span.type'] === 'llm');
  expect(call?.['gen_ai.output.messages']).toContain('word');
});
