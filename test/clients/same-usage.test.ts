import Anthropic from '@anthropic-ai/sdk';
import { ChatAnthropic } from '@langchain/anthropic';
import { ChatOpenAI } from '@langchain/openai';
import { OpenAI as LlamaOpenAI } from '@llamaindex/openai';
import fc from 'fast-check';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { wrapAnthropic } from '@spanline/anthropic';
import { createTracer, llmSpan, type SpanRecord, type Tracer, validate } from '@spanline/core';
import { memoryLog } from '@spanline/core/testing';
import { SpanlineCallbackHandler } from '@spanline/langchain';
import { instrumentLlamaIndex, type Uninstall } from '@spanline/llamaindex';
import { type OpenAIClient, unwrapOpenAI, wrapOpenAI } from '@spanline/openai';
import { openaiClassOf } from '../support/framework-client.ts';
import { drain } from '../support/records.ts';

const log = memoryLog();
const tracer: Tracer = createTracer({ logger: log.logger, statsIntervalSeconds: 0 });
const callbacks = [new SpanlineCallbackHandler({ tracer })];
const KEY = { apiKey: 'test', maxRetries: 0 };
const OPENAI = 'gpt-5-mini';
const CLAUDE = 'claude-sonnet-4-6';
const messages = [{ role: 'user' as const, content: 'q' }];

let classes: OpenAIClient[];
let llamaIndex: Uninstall;

beforeAll(async () => {
  classes = [await openaiClassOf('@langchain/openai'), await openaiClassOf('@llamaindex/openai')];
  llamaIndex = instrumentLlamaIndex({ tracer, streamUsage: true });
});

afterAll(() => {
  llamaIndex();
  expect(tracer.stats()).toMatchObject({ internalErrors: 0, open: 0 });
});

/** Runs a call with the clients of frameworks wrapped as well. */
async function withClients(call: () => Promise<unknown>): Promise<void> {
  for (const each of classes) wrapOpenAI(each, { tracer });
  try {
    await call();
  } finally {
    classes.map(unwrapOpenAI);
  }
}

/** A fetch that answers from memory, whole or as a stream of events. */
const answering = (answer: object, events: readonly object[]) => async (_url: unknown, init?: { body?: unknown }) => {
  if (!String(init?.body).includes('"stream":true')) {
    return new Response(JSON.stringify(answer), { headers: { 'content-type': 'application/json' } });
  }
  const named = events.map((event) => {
    const { type } = event as { type?: string };
    return `${type === undefined ? '' : `event: ${type}\n`}data: ${JSON.stringify(event)}\n\n`;
  });
  const end = 'type' in (events[0] ?? {}) ? '' : 'data: [DONE]\n\n';
  return new Response(named.join('') + end, { headers: { 'content-type': 'text/event-stream' } });
};

const BILLED = /^(?:gen_ai\.usage\.|spanline\.usage\.|spanline\.cost\.)/;

/** Everything about usage and cost that the lines of one call have, which stands on one line. */
async function billed(call: () => Promise<unknown>): Promise<Record<string, unknown>> {
  log.clear();
  await call();
  await tracer.flush();
  const records: readonly SpanRecord[] = log.records();
  for (const record of records) expect(validate(record)).toEqual({ valid: true });
  expect(records.filter((record) => record['span.type'] === 'llm')).toHaveLength(1);
  const lines = records.filter((record) => Object.keys(record).some((key) => BILLED.test(key)));
  expect(lines).toHaveLength(1);
  return Object.fromEntries(Object.entries(lines[0] ?? {}).filter(([key]) => BILLED.test(key)));
}

type Ways = Readonly<Record<string, () => Promise<unknown>>>;

async function expectSame(ways: Ways, expected: object): Promise<void> {
  for (const [way, call] of Object.entries(ways)) {
    expect({ way, ...(await billed(call)) }).toEqual({ way, ...expected });
  }
}

