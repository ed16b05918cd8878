import Anthropic from '@anthropic-ai/sdk';
import { OpenAI } from '@llamaindex/openai';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTracer, type Tracer, validate } from '@spanline/core';
import { type MemoryLog, memoryLog } from '@spanline/core/testing';
import { instrumentLlamaIndex, type Uninstall } from '@spanline/llamaindex';
import { onlyRecord } from '../../../test/support/records.ts';
import { type Canned, type CannedProvider, startCannedProvider } from './support/canned-provider.ts';

let provider: CannedProvider;
let canned: Canned;
let log: MemoryLog;
let tracer: Tracer;
let uninstall: Uninstall;

beforeAll(async () => {
  provider = await startCannedProvider(() => canned);
});

afterAll(() => provider.stop());

beforeEach(() => {
  log = memoryLog();
  tracer = createTracer({ logger: log.logger, statsIntervalSeconds: 0, capture: 'full' });
  uninstall = instrumentLlamaIndex({ tracer });
});

afterEach(() => {
  uninstall();
  for (const record of log.records()) expect(validate(record)).toEqual({ valid: true });
  expect(tracer.stats()).toMatchObject({ internalErrors: 0, open: 0 });
});

const said = (): unknown => (onlyRecord(log)['gen_ai.output.messages'] as unknown as { parts: unknown }[])[0]?.parts;

const messages = [{ role: 'user' as const, content: 'When?' }];
const openai = (): OpenAI =>
  uninstall.observe(
    new OpenAI({
      model: 'gpt-4o',
      apiKey: 'test',
      maxRetries: 0,
      additionalSessionOptions: { baseURL: `${provider.url}/v1` },
    }),
  );

describe('an answer of OpenAI', () => {
  const annotations = [{ type: 'url_citation', url_citation: { url: 'https://a.test' } }];
  const tool_calls = [{ index: 0, id: 'c', type: 'function', function: { name: 'look', arguments: '{"q":1}' } }];
  const expected = [
    { type: 'reasoning', content: 'Hm.' },
    { type: 'text', content: 'At six.', citations: [{ type: 'url_citation', url: 'https://a.test' }] },
    { type: 'tool_call', id: 'c', name: 'look', arguments: { q: 1 } },
  ];

  it('tells thoughts and sources, which LlamaIndex drops', async () => {
    const message = { role: 'assistant', content: 'At six.', reasoning_content: 'Hm.', annotations, tool_calls };
    canned = { json: { id: 'x', model: 'gpt-4o', choices: [{ index: 0, message, finish_reason: 'stop' }] } };
    await openai().chat({ messages });
    expect(said()).toEqual(expected);
  });

  it('that is streamed tells the same, and one that is left tells what had come', async () => {
    const chunk = (delta: object) => ({
      id: 'x',
      model: 'gpt-4o',
      choices: [{ index: 0, delta, finish_reason: null }],
    });
    canned = {
      events: [
        chunk({ role: 'assistant', reasoning_content: 'Hm.' }),
        chunk({ content: 'At ' }),
        chunk({ content: 'six.', annotations }),
        chunk({ tool_calls }),
        { ...chunk({}), choices: [{ index: 0, delta: {}, finish_reason: 'tool_calls' }] },
        '[DONE]',
      ],
    };
    for await (const _ of await openai().chat({ messages, stream: true }));
    expect(said()).toEqual(expected);
    log.clear();
    for await (const { delta } of await openai().chat({ messages, stream: true })) if (delta === 'At ') break;
    expect(said()).toEqual([expected[0], { type: 'text', content: 'At ' }]);
  });

  it.each(['a chunk for each', 'one chunk'])('that is streamed tells all tool calls: %s', async (how) => {
    const call = (index: number, id: string, more: object) => ({ index, id, type: 'function', ...more });
    const look = call(0, 'c', { function: { name: 'look', arguments: '{"q":1}' } });
    const add = call(1, 'd', { function: { name: 'add', arguments: '{"x":' } });
    const rest = { index: 1, function: { arguments: '2}' } };
    const again = call(2, 'e', { function: { name: 'look', arguments: '{"q":1}' } });
    const deltas =
      how === 'one chunk'
        ? [[look, { ...add, function: { name: 'add', arguments: '{"x":2}' } }, again]]
        : [[look], [add], [rest], [again]];
    const chunk = (delta: object, finish_reason: string | null = null) => ({
      id: 'x',
      model: 'gpt-4o',
      choices: [{ index: 0, delta, finish_reason }],
    });
    canned = { events: [...deltas.map((calls) => chunk({ tool_calls: calls })), chunk({}, 'tool_calls'), '[DONE]'] };
    for await (const _ of await openai().chat({ messages, stream: true }));
    expect(said()).toEqual([
      { type: 'tool_call', id: 'c', name: 'look', arguments: { q: 1 } },
      { type: 'tool_call', id: 'd', name: 'add', arguments: { x: 2 } },
      { type: 'tool_call', id: 'e', name: 'look', arguments: { q: 1 } },
    ]);
  });

  it('tells a refusal', async () => {
    const message = { role: 'assistant', content: null, refusal: 'I cannot.' };
    canned = { json: { id: 'x', model: 'gpt-4o', choices: [{ index: 0, message, finish_reason: 'stop' }] } };
    await openai().chat({ messages });
    expect(said()).toEqual([{ type: 'text', content: 'I cannot.' }]);
  });
});

