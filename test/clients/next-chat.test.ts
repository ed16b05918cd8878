/** A chat in the browser: the AI SDK's stream through a traced route handler. */

import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createOpenAI } from '@ai-sdk/openai';
import { serve } from '@hono/node-server';
import { convertToModelMessages, streamText, type UIMessage } from 'ai';
import { expect, onTestFinished, test } from 'vitest';
import { spanlineTelemetry } from '@spanline/ai-sdk';
import { createTracer, type Tracer } from '@spanline/core';
import { memoryLog, type MemoryLog, tree } from '@spanline/core/testing';
import { traced } from '@spanline/next';

const chunk = (delta: object, rest: object = {}): string =>
  `data: ${JSON.stringify({ id: 'chat-1', model: 'gpt-4o', choices: [{ index: 0, delta, finish_reason: null }], ...rest })}\n\n`;
const END = [
  `data: ${JSON.stringify({ id: 'chat-1', model: 'gpt-4o', choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] })}\n\n`,
  `data: ${JSON.stringify({ id: 'chat-1', model: 'gpt-4o', choices: [], usage: { prompt_tokens: 40, completion_tokens: 12, total_tokens: 52 } })}\n\n`,
  'data: [DONE]\n\n',
];

/** Answers in pieces: three of them, or without an end. */
function provider(isEndless: boolean): typeof fetch {
  return async (_url, init) => {
    const encoder = new TextEncoder();
    let sent = 0;
    const body = new ReadableStream<Uint8Array>({
      async pull(controller) {
        await new Promise((resolve) => setImmediate(resolve));
        if (init?.signal?.aborted === true) return controller.error(init.signal.reason);
        if (isEndless || sent++ < 3) return controller.enqueue(encoder.encode(chunk({ content: 'word ' })));
        for (const text of END) controller.enqueue(encoder.encode(text));
        controller.close();
      },
    });
    return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
  };
}

interface Chat {
  readonly log: MemoryLog;
  readonly tracer: Tracer;
  ask(signal?: AbortSignal): Promise<Response>;
}

/** Serves the handler of the page about Next.js. */
async function startChat(isEndless: boolean): Promise<Chat> {
  const log = memoryLog();
  const tracer = createTracer({ logger: log.logger, statsIntervalSeconds: 0 });
  const model = createOpenAI({ apiKey: 'test', fetch: provider(isEndless) }).chat('gpt-4o');
  const POST = traced(
    async (request: Request) => {
      const { messages } = (await request.json()) as { messages: UIMessage[] };
      const result = streamText({
        model,
        messages: await convertToModelMessages(messages),
        abortSignal: request.signal,
        telemetry: { functionId: 'chat', integrations: [spanlineTelemetry({ tracer })] },
      });
      return result.toUIMessageStreamResponse();
    },
    { tracer },
  );
  const server = serve({ fetch: (request) => POST(request, {}), port: 0, hostname: '127.0.0.1' }) as Server;
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const messages = [{ id: 'm-1', role: 'user', parts: [{ type: 'text', text: 'a question' }] }];
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/chat`;
  const given = { method: 'POST', body: JSON.stringify({ messages }) };
  return { log, tracer, ask: (signal) => fetch(url, signal === undefined ? given : { ...given, signal }) };
}

/** The lines, when every span has ended. */
async function ended({ tracer, log }: Chat): Promise<ReturnType<MemoryLog['records']>> {
  await expect.poll(() => log.records().length > 0 && tracer.stats().open === 0).toBe(true);
  return log.records();
}

test('a stream to the browser is one trace, and its request ends with the body', async () => {
  const chat = await startChat(false);
  const response = await chat.ask();
  expect(await response.text()).toContain('"delta":"word "');
  const records = await ended(chat);
  expect(tree(records)).toBe('http POST /api/chat\n  chain chat\n    llm chat gpt-4o');
  expect(records.at(-1)).toMatchObject({
    'span.status': 'ok',
    'http.route': '/api/chat',
    'spanline.http.streaming': true,
    'spanline.rollup.input_tokens': 40,
    'spanline.rollup.output_tokens': 12,
  });
});

test('a browser that leaves makes the request, the call and the model’s answer aborted', async () => {
  const chat = await startChat(true);
  const leave = new AbortController();
  const response = await chat.ask(leave.signal);
  const reader = response.body?.getReader();
  let text = '';
  while (!text.includes('"delta"')) text += new TextDecoder().decode((await reader?.read())?.value);
  leave.abort();
  const records = await ended(chat);
  expect(tree(records)).toBe('http POST /api/chat [aborted]\n  chain chat [aborted]\n    llm chat gpt-4o [aborted]');
  const call = records.find((record) => record['span.type'] === 'llm');
  expect(call?.['gen_ai.output.messages']).toContain('word');
});
