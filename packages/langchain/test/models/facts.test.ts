import { ChatAnthropic } from '@langchain/anthropic';
import { ChatGoogle } from '@langchain/google';
import { ChatMistralAI } from '@langchain/mistralai';
import { ChatOllama } from '@langchain/ollama';
import { ChatOpenAI } from '@langchain/openai';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { SpanRecord, Tracer } from '@spanline/core';
import type { MemoryLog } from '@spanline/core/testing';
import { SpanlineCallbackHandler } from '@spanline/langchain';
import { useTracer, useWire } from '../../../../test/support/set-up.ts';
import { events, json, type Wire } from '../../../../test/support/wire/server.ts';
import { MODELS } from '../support/models.ts';

let log: MemoryLog;
let tracer: Tracer;
let callbacks: SpanlineCallbackHandler[];
let wire: Wire;

useWire((opened) => {
  wire = opened;
});

useTracer(
  (newLog, newTracer) => {
    [log, tracer] = [newLog, newTracer];
    callbacks = [new SpanlineCallbackHandler({ tracer })];
  },
  { capture: 'full' },
);

const openai = (more: object = {}): ChatOpenAI =>
  new ChatOpenAI({
    model: 'gpt-4o-mini',
    apiKey: 'test',
    maxRetries: 0,
    configuration: { baseURL: `${wire.url}/v1` },
    ...more,
  });
const answerChat = (): void => wire.answer(({ body }) => MODELS.ChatOpenAI.text(body['stream'] === true));
const calls = (): SpanRecord[] => log.records().filter((record) => record['span.type'] === 'llm');

describe('parameters', () => {
  it('of OpenAI are all recorded, 0 as 0', async () => {
    answerChat();
    const model = openai({
      temperature: 0,
      topP: 0,
      frequencyPenalty: 0,
      presencePenalty: 0.5,
      maxTokens: 9,
      stop: ['END'],
      modelKwargs: { seed: 0 },
    });
    await model.invoke('Weather?', { callbacks });
    expect(calls()[0]).toMatchObject({
      'gen_ai.request.temperature': 0,
      'gen_ai.request.top_p': 0,
      'gen_ai.request.frequency_penalty': 0,
      'gen_ai.request.presence_penalty': 0.5,
      'gen_ai.request.max_tokens': 9,
      'gen_ai.request.seed': 0,
      'gen_ai.request.stop_sequences': ['END'],
    });
    expect(calls()[0]).not.toHaveProperty('gen_ai.request.choice.count');
  });

  it('of reasoning and of a conversation that goes on are recorded', async () => {
    wire.answer(() => MODELS['ChatOpenAI (Responses)'].text(false));
    const model = openai({ model: 'gpt-5-mini', useResponsesApi: true, reasoning: { effort: 'low' } });
    await model.invoke('And tomorrow?', { callbacks, previous_response_id: 'resp_0' } as never);
    expect(calls()[0]).toMatchObject({
      'gen_ai.request.reasoning.level': 'low',
      'gen_ai.request.previous_response.id': 'resp_0',
    });
  });

  const SHAPE = z.object({ sunny: z.boolean() });
  const STRUCTURED = {
    ChatOpenAI: () => openai().withStructuredOutput(SHAPE, { method: 'jsonSchema' }),
    'ChatOpenAI (Responses)': () => openai({ useResponsesApi: true }).withStructuredOutput(SHAPE),
    ChatAnthropic: () =>
      new ChatAnthropic({
        model: 'claude-sonnet-4-5',
        apiKey: 'test',
        anthropicApiUrl: wire.url,
        maxRetries: 0,
      }).withStructuredOutput(SHAPE, { method: 'jsonSchema' }),
    ChatGoogle: () =>
      new ChatGoogle({
        model: 'gemini-2.5-flash',
        apiKey: 'test',
        platformType: 'gai',
        endpoint: wire.url,
        maxRetries: 0,
      }).withStructuredOutput(SHAPE, { method: 'jsonSchema' }),
    ChatMistralAI: () =>
      new ChatMistralAI({
        model: 'mistral-small-latest',
        apiKey: 'test',
        serverURL: wire.url,
        maxRetries: 0,
      }).withStructuredOutput(SHAPE, { method: 'jsonMode' }),
    ChatOllama: () =>
      new ChatOllama({ model: 'llama3.2', baseUrl: wire.url, maxRetries: 0 }).withStructuredOutput(SHAPE),
  };

  /** The answer, in one piece or two, as JSON within JSON. */
  const asJson = (chunk: string): string =>
    chunk
      .replaceAll('It is sunny.', String.raw`{\"sunny\":true}`)
      .replace('It is', String.raw`{\"sunny\":`)
      .replace(' sunny.', 'true}');

  it.each(Object.keys(STRUCTURED) as (keyof typeof STRUCTURED)[])(
    'that ask for JSON are an output type: %s',
    async (name) => {
      wire.answer(({ body }) => {
        const { chunks, ...reply } = MODELS[name].text(body['stream'] === true);
        return { ...reply, chunks: chunks.map((chunk) => asJson(String(chunk))) };
      });
      expect(await STRUCTURED[name]().invoke('Weather?', { callbacks })).toEqual({ sunny: true });
      expect(calls()[0]).toMatchObject({ 'span.status': 'ok', 'gen_ai.output.type': 'json' });
    },
  );
});

