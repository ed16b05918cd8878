import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { wrapAnthropic } from '@spanline/anthropic';
import { createTracer, type SpanRecord, type Tracer, validate } from '@spanline/core';
import { type MemoryLog, memoryLog } from '@spanline/core/testing';
import { wrapOpenAI } from '@spanline/openai';
import { drain } from '../support/records.ts';

let log: MemoryLog;
let tracer: Tracer;

beforeEach(() => {
  log = memoryLog();
  tracer = createTracer({ logger: log.logger, statsIntervalSeconds: 0 });
});

afterEach(() => {
  for (const record of log.records()) expect(validate(record)).toEqual({ valid: true });
  expect(tracer.stats()).toMatchObject({ internalErrors: 0, open: 0 });
});

const KEY = { apiKey: 'test', maxRetries: 0 };
const messages = [{ role: 'user' as const, content: 'q' }];

const json = (value: object): Response =>
  new Response(JSON.stringify(value), { headers: { 'content-type': 'application/json' } });

function sse(events: readonly object[], named: boolean): Response {
  const text = events.map((event) => {
    const { type } = event as { type?: string };
    return `${named ? `event: ${String(type)}\n` : ''}data: ${JSON.stringify(event)}\n\n`;
  });
  const body = text.join('') + (named ? '' : 'data: [DONE]\n\n');
  return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
}

/** A fetch that gives one answer after the other, and repeats the last one. */
function answering(...answers: readonly (() => Response)[]): typeof fetch {
  let next = 0;
  return async () => {
    const answer = answers[Math.min(next++, answers.length - 1)];
    if (answer === undefined) throw new Error('no answer');
    return answer();
  };
}

const openai = (...answers: readonly (() => Response)[]): OpenAI =>
  wrapOpenAI(new OpenAI({ ...KEY, fetch: answering(...answers) }), { tracer });
const anthropic = (...answers: readonly (() => Response)[]): Anthropic =>
  wrapAnthropic(new Anthropic({ ...KEY, fetch: answering(...answers) }), { tracer });

const calls = (): SpanRecord[] => log.records().filter((record) => record['span.type'] === 'llm');
const sum = (key: keyof SpanRecord): number => calls().reduce((total, call) => total + Number(call[key] ?? 0), 0);

describe('a loop of tools', () => {
  const tool = { name: 'weather', description: 'The weather', parameters: { type: 'object', properties: {} } };

  it('of OpenAI is one line for each request', async () => {
    const chat = (message: object, reason: string, usage: object) => () =>
      json({ id: 'c', model: 'gpt-5-mini', choices: [{ index: 0, message, finish_reason: reason }], usage });
    const call = { id: 't', type: 'function', function: { name: 'weather', arguments: '{}' } };
    const client = openai(
      chat({ role: 'assistant', content: null, tool_calls: [call] }, 'tool_calls', {
        prompt_tokens: 10,
        completion_tokens: 3,
        total_tokens: 13,
      }),
      chat({ role: 'assistant', content: 'sunny' }, 'stop', {
        prompt_tokens: 20,
        completion_tokens: 5,
        total_tokens: 25,
      }),
    );
    const runner = client.chat.completions.runTools({
      model: 'gpt-5-mini',
      messages,
      tools: [{ type: 'function', function: { ...tool, parse: JSON.parse, function: () => 'sunny' } }],
    });
    await runner.finalContent();
    expect(calls()).toHaveLength(2);
    expect([sum('gen_ai.usage.input_tokens'), sum('gen_ai.usage.output_tokens')]).toEqual([30, 8]);
  });

  it('of Anthropic is one line for each request', async () => {
    const message = (content: object[], reason: string, usage: object) => () =>
      json({
        id: 'm',
        type: 'message',
        role: 'assistant',
        model: 'claude-sonnet-4-6',
        content,
        stop_reason: reason,
        usage,
      });
    const client = anthropic(
      message([{ type: 'tool_use', id: 't', name: 'weather', input: {} }], 'tool_use', {
        input_tokens: 10,
        output_tokens: 3,
        server_tool_use: { web_search_requests: 2 },
      }),
      message([{ type: 'text', text: 'sunny' }], 'end_turn', { input_tokens: 20, output_tokens: 5 }),
    );
    const { parameters, ...described } = tool;
    await client.beta.messages.toolRunner({
      model: 'claude-sonnet-4-6',
      max_tokens: 9,
      messages,
      tools: [{ ...described, type: 'custom', input_schema: parameters as never, run: () => 'sunny', parse: (v) => v }],
    });
    expect(calls()).toHaveLength(2);
    expect([sum('gen_ai.usage.input_tokens'), sum('gen_ai.usage.output_tokens')]).toEqual([30, 8]);
    expect(sum('spanline.usage.web_searches')).toBe(2);
  });
});

