import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import Anthropic from '@anthropic-ai/sdk';
import { Document } from '@langchain/core/documents';
import { BaseRetriever } from '@langchain/core/retrievers';
import { RunnableLambda } from '@langchain/core/runnables';
import { tool } from '@langchain/core/tools';
import { FakeListChatModel } from '@langchain/core/utils/testing';
import express, { type ErrorRequestHandler } from 'express';
import { BaseEmbedding, Document as Page, type LLM, Settings, VectorStoreIndex } from 'llamaindex';
import OpenAI from 'openai';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { wrapAnthropic } from '@spanline/anthropic';
import { createTracer, observe, type SpanType, type Tracer, withContext } from '@spanline/core';
import { memoryLog } from '@spanline/core/testing';
import { spanlineErrorHandler, spanlineExpress } from '@spanline/express';
import { SpanlineCallbackHandler } from '@spanline/langchain';
import { instrumentLlamaIndex } from '@spanline/llamaindex';
import { wrapOpenAI } from '@spanline/openai';
import { runs } from '../support/effort.ts';
import { createRandom, KINDS, needle } from './secrets.ts';

const WRAPPINGS: ((secret: string) => string)[] = [
  (secret) => `please use ${secret} for that`,
  (secret) => `"${secret}"`,
  (secret) => `(${secret}), then`,
  (secret) => `line\n${secret}\nline`,
  (secret) => `value: ${secret}.`,
  (secret) => `400 ${JSON.stringify({ message: `line\n${secret}\tline` })}`,
  (secret) => JSON.stringify({ body: JSON.stringify({ message: `line\n${secret}` }) }),
];

/** Hands out texts with secrets in them, and knows afterwards what must not be found. */
class Planter {
  readonly planted = new Map<string, string>();
  readonly #random: () => number;

  constructor(seed: number) {
    this.#random = createRandom(seed);
  }