/** What the first way says, which is what the provider's answer says. */
async function expectAllSame(ways: Ways, counts: object): Promise<void> {
  const [first] = Object.values(ways);
  if (first === undefined) throw new Error('no way');
  const expected = await billed(first);
  expect(expected).toMatchObject(counts);
  await expectSame(ways, expected);
}

const count = fc.nat({ max: 60_000 });
const parts = fc.record({ plain: count, read: count, written: count, answer: count, thoughts: count });
const unknown = fc.constantFrom({}, {}, { hologram_tokens: 7 });

const openaiUsage = fc.tuple(parts, unknown).map(([{ plain, read, written, answer, thoughts }, more]) => ({
  prompt_tokens: plain + read + written,
  completion_tokens: answer + thoughts,
  total_tokens: plain + read + written + answer + thoughts,
  prompt_tokens_details: { cached_tokens: read, cache_write_tokens: written },
  completion_tokens_details: { reasoning_tokens: thoughts },
  ...more,
}));

const anthropicUsage = fc
  .tuple(parts, unknown, fc.nat({ max: 3 }))
  .map(([{ plain, read, written, answer }, more, hours]) => ({
    input_tokens: plain,
    output_tokens: answer + 1,
    cache_read_input_tokens: read,
    cache_creation_input_tokens: written,
    cache_creation: {
      ephemeral_1h_input_tokens: Math.floor((written * hours) / 3),
      ephemeral_5m_input_tokens: written - Math.floor((written * hours) / 3),
    },
    ...more,
  }));