describe('server tools in a stream', () => {
  const search = (id: string) => ({
    id,
    type: 'web_search_call',
    status: 'completed',
    action: { type: 'search', query: 'q' },
  });
  const head = { id: 'r', object: 'response', model: 'gpt-5-mini', output: [] };
  const usage = { input_tokens: 100, output_tokens: 10, total_tokens: 110 };
  const events = [
    { type: 'response.created', response: { ...head, status: 'in_progress' } },
    { type: 'response.output_item.added', output_index: 0, item: { ...search('a'), status: 'in_progress' } },
    { type: 'response.output_item.done', output_index: 0, item: search('a') },
    { type: 'response.output_item.done', output_index: 1, item: search('b') },
    {
      type: 'response.completed',
      response: { ...head, status: 'completed', output: [search('a'), search('b')], usage },
    },
  ];
  const ask = (client: OpenAI) => client.responses.create({ model: 'gpt-5-mini', input: 'q', stream: true });

  it('of OpenAI are billed once', async () => {
    await drain(await ask(openai(() => sse(events, true))));
    expect(calls()).toMatchObject([
      {
        'gen_ai.usage.input_tokens': 100,
        'spanline.usage.web_searches': 2,
        'spanline.cost.usd': expect.closeTo((100 * 0.25 + 10 * 2) / 1e6 + 0.02, 9) as number,
      },
    ]);
    expect(calls()[0]).not.toHaveProperty(['spanline.cost.exact']);
  });

  it('of OpenAI are billed as far as they came, where the stream breaks off', async () => {
    await drain(await ask(openai(() => sse(events.slice(0, 3), true)))).catch(() => undefined);
    for await (const event of await ask(openai(() => sse(events.slice(0, 4), true))))
      if (event.type === 'response.output_item.done') break;
    expect(calls().map((call) => call['spanline.usage.web_searches'])).toEqual([1, 1]);
    expect(calls()[1]).toMatchObject({ 'spanline.usage.issue': 'incomplete', 'spanline.cost.exact': false });
  });

  it('of Anthropic come with the last event', async () => {
    const start = { input_tokens: 50, output_tokens: 1, cache_read_input_tokens: 0 };
    const end = { input_tokens: 900, output_tokens: 40, cache_read_input_tokens: 30 };
    const message = { id: 'm', type: 'message', role: 'assistant', model: 'claude-sonnet-4-6', content: [] };
    const stream = [
      { type: 'message_start', message: { ...message, usage: start } },
      {
        type: 'message_delta',
        delta: { stop_reason: 'end_turn' },
        usage: { ...end, server_tool_use: { web_search_requests: 3 } },
      },
      { type: 'message_stop', 'amazon-bedrock-invocationMetrics': { inputTokenCount: 900, outputTokenCount: 40 } },
    ];
    const request = { model: 'claude-sonnet-4-6', max_tokens: 9, messages, stream: true as const };
    await drain(await anthropic(() => sse(stream, true)).messages.create(request));
    await drain(await anthropic(() => sse(stream.slice(0, 1), true)).messages.create(request));
    expect(calls()).toMatchObject([
      {
        'gen_ai.usage.input_tokens': 930,
        'gen_ai.usage.output_tokens': 40,
        'spanline.usage.web_searches': 3,
      },
      { 'gen_ai.usage.input_tokens': 50, 'spanline.usage.issue': 'incomplete', 'spanline.cost.exact': false },
    ]);
    expect(calls()[0]).not.toHaveProperty(['spanline.usage.issue']);
  });
});