describe('an answer', () => {
  it('that was cut by a limit says which', async () => {
    const [whole] = MODELS['ChatOpenAI (Responses)'].text(false).chunks;
    const cut = { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } };
    wire.answer(() => json({ ...(JSON.parse(String(whole)) as object), ...cut }));
    await openai({ useResponsesApi: true }).invoke('Weather?', { callbacks });
    expect(calls()[0]).toMatchObject({
      'gen_ai.response.status': 'incomplete',
      'gen_ai.response.finish_reasons': ['max_output_tokens'],
    });
  });

  it('with a tool call whose arguments are no JSON shows the call as the model made it', async () => {
    const [whole] = MODELS.ChatOpenAI.tool(false).chunks;
    wire.answer(() => json(JSON.parse(String(whole).replace('{\\"city\\":\\"Oslo\\"}', '{city: Oslo'))));
    await openai().invoke('Weather?', { callbacks });
    const [message] = JSON.parse(calls()[0]?.['gen_ai.output.messages'] ?? '') as { parts: object[] }[];
    expect(message?.parts).toEqual([{ type: 'tool_call', id: 'call_1', name: 'weather', arguments: '{city: Oslo' }]);
  });

  it('that begins with thoughts has its first content there', async () => {
    const block = (index: number, type: string, deltas: readonly object[]): object[] => [
      { type: 'content_block_start', index, content_block: { type, [type]: '', signature: '' } },
      ...deltas.map((delta) => ({ type: 'content_block_delta', index, delta })),
      { type: 'content_block_stop', index },
    ];
    wire.answer(() => {
      const [start] = MODELS.ChatAnthropic.text(true).chunks.map(String);
      const { chunks } = events(
        [
          ...block(0, 'thinking', [{ type: 'thinking_delta', thinking: 'Look outside.' }]),
          ...block(1, 'text', [{ type: 'text_delta', text: 'Sunny.' }]),
          { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 9 } },
          { type: 'message_stop' },
        ],
        true,
      );
      return { type: 'text/event-stream', chunks: [start ?? '', ...chunks] };
    });
    const model = new ChatAnthropic({
      model: 'claude-sonnet-4-5',
      apiKey: 'test',
      anthropicApiUrl: wire.url,
      maxRetries: 0,
      maxTokens: 2048,
      thinking: { type: 'enabled', budget_tokens: 1024 },
    });
    for await (const _ of await model.stream('Weather?', { callbacks }));
    const [message] = JSON.parse(calls()[0]?.['gen_ai.output.messages'] ?? '') as { parts: object[] }[];
    expect(message?.parts).toEqual([
      { type: 'reasoning', content: 'Look outside.' },
      { type: 'text', content: 'Sunny.' },
    ]);
    expect(calls()[0]).toMatchObject({
      'gen_ai.usage.output_tokens': 9,
      'gen_ai.response.time_to_first_chunk': expect.any(Number) as number,
    });
  });

  it('with tools that the provider runs itself names them', async () => {
    wire.answer(() => MODELS['ChatOpenAI (Responses)'].text(false));
    await openai({ useResponsesApi: true })
      .bindTools([{ type: 'web_search_preview' }])
      .invoke('Weather?', { callbacks });
    wire.answer(() => MODELS.ChatAnthropic.text(false));
    await MODELS.ChatAnthropic.create(wire.url)
      .bindTools([{ type: 'web_search_20250305', name: 'web_search', max_uses: 1 }])
      .invoke('Weather?', { callbacks });
    expect(calls().map((record) => JSON.parse(record['gen_ai.tool.definitions'] ?? '') as unknown)).toEqual([
      [{ type: 'web_search_preview', name: 'web_search_preview' }],
      [{ type: 'web_search_20250305', name: 'web_search' }],
    ]);
  });
});
