import Anthropic from '@anthropic-ai/sdk';
import { describe, expect, it } from 'vitest';
import { wrapAnthropic } from '@spanline/anthropic';
import type { Tracer } from '@spanline/core';
import type { MemoryLog } from '@spanline/core/testing';
import { drain, onlyRecord } from '../../../test/support/records.ts';
import { useTracer, useWire } from '../../../test/support/set-up.ts';
import { events, json, type Wire } from '../../../test/support/wire/server.ts';
import { ask } from './support/scenarios.ts';

let wire: Wire;
let log: MemoryLog;
let tracer: Tracer;

useWire((opened) => {
  wire = opened;
});

useTracer(
  (newLog, newTracer) => {
    [log, tracer] = [newLog, newTracer];
  },
  { capture: 'full' },
);

const client = (): Anthropic =>
  wrapAnthropic(new Anthropic({ apiKey: 'test', baseURL: wire.url, maxRetries: 0 }), { tracer });

const said = (): unknown =>
  (onlyRecord(log)['gen_ai.output.messages'] as unknown as { parts: unknown }[] | undefined)?.[0]?.parts;

const found = [{ type: 'web_search_result', url: 'https://a.test', title: 'Tides' }];
const citation = { type: 'web_search_result_location', url: 'https://a.test', cited_text: 'six' };

const head = {
  id: 'msg_7',
  type: 'message',
  role: 'assistant',
  model: 'claude-sonnet-4-5',
  usage: { input_tokens: 5, output_tokens: 1 },
};

const CONTENT = [
  { type: 'thinking', thinking: 'Search.', signature: 's' },
  { type: 'server_tool_use', id: 'srv', name: 'web_search', input: { query: 'tides' } },
  { type: 'web_search_tool_result', tool_use_id: 'srv', content: found },
  { type: 'mcp_tool_use', id: 'mcp', name: 'echo', server_name: 'files', input: { a: 1 } },
  { type: 'mcp_tool_result', tool_use_id: 'mcp', is_error: true, content: [{ type: 'text', text: 'gone' }] },
  { type: 'text', text: 'At six.', citations: [citation] },
  { type: 'tool_use', id: 'own', name: 'look', input: { q: 1 } },
];

const PARTS = [
  { type: 'reasoning', content: 'Search.' },
  {
    type: 'server_tool_call',
    id: 'srv',
    name: 'web_search',
    server_tool_call: { type: 'web_search', input: { query: 'tides' } },
  },
  {
    type: 'server_tool_call_response',
    id: 'srv',
    server_tool_call_response: { type: 'web_search', content: found },
  },
  {
    type: 'server_tool_call',
    id: 'mcp',
    name: 'echo',
    server_tool_call: { type: 'mcp', server_name: 'files', input: { a: 1 } },
  },
  {
    type: 'server_tool_call_response',
    id: 'mcp',
    server_tool_call_response: { type: 'mcp', content: [{ type: 'text', text: 'gone' }] },
    is_error: true,
  },
  { type: 'text', content: 'At six.', citations: [citation] },
  { type: 'tool_call', id: 'own', name: 'look', arguments: { q: 1 } },
];

/** A block as events: its start without text and input, and these in two pieces. */
function streamed(block: (typeof CONTENT)[number], index: number): object[] {
  const { text, thinking, input, citations, ...rest } = block as Record<string, unknown>;
  const pieces = (whole: unknown): string[] => {
    const all = typeof whole === 'string' ? whole : JSON.stringify(whole);
    return [all.slice(0, 3), all.slice(3)];
  };
  const deltas = [
    ...(text === undefined ? [] : pieces(text).map((piece) => ({ type: 'text_delta', text: piece }))),
    ...(thinking === undefined ? [] : pieces(thinking).map((piece) => ({ type: 'thinking_delta', thinking: piece }))),
    ...(input === undefined ? [] : pieces(input).map((piece) => ({ type: 'input_json_delta', partial_json: piece }))),
    ...(Array.isArray(citations)
      ? citations.map((each) => ({ type: 'citations_delta', citation: each as unknown }))
      : []),
  ];
  const empty = { ...(text === undefined ? {} : { text: '' }), ...(input === undefined ? {} : { input: {} }) };
  return [
    { type: 'content_block_start', index, content_block: { ...rest, ...empty } },
    ...deltas.map((delta) => ({ type: 'content_block_delta', index, delta })),
    { type: 'content_block_stop', index },
  ];
}

const start = { type: 'message_start', message: { ...head, content: [] } };
const blocks = CONTENT.flatMap(streamed);

describe('a message with tools that Anthropic runs', () => {
  it.each(['messages', 'beta'] as const)('tells calls, results, failures and sources (%s)', async (api) => {
    wire.answer(() => json({ ...head, content: CONTENT, stop_reason: 'end_turn' }));
    const { messages, beta } = client();
    await (api === 'beta' ? beta.messages.create(ask('When?')) : messages.create(ask('When?')));
    expect(said()).toEqual(PARTS);
  });

  it('that is streamed tells the same', async () => {
    const end = { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 9 } };
    wire.answer(() => events([start, ...blocks, end, { type: 'message_stop' }], true));
    await drain(await client().messages.create({ ...ask('When?'), stream: true }));
    expect(said()).toEqual(PARTS);
  });

  it('that breaks off tells what had come', async () => {
    wire.answer(() => ({ ...events([start, ...blocks.slice(0, 6)], true), cut: true }));
    await expect(drain(await client().messages.create({ ...ask('x'), stream: true }))).rejects.toThrow();
    expect(said()).toEqual([
      { type: 'reasoning', content: 'Search.' },
      {
        type: 'server_tool_call',
        id: 'srv',
        name: 'web_search',
        server_tool_call: { type: 'web_search', input: '{"q' },
      },
    ]);
  });
});

it('the result of a tool that failed can be told from the others', async () => {
  wire.answer(() => json({ ...head, content: [{ type: 'text', text: 'Well.' }] }));
  const results = [
    { type: 'tool_result' as const, tool_use_id: 'a', is_error: true, content: 'no disk' },
    { type: 'tool_result' as const, tool_use_id: 'b', is_error: false, content: 'done' },
  ];
  await client().messages.create({ ...ask('x'), messages: [{ role: 'user', content: results }] });
  expect(onlyRecord(log)['gen_ai.input.messages']).toEqual([
    {
      role: 'user',
      parts: [
        { type: 'tool_call_response', id: 'a', response: 'no disk', is_error: true },
        { type: 'tool_call_response', id: 'b', response: 'done' },
      ],
    },
  ]);
});