describe('an answer that is worked on elsewhere', () => {
  it('of OpenAI in the background is billed once, with its first final fetch', async () => {
    const response = { id: 'r1', object: 'response', model: 'gpt-5-mini', output: [] };
    const usage = { input_tokens: 70, output_tokens: 7, total_tokens: 77 };
    const client = openai(
      () => json({ ...response, status: 'queued' }),
      () => json({ ...response, status: 'in_progress' }),
      () => json({ ...response, status: 'completed', usage }),
    );
    await client.responses.create({ model: 'gpt-5-mini', input: 'q', background: true });
    for (let fetched = 0; fetched < 4; fetched++) await client.responses.retrieve('r1');
    expect(sum('gen_ai.usage.input_tokens')).toBe(70);
    expect(calls()).toHaveLength(2);
  });

  it('of OpenAI in a batch is billed once, at the price of a batch, with its first final fetch', async () => {
    const batch = { id: 'batch_1', object: 'batch', model: 'gpt-5-mini', request_counts: { total: 2, completed: 2 } };
    const usage = {
      input_tokens: 4000,
      output_tokens: 300,
      total_tokens: 4300,
      input_tokens_details: { cached_tokens: 1000 },
      output_tokens_details: { reasoning_tokens: 100 },
    };
    const answers = [
      () => json({ ...batch, status: 'in_progress' }),
      () => json({ ...batch, status: 'completed', usage }),
    ];
    const client = openai(...answers);
    for (let fetched = 0; fetched < 4; fetched++) await client.batches.retrieve('batch_1');
    await openai(...answers).batches.retrieve('batch_1');
    expect(calls()).toMatchObject([
      {
        'gen_ai.response.model': 'gpt-5-mini',
        'gen_ai.usage.input_tokens': 4000,
        'gen_ai.usage.cache_read.input_tokens': 1000,
        'gen_ai.usage.reasoning.output_tokens': 100,
        'spanline.cost.tier': 'batch',
        'spanline.usage.requests': 2,
        'spanline.cost.usd': expect.closeTo((3000 * 0.25 + 1000 * 0.025 + 300 * 2) / 2e6, 9) as number,
      },
    ]);
  });

  it.each([
    ['without usage', undefined, 'no_usage', undefined],
    ['with null for it', null, 'no_usage', undefined],
    ['with a usage of zeros', { input_tokens: 0, output_tokens: 0, total_tokens: 0 }, 'incomplete_usage', false],
  ])('of OpenAI in a batch %s is unknown, and billed once it is told', async (name, usage, reason, exact) => {
    const id = `batch_${name.length}`;
    const batch = { id, object: 'batch', model: 'gpt-5-mini', request_counts: { total: 2, completed: 2 } };
    const told = { input_tokens: 4000, output_tokens: 300, total_tokens: 4300 };
    const final = { ...batch, status: 'completed' };
    const client = openai(
      () => json({ ...final, usage }),
      () => json({ ...final, usage }),
      () => json({ ...final, usage: told }),
      () => json({ ...final, usage }),
    );
    for (let fetched = 0; fetched < 4; fetched++) await client.batches.retrieve(id);
    const [unknown, counted, ...others] = calls();
    expect(unknown).toMatchObject({ 'spanline.cost.tier': 'batch', 'spanline.cost.reason': reason });
    expect(unknown?.['spanline.cost.exact']).toBe(exact);
    expect(unknown?.['spanline.cost.usd'] ?? 0).toBe(0);
    expect(counted).toMatchObject({ 'gen_ai.usage.input_tokens': 4000 });
    expect(counted).not.toHaveProperty(['spanline.cost.exact']);
    expect(others).toEqual([]);
  });

  it('of OpenAI in a batch that has no answers has no line', async () => {
    const counts = { total: 2, completed: 0, failed: 2 };
    await openai(() => json({ id: 'batch_none', status: 'failed', request_counts: counts })).batches.retrieve(
      'batch_none',
    );
    expect(calls()).toEqual([]);
  });
});