/** Streams as the class of LlamaIndex's package does: events without text are dropped. */
class Claude {
  readonly metadata = { model: 'claude-sonnet-4-5' };
  readonly session = { anthropic: new Anthropic({ apiKey: 'test', baseURL: provider.url, maxRetries: 0 }) };

  async chat(_params: object): Promise<AsyncIterable<{ delta: string }>> {
    return this.#stream();
  }

  async complete(): Promise<unknown> {
    return undefined;
  }

  async *#stream(): AsyncGenerator<{ raw: unknown; delta: string }> {
    const ask = { model: 'claude-sonnet-4-5', max_tokens: 9, messages, stream: true as const };
    for await (const event of await this.session.anthropic.messages.create(ask)) {
      if (event.type === 'content_block_delta' && event.delta.type === 'text_delta') {
        yield { raw: event, delta: event.delta.text };
      }
    }
  }
}

it('an answer of Anthropic tells the tools that Anthropic ran, which LlamaIndex drops', async () => {
  const block = (index: number, start: object, ...deltas: object[]) => [
    { type: 'content_block_start', index, content_block: start },
    ...deltas.map((delta) => ({ type: 'content_block_delta', index, delta })),
    { type: 'content_block_stop', index },
  ];
  canned = {
    events: [
      {
        type: 'message_start',
        message: {
          id: 'm',
          type: 'message',
          model: 'claude-sonnet-4-5',
          content: [],
          usage: { input_tokens: 3, output_tokens: 1 },
        },
      },
      ...block(
        0,
        { type: 'server_tool_use', id: 's', name: 'web_search', input: {} },
        { type: 'input_json_delta', partial_json: '{"query":"tides"}' },
      ),
      ...block(1, { type: 'web_search_tool_result', tool_use_id: 's', content: [] }),
      ...block(2, { type: 'text', text: '' }, { type: 'text_delta', text: 'At six.' }),
      { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 9 } },
      { type: 'message_stop' },
    ],
  };
  for await (const _ of await uninstall.observe(new Claude()).chat({ messages, stream: true }));
  expect(said()).toEqual([
    {
      type: 'server_tool_call',
      id: 's',
      name: 'web_search',
      server_tool_call: { type: 'web_search', input: { query: 'tides' } },
    },
    { type: 'server_tool_call_response', id: 's', server_tool_call_response: { type: 'web_search', content: [] } },
    { type: 'text', content: 'At six.' },
  ]);
});

it('the result of a tool that failed can be told from the others', async () => {
  canned = {
    json: { id: 'x', model: 'gpt-4o', choices: [{ index: 0, message: { role: 'assistant', content: 'ok' } }] },
  };
  const result = (id: string, isError: boolean) => ({
    role: 'user' as const,
    content: 'x',
    options: { toolResult: { id, result: 'x', isError } },
  });
  await openai().chat({ messages: [result('a', true), result('b', false)] });
  expect(onlyRecord(log)['gen_ai.input.messages']).toEqual([
    { role: 'tool', parts: [{ type: 'tool_call_response', id: 'a', response: 'x', is_error: true }] },
    { role: 'tool', parts: [{ type: 'tool_call_response', id: 'b', response: 'x' }] },
  ]);
});
