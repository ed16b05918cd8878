/** Facts about the price that LangChain keeps apart from the counts. */
import { ChatAnthropic } from '@langchain/anthropic';
import { type BaseMessage, HumanMessage } from '@langchain/core/messages';
import { ChatGoogleGenerativeAI } from '@langchain/google-genai';
import { ChatOpenAI } from '@langchain/openai';
import { describe, expect, it } from 'vitest';
import { createTracer, type SpanRecord } from '@spanline/core';
import { memoryLog } from '@spanline/core/testing';
import { SpanlineCallbackHandler } from '@spanline/langchain';
import { useWire } from '../../../../test/support/set-up.ts';
import { events, json, type Wire } from '../../../../test/support/wire/server.ts';

let wire: Wire;

useWire((opened) => {
  wire = opened;
});

interface Streamable {
  invoke(input: string | BaseMessage[], options: { callbacks: SpanlineCallbackHandler[] }): Promise<unknown>;
}

async function lineOf(model: Streamable, question: string | BaseMessage = 'How much?'): Promise<SpanRecord> {
  const log = memoryLog();
  const tracer = createTracer({ logger: log.logger, statsIntervalSeconds: 0 });
  await model.invoke(typeof question === 'string' ? question : [question], {
    callbacks: [new SpanlineCallbackHandler({ tracer })],
  });
  expect(log.records()).toHaveLength(1);
  return log.records()[0] as SpanRecord;
}

const openai = (more: object): ChatOpenAI =>
  new ChatOpenAI({
    model: 'gpt-5-mini',
    apiKey: 'test',
    maxRetries: 0,
    configuration: { baseURL: 'https://api.openai.com/v1', fetch: (_input, init) => fetch(wire.url, init) },
    ...more,
  });

describe("the tier in the metadata of OpenAI's Responses API", () => {
  const answer = (tier: string): object => ({
    id: 'resp_7',
    object: 'response',
    created_at: 1,
    status: 'completed',
    model: 'gpt-5-mini-2025-08-07',
    service_tier: tier,
    output: [
      { type: 'message', id: 'm', role: 'assistant', content: [{ type: 'output_text', text: 'So.', annotations: [] }] },
    ],
    usage: { input_tokens: 4000, output_tokens: 1000, total_tokens: 5000 },
  });

  it.each([
    ['default', 0.003, undefined, true],
    ['flex', 0.0015, 'flex', true],
    ['priority', 0.0054, 'priority', true],
    ['scale', 0.003, 'scale', false],
  ])('%s is that of the price', async (tier, usd, named, isExact) => {
    wire.answer(() => json(answer(tier)));
    const line = await lineOf(openai({ useResponsesApi: true }));
    expect(line['spanline.cost.tier']).toBe(named);
    expect(line['spanline.cost.exact'] ?? true).toBe(isExact);
    expect(line['spanline.cost.usd']).toBeCloseTo(usd, 9);
  });
});

const anthropic = (): ChatAnthropic =>
  new ChatAnthropic({
    model: 'claude-opus-4-6',
    apiKey: 'test',
    maxRetries: 0,
    streaming: true,
    anthropicApiUrl: 'https://api.anthropic.com',
    clientOptions: { fetch: (_input, init) => fetch(wire.url, init) },
  });

function streamOf(usage: object, blocks: readonly object[] = []): readonly object[] {
  const opened = [...blocks, { type: 'text', text: '' }].flatMap((content_block, index) => [
    { type: 'content_block_start', index, content_block },
    { type: 'content_block_stop', index },
  ]);
  return [
    {
      type: 'message_start',
      message: {
        id: 'msg_7',
        type: 'message',
        role: 'assistant',
        model: 'claude-opus-4-6',
        content: [],
        stop_reason: null,
        usage: { input_tokens: 2000, output_tokens: 1, ...usage },
      },
    },
    ...opened,
    { type: 'message_delta', delta: { stop_reason: 'end_turn', stop_sequence: null }, usage: { output_tokens: 1000 } },
    { type: 'message_stop' },
  ];
}