  text(only?: readonly string[]): string {
    const kinds = only ?? Object.keys(KINDS);
    const kind = kinds[Math.floor(this.#random() * kinds.length)] ?? 'email';
    const secret = KINDS[kind]?.(this.#random) ?? '';
    this.planted.set(needle(kind, secret), kind);
    return WRAPPINGS[Math.floor(this.#random() * WRAPPINGS.length)]?.(secret) ?? secret;
  }
}

const TYPES: SpanType[] = [
  'http',
  'chain',
  'agent',
  'llm',
  'embedding',
  'retriever',
  'reranker',
  'tool',
  'prompt',
  'parser',
  'guardrail',
  'evaluator',
  'task',
];

async function throughCore(tracer: Tracer, plant: () => string): Promise<void> {
  for (const type of TYPES) {
    await withContext({ userId: plant(), sessionId: plant(), labels: { inherited: plant() } }, async () => {
      tracer.withSpan({ name: `work ${plant()}`, type, labels: { own: plant() }, tags: [plant()] }, (span) => {
        span.input(
          type === 'llm' ? [{ role: 'user', content: plant() }] : { nested: [{ deep: plant() }], [plant()]: 1 },
        );
        span.output(
          type === 'retriever' ? [{ id: plant(), content: plant(), metadata: { author: plant() } }] : plant(),
        );
        span.set({
          'spanline.prompt.variables': { name: plant() },
          'gen_ai.tool.description': plant(),
          'url.path': `/${plant()}`,
          'user_agent.original': plant(),
        });
        tracer.score({ name: 'helpful', value: plant(), explanation: plant() });
        span.fail(new Error(plant(), { cause: new TypeError(plant()) }));
      });
      const words = observe(
        async function* words(text: string) {
          for (const character of text) yield character;
        },
        { tracer, name: 'streamed' },
      );
      for await (const _ of words(plant()));
    });
  }
}

/** Lines that the application itself logs. */
function throughLogger(logger: Tracer['logger'], plant: () => string): void {
  const failed = Object.assign(
    new Error(plant(), { cause: Object.assign(new TypeError(plant()), { code: plant() }) }),
    {
      detail: plant(),
      response: { headers: [plant()], inner: new AggregateError([new RangeError(plant())], plant()) },
    },
  );
  withContext({ userId: plant(), sessionId: plant() }, () => {
    logger.info(plant());
    logger.child({ bound: plant() }).warn({ text: plant(), nested: [{ deep: plant() }], [plant()]: 1 }, '%s', plant());
    logger.error(failed);
    logger.error({ err: failed, job: { error: failed } }, plant());
    logger.info({ long: `${plant()} ${'word '.repeat(4000)}`, map: new Map([['key', plant()]]) }, '%j', {
      body: plant(),
    });
  });
}

async function throughLangChain(tracer: Tracer, plant: () => string): Promise<void> {
  const callbacks = [new SpanlineCallbackHandler({ tracer })];
  class Docs extends BaseRetriever {
    override lc_namespace = ['test'];
    override async _getRelevantDocuments(): Promise<Document[]> {
      return [new Document({ pageContent: plant(), metadata: { source: plant() } })];
    }
  }
  const lookup = tool(({ q }: { q: string }) => `${q} ${plant()}`, {
    name: 'lookup',
    description: 'x',
    schema: z.object({ q: z.string() }),
  });
  const chain = RunnableLambda.from(async (question: string, config) => {
    await new Docs().invoke(plant(), config);
    await lookup.invoke({ q: plant() }, config);
    return [
      ['system', plant()],
      ['user', question],
    ];
  })
    .withConfig({ runName: 'prepare' })
    .pipe(new FakeListChatModel({ responses: [plant(), plant()] }) as never);
  await chain.invoke(plant(), { callbacks, metadata: { note: plant() }, tags: [plant()] });
  for await (const _ of await chain.stream(plant(), { callbacks }));
  const failing = RunnableLambda.from(() => {
    throw new Error(plant());
  });
  await failing.invoke(plant(), { callbacks }).catch(() => {});
}

class Ones extends BaseEmbedding {
  constructor() {
    super();
  }

  override async getTextEmbedding(): Promise<number[]> {
    return Array.from({ length: 40 }, (_, index) => index + 0.5);
  }
}

async function throughLlamaIndex(tracer: Tracer, plant: () => string): Promise<void> {
  const uninstall = instrumentLlamaIndex({ tracer });
  try {
    const answer = async ({ stream }: { stream?: boolean }): Promise<unknown> => {
      const text = plant();
      if (stream !== true) return { raw: null, message: { role: 'assistant', content: text }, text };
      return (async function* chunks() {
        for (const delta of text) yield { delta, text: delta, raw: null };
      })();
    };
    Settings.embedModel = new Ones();
    Settings.llm = {
      metadata: { model: 'own', contextWindow: 4096 },
      chat: answer,
      complete: answer,
    } as unknown as LLM;
    const index = await VectorStoreIndex.fromDocuments([new Page({ text: plant(), metadata: { author: plant() } })]);
    const engine = index.asQueryEngine();
    await engine.query({ query: plant() });
    for await (const _ of await engine.query({ query: plant(), stream: true }));
  } finally {
    uninstall();
  }
}

async function throughExpress(tracer: Tracer, plant: (only?: readonly string[]) => string): Promise<void> {
  const app = express().use(spanlineExpress({ tracer, trustIncoming: true }));
  app.get('/fail/*rest', () => {
    throw new Error(plant());
  });
  app.use(
    spanlineErrorHandler(),
    ((_error, _req, res, _next) => void res.status(500).end()) satisfies ErrorRequestHandler,
  );
  const server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  for (let turn = 0; turn < 5; turn++) {
    const path = encodeURI(plant(['email', 'github', 'openai', 'aws', 'ipv4']).replaceAll(/[\n"()]/g, ' '));
    const agent = plant().replaceAll('\n', ' ');
    const answer = await fetch(`http://127.0.0.1:${port}/fail/${path}?token=${encodeURIComponent(plant())}`, {
      headers: { 'user-agent': agent, 'x-request-id': plant().replaceAll('\n', ' ') },
    });
    await answer.text();
  }
  while (tracer.stats().open > 0) await new Promise((resolve) => setImmediate(resolve));
  server.close();
}

const JSON_BODY = 'application/json';
const EVENTS = 'text/event-stream';

/** A fetch that answers everything the same. */
function answering(status: number, type: string, body: string): typeof fetch {
  return async () => new Response(body, { status, headers: { 'content-type': type } });
}

/** Pieces of three characters, so that no secret comes whole. */
const pieces = (text: string): string[] => text.match(/[\s\S]{1,3}/g) ?? [];

async function throughOpenAI(tracer: Tracer, plant: () => string): Promise<void> {
  const client = (fetch: typeof globalThis.fetch): OpenAI =>
    wrapOpenAI(new OpenAI({ apiKey: 'sk-test', maxRetries: 0, fetch }), { tracer });
  const ask = () => ({
    model: 'gpt-4o-mini',
    user: plant(),
    messages: [
      { role: 'system' as const, content: plant() },
      { role: 'user' as const, content: plant() },
    ],
    tools: [{ type: 'function' as const, function: { name: 'f', description: plant() } }],
  });
  const calls = [{ id: 'c1', type: 'function', function: { name: 'f', arguments: JSON.stringify({ q: plant() }) } }];
  const message = { role: 'assistant', content: plant(), tool_calls: calls };
  const answer = {
    id: 'a',
    object: 'chat.completion',
    model: 'm',
    choices: [{ index: 0, message, finish_reason: 'stop' }],
  };
  await client(answering(200, JSON_BODY, JSON.stringify(answer))).chat.completions.create(ask());
  const chunks = pieces(plant()).map((content) => ({
    id: 'a',
    model: 'm',
    choices: [{ index: 0, delta: { content } }],
  }));
  const events = [...chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`), 'data: [DONE]\n\n'].join('');
  const stream = await client(answering(200, EVENTS, events)).chat.completions.create({ ...ask(), stream: true });
  for await (const _ of stream);
  const refusal = JSON.stringify({ error: { message: plant(), type: 'invalid_request_error', code: 'bad' } });
  await client(answering(400, JSON_BODY, refusal))
    .chat.completions.create(ask())
    .catch(() => {});
  const vectors = {
    data: [{ index: 0, embedding: [0.5, 0.25] }],
    model: 'm',
    usage: { prompt_tokens: 3, total_tokens: 3 },
  };
  await client(answering(200, JSON_BODY, JSON.stringify(vectors))).embeddings.create({ model: 'm', input: plant() });
}

async function throughAnthropic(tracer: Tracer, plant: () => string): Promise<void> {
  const client = (fetch: typeof globalThis.fetch): Anthropic =>
    wrapAnthropic(new Anthropic({ apiKey: 'sk-ant-test', maxRetries: 0, fetch }), { tracer });
  const ask = () => ({
    model: 'claude-test',
    max_tokens: 9,
    system: plant(),
    metadata: { user_id: plant() },
    messages: [{ role: 'user' as const, content: plant() }],
  });
  const usage = { input_tokens: 3, output_tokens: 2 };
  const content = [
    { type: 'text', text: plant() },
    { type: 'tool_use', id: 't', name: 'f', input: { q: plant() } },
  ];
  const answer = { id: 'm', type: 'message', role: 'assistant', model: 'm', content, stop_reason: 'end_turn', usage };
  await client(answering(200, JSON_BODY, JSON.stringify(answer))).messages.create(ask());
  const events = [
    { type: 'message_start', message: { ...answer, content: [], stop_reason: null } },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    ...pieces(plant()).map((text) => ({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } })),
    { type: 'content_block_stop', index: 0 },
    { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 2 } },
    { type: 'message_stop' },
  ];
  const text = events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join('');
  for await (const _ of await client(answering(200, EVENTS, text)).messages.create({ ...ask(), stream: true }));
  const refusal = JSON.stringify({ type: 'error', error: { type: 'invalid_request_error', message: plant() } });
  await client(answering(400, JSON_BODY, refusal))
    .messages.create(ask())
    .catch(() => {});
}

/** Everything a reader can find in a line: its bytes, and the texts in it after one and two rounds of JSON. */
function* readings(line: string): Generator<string> {
  yield line;
  const texts: string[] = [];
  JSON.stringify(JSON.parse(line), (_key, value: unknown) => {
    if (typeof value === 'string') texts.push(value);
    return value;
  });
  yield texts.join('\n');
  for (const text of texts) {
    if (!/^[[{"]/.test(text)) continue;
    try {
      const inner: string[] = [];
      JSON.stringify(JSON.parse(text), (key, value: unknown) => {
        inner.push(key);
        if (typeof value === 'string') inner.push(value);
        return value;
      });
      yield inner.join('\n');
    } catch {
      // Text that only looks like JSON was read as text.
    }
  }
}

describe('nothing that must not be logged is in the log', () => {
  it.each(['otel', 'ecs', 'datadog'] as const)('in the profile %s, through every source', async (profile) => {
    const log = memoryLog({ profile });
    const tracer = createTracer({ logger: log.logger, service: { name: 'leaks' }, statsIntervalSeconds: 0 });
    const own: string[] = [];
    const over = createTracer({
      logger: pino({ messageKey: 'text' }, { write: (line: string) => void own.push(line) }),
      service: { name: 'leaks' },
      profile,
      statsIntervalSeconds: 0,
    });
    const planter = new Planter(20_261_123);
    const plant = (only?: readonly string[]): string => planter.text(only);
    const wanted = runs(1000, 20_000);
    while (planter.planted.size < wanted) {
      await throughCore(tracer, plant);
      for (const logger of [tracer.logger, log.logger, over.logger]) throughLogger(logger, plant);
      await throughLangChain(tracer, plant);
      await throughLlamaIndex(tracer, plant);
      await throughExpress(tracer, plant);
      await throughOpenAI(tracer, plant);
      await throughAnthropic(tracer, plant);
    }
    await tracer.shutdown();
    await over.shutdown();
    const text = [...log.raw(), ...own].flatMap((line) => [...readings(line)]).join('\n');
    const leaked = [...planter.planted].filter(([secret]) => text.includes(secret));
    const found = leaked.map(
      ([secret, kind]) =>
        `${kind}: ${text.slice(text.indexOf(secret) - 40, text.indexOf(secret) + secret.length + 10)}`,
    );
    expect(found).toEqual([]);
    expect(log.records().length).toBeGreaterThan(wanted / 10);
    expect(tracer.stats().internalErrors).toBe(0);
  });
});