describe('one call has the same tokens and dollars', () => {
  it.each([false, true])('at OpenAI, through every layer, streamed: %s', async (stream) => {
    await fc.assert(
      fc.asyncProperty(openaiUsage, async (usage) => {
        const head = { id: 'c1', created: 1, model: OPENAI };
        const choice = { index: 0, message: { role: 'assistant', content: 'hi' }, finish_reason: 'stop' };
        const answer = { ...head, object: 'chat.completion', choices: [choice], usage };
        const chunk = (more: object) => ({ ...head, object: 'chat.completion.chunk', choices: [], ...more });
        const fetch = answering(answer, [
          chunk({ choices: [{ index: 0, delta: { role: 'assistant', content: 'hi' }, finish_reason: null }] }),
          chunk({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }),
          chunk({ usage }),
        ]);
        const client = () => new OpenAI({ ...KEY, fetch });
        const ask = async (openai: OpenAI): Promise<unknown> => {
          const more = stream ? { stream: true as const, stream_options: { include_usage: true } } : {};
          return openai.chat.completions.create({ model: OPENAI, messages, ...more });
        };
        const read = async (result: unknown): Promise<void> => {
          if (stream) await drain(result as AsyncIterable<unknown>);
        };
        const span = { tracer, provider: 'openai', model: OPENAI, messages };
        const inLangChain = async (): Promise<void> => {
          const model = new ChatOpenAI({ model: OPENAI, ...KEY, useResponsesApi: false, configuration: { fetch } });
          if (stream) await drain(await model.stream('q', { callbacks }));
          else await model.invoke('q', { callbacks });
        };
        const inLlamaIndex = async (): Promise<void> => {
          const llm = llamaIndex.observe(
            new LlamaOpenAI({ model: OPENAI, ...KEY, additionalSessionOptions: { fetch } }),
          );
          if (stream) await drain(await llm.chat({ messages, stream: true }));
          else await llm.chat({ messages });
        };
        await expectAllSame(
          {
            'a wrapped client': async () => read(await ask(wrapOpenAI(client(), { tracer }))),
            'llmSpan around a client': async () => read(await llmSpan(span, () => ask(client()))),
            'llmSpan around a wrapped client': async () =>
              read(await llmSpan(span, () => ask(wrapOpenAI(client(), { tracer })))),
            LangChain: inLangChain,
            'LangChain over wrapped clients': () => withClients(inLangChain),
            LlamaIndex: inLlamaIndex,
            'LlamaIndex over wrapped clients': () => withClients(inLlamaIndex),
            'llmSpan around LangChain': () => llmSpan(span, inLangChain),
          },
          {
            'gen_ai.usage.input_tokens': usage.prompt_tokens,
            'gen_ai.usage.output_tokens': usage.completion_tokens,
            'gen_ai.usage.cache_read.input_tokens': usage.prompt_tokens_details.cached_tokens,
            'gen_ai.usage.cache_write.input_tokens': usage.prompt_tokens_details.cache_write_tokens,
            'gen_ai.usage.reasoning.output_tokens': usage.completion_tokens_details.reasoning_tokens,
            ...('hologram_tokens' in usage ? { 'spanline.cost.reason': 'unknown_usage' } : {}),
          },
        );
      }),
      { numRuns: 15 },
    );
  });

  it.each([false, true])('at Anthropic, through every layer, streamed: %s', async (stream) => {
    await fc.assert(
      fc.asyncProperty(anthropicUsage, async (usage) => {
        const head = { id: 'm1', type: 'message', role: 'assistant', model: CLAUDE };
        const answer = { ...head, content: [{ type: 'text', text: 'hi' }], stop_reason: 'end_turn', usage };
        const fetch = answering(answer, [
          { type: 'message_start', message: { ...head, content: [], usage: { ...usage, output_tokens: 1 } } },
          { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
          { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'hi' } },
          { type: 'content_block_stop', index: 0 },
          { type: 'message_delta', delta: { stop_reason: 'end_turn', stop_sequence: null }, usage },
          { type: 'message_stop' },
        ]);
        const client = () => new Anthropic({ ...KEY, fetch });
        const ask = async (anthropic: Anthropic): Promise<unknown> =>
          anthropic.messages.create({ model: CLAUDE, max_tokens: 9, messages, stream });
        const read = async (result: unknown): Promise<void> => {
          if (stream) await drain(result as AsyncIterable<unknown>);
        };
        const span = { tracer, provider: 'anthropic', model: CLAUDE, messages };
        const inLangChain = async (isWrapped: boolean): Promise<void> => {
          const made = (options: object) => {
            const anthropic = new Anthropic({ ...options, maxRetries: 0, fetch });
            return isWrapped ? wrapAnthropic(anthropic, { tracer }) : anthropic;
          };
          const model = new ChatAnthropic({ model: CLAUDE, ...KEY, createClient: made as never });
          if (stream) await drain(await model.stream('q', { callbacks }));
          else await model.invoke('q', { callbacks });
        };
        const all: Ways = {
          'a wrapped client': async () => read(await ask(wrapAnthropic(client(), { tracer }))),
          'llmSpan around a client': async () => read(await llmSpan(span, () => ask(client()))),
          'llmSpan around a wrapped client': async () =>
            read(await llmSpan(span, () => ask(wrapAnthropic(client(), { tracer })))),
          'LangChain over a wrapped client': () => inLangChain(true),
          'llmSpan around LangChain': () => llmSpan(span, () => inLangChain(true)),
        };
        const input = usage.input_tokens + usage.cache_read_input_tokens + usage.cache_creation_input_tokens;
        const counts = {
          'gen_ai.usage.input_tokens': input,
          'gen_ai.usage.output_tokens': usage.output_tokens,
          'gen_ai.usage.cache_read.input_tokens': usage.cache_read_input_tokens,
          'gen_ai.usage.cache_write.input_tokens': usage.cache_creation_input_tokens,
        };
        await expectAllSame(all, counts);
        // LangChain adds the counts of the first event to those of the last one, which is noted when it is repaired.
        const { 'spanline.usage.issue': _, ...alone } = await billed(() => inLangChain(false));
        expect(alone).toEqual(await billed(() => inLangChain(true)));
      }),
      { numRuns: 15 },
    );
  });
});