describe('the first event of a stream of Anthropic', () => {
  it('names the region of the price', async () => {
    wire.answer(() => events(streamOf({ inference_geo: 'us' }), true));
    const line = await lineOf(anthropic());
    expect(line['spanline.cost.region']).toBe('us');
    expect(line).not.toHaveProperty('spanline.cost.exact');
    expect(line['spanline.cost.usd']).toBeCloseTo(0.0385, 9);
  });

  it('names the tier of the price', async () => {
    wire.answer(() => events(streamOf({ service_tier: 'priority' }), true));
    expect(await lineOf(anthropic())).toMatchObject({ 'spanline.cost.tier': 'priority', 'spanline.cost.exact': false });
  });

  it('may count what nobody knows', async () => {
    wire.answer(() => events(streamOf({ gpu_hours: 3 }), true));
    expect(await lineOf(anthropic())).toMatchObject({
      'spanline.usage.unknown': ['gpu_hours'],
      'spanline.cost.exact': false,
    });
  });

  it('is followed by searches, whose count LangChain drops', async () => {
    const call = { type: 'server_tool_use', id: 's', name: 'web_search', input: {} };
    wire.answer(() => events(streamOf({}, [call, { ...call, id: 't' }, { ...call, id: 'u' }]), true));
    const tools = [{ type: 'web_search_20250305' as const, name: 'web_search' as const }];
    const line = await lineOf(anthropic().bindTools(tools));
    expect(line['spanline.usage.web_searches']).toBe(3);
    expect(line['spanline.cost.usd']).toBeCloseTo(0.065, 9);
  });

  it('does not count what tools of Anthropic put into the prompt, and the cost is a lower bound', async () => {
    const call = { type: 'server_tool_use', id: 's', name: 'web_fetch', input: {} };
    wire.answer(() => events(streamOf({}, [call]), true));
    const tools = [{ type: 'web_fetch_20250910', name: 'web_fetch' }];
    expect(await lineOf(anthropic().bindTools(tools as never))).toMatchObject({
      'spanline.usage.unknown': ['message_delta.usage.input_tokens'],
      'spanline.cost.exact': false,
      'spanline.cost.reason': 'unknown_usage',
    });
  });

  it('has a count alone where it tells nothing else', async () => {
    wire.answer(() => events(streamOf({}), true));
    const line = await lineOf(anthropic());
    expect(line).not.toHaveProperty('spanline.cost.exact');
    expect(line['spanline.cost.usd']).toBeCloseTo(0.035, 9);
    expect(line).not.toHaveProperty('spanline.cost.region');
  });
});

describe('ChatGoogleGenerativeAI', () => {
  const gemini = (): ChatGoogleGenerativeAI =>
    new ChatGoogleGenerativeAI({ model: 'gemini-2.5-flash', apiKey: 'test', maxRetries: 0, baseUrl: wire.url });
  const answer = (usageMetadata: object, candidate: object = {}): object => ({
    candidates: [{ content: { role: 'model', parts: [{ text: 'So.' }] }, finishReason: 'STOP', ...candidate }],
    modelVersion: 'gemini-2.5-flash',
    usageMetadata,
  });
  const sound = new HumanMessage({
    content: [
      { type: 'text', text: 'Who speaks?' },
      { type: 'media', mimeType: 'audio/mp3', data: 'UklGRg==' },
    ],
  });
  const counts = { promptTokenCount: 700, candidatesTokenCount: 10, totalTokenCount: 710 };

  it.each<[string, HumanMessage | string, boolean]>([
    ['text: the cost is exact', 'Who speaks?', true],
    ['sound, which it counts as text: the cost is a lower bound', sound, false],
  ])('and %s', async (_what, question, isExact) => {
    wire.answer(() => json(answer(counts)));
    const line = await lineOf(gemini(), question);
    expect(line['spanline.cost.exact'] ?? true).toBe(isExact);
    expect(line['spanline.usage.unknown']).toEqual(isExact ? undefined : ['promptTokensDetails']);
  });

  it('leaves open whether the rest of a total is thoughts or what tools of Google put into the prompt', async () => {
    const usage = { ...counts, toolUsePromptTokenCount: 900, thoughtsTokenCount: 20, totalTokenCount: 1630 };
    wire.answer(() =>
      json(answer(usage, { urlContextMetadata: { urlMetadata: [{ retrievedUrl: 'https://a.example' }] } })),
    );
    expect(await lineOf(gemini())).toMatchObject({
      'gen_ai.usage.output_tokens': 10,
      'spanline.usage.unknown': ['thoughtsTokenCount', 'toolUsePromptTokenCount'],
      'spanline.cost.reason': 'unknown_usage',
    });
  });
});

describe("Gemini behind OpenAI's API", () => {
  it('bills the thoughts that only the total counts', async () => {
    wire.answer(() =>
      json({
        id: 'c7',
        object: 'chat.completion',
        created: 1,
        model: 'gemini-2.5-flash',
        choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'So.' } }],
        usage: { prompt_tokens: 200, completion_tokens: 20, total_tokens: 620 },
      }),
    );
    const line = await lineOf(openai({ model: 'gemini-2.5-flash' }));
    expect(line).toMatchObject({ 'gen_ai.usage.output_tokens': 420 });
  });
});
