import Anthropic from '@anthropic-ai/sdk';
import { describe, expect, it } from 'vitest';
import { wrapAnthropic } from '@spanline/anthropic';
import type { Tracer } from '@spanline/core';
import type { MemoryLog } from '@spanline/core/testing';
import { drain, onlyRecord } from '../../../test/support/records.ts';
import { useTracer, useWire } from '../../../test/support/set-up.ts';
import { anthropicText, anthropicTool } from '../../../test/support/wire/anthropic.ts';
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

const client = (more: object = {}): Anthropic =>
  wrapAnthropic(new Anthropic({ apiKey: 'test', baseURL: wire.url, maxRetries: 0, ...more }), { tracer });
const only = () => onlyRecord(log);

/** The input counts what was read from and written to the cache. */
const COUNTED = {
  'gen_ai.usage.input_tokens': 100,
  'gen_ai.usage.cache_read.input_tokens': 64,
  'gen_ai.usage.cache_write.input_tokens': 10,
  'gen_ai.usage.output_tokens': 20,
};
/** Parameters that the newest client no longer types, and that older models take. */
const SAMPLING = { temperature: 0, top_k: 3 };
const CALL = { type: 'tool_call', id: 'call_1', name: 'weather', arguments: { city: 'Oslo' } };

describe('a message', () => {
  it('is a span with its request, its answer, its tokens and what it cost', async () => {
    wire.answer(() => anthropicText(false));
    await client().messages.create({
      ...ask('Weather?'),
      system: 'Be kind.',
      ...SAMPLING,
      stop_sequences: ['x'],
      tools: [{ name: 'weather', description: 'of a city', input_schema: { type: 'object' } }],
    });
    expect(only()).toMatchObject({
      'span.name': 'chat claude-3-5-haiku-20241022',
      'span.type': 'llm',
      'otel.scope.name': '@spanline/anthropic',
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'anthropic',
      'gen_ai.request.max_tokens': 100,
      'gen_ai.request.temperature': 0,
      'gen_ai.request.top_k': 3,
      'gen_ai.request.stop_sequences': ['x'],
      'gen_ai.response.id': 'msg_1',
      'gen_ai.response.finish_reasons': ['end_turn'],
      'gen_ai.system_instructions': [{ type: 'text', content: 'Be kind.' }],
      'gen_ai.input.messages': [{ role: 'user', parts: [{ type: 'text', content: 'Weather?' }] }],
      'gen_ai.tool.definitions': [
        { type: 'function', name: 'weather', description: 'of a city', parameters: { type: 'object' } },
      ],
      'gen_ai.output.messages': [
        { role: 'assistant', parts: [{ type: 'text', content: 'It is sunny.' }], finish_reason: 'end_turn' },
      ],
      'spanline.cost.usd': expect.any(Number),
      ...COUNTED,
    });
  });

  it.each([false, true])('puts tool calls together (streamed: %s)', async (stream) => {
    wire.answer(() => anthropicTool(stream));
    const answer = await client().messages.create({ ...ask('x'), stream });
    if (Symbol.asyncIterator in answer) await drain(answer);
    expect(only()).toMatchObject({
      'gen_ai.output.messages': [{ role: 'assistant', parts: [CALL], finish_reason: 'tool_use' }],
      ...COUNTED,
    });
  });

  it('that is streamed records its chunks and the time to the first one', async () => {
    wire.answer(() => anthropicText(true));
    const message = await client().messages.stream(ask('x')).finalMessage();
    expect(message.usage.output_tokens).toBe(20);
    expect(only()).toMatchObject({
      'gen_ai.request.stream': true,
      'spanline.stream.chunks': 7,
      'gen_ai.response.time_to_first_chunk': expect.any(Number),
      'gen_ai.output.messages': [
        { role: 'assistant', parts: [{ type: 'text', content: 'It is sunny.' }], finish_reason: 'end_turn' },
      ],
      ...COUNTED,
    });
  });

  it('keeps thoughts that can be read, and a trace of the others', async () => {
    const head = {
      id: 'msg_2',
      type: 'message',
      role: 'assistant',
      model: 'claude-sonnet-4-5',
      content: [],
      usage: { input_tokens: 5, output_tokens: 1 },
    };
    const block = (index: number, start: object, deltas: object[]) => [
      { type: 'content_block_start', index, content_block: start },
      ...deltas.map((delta) => ({ type: 'content_block_delta', index, delta })),
      { type: 'content_block_stop', index },
    ];
    wire.answer(() =>
      events(
        [
          { type: 'message_start', message: head },
          ...block(0, { type: 'thinking', thinking: '', signature: '' }, [
            { type: 'thinking_delta', thinking: 'Oslo is north.' },
            { type: 'signature_delta', signature: 'c2VjcmV0' },
          ]),
          ...block(1, { type: 'redacted_thinking', data: 'c2VjcmV0' }, []),
          ...block(2, { type: 'text', text: '' }, [{ type: 'text_delta', text: 'Cold.' }]),
          { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 9 } },
          { type: 'message_stop' },
        ],
        true,
      ),
    );
    await drain(await client().messages.create({ ...ask('x'), stream: true }));
    expect(only()['gen_ai.output.messages']).toEqual([
      {
        role: 'assistant',
        parts: [
          { type: 'reasoning', content: 'Oslo is north.' },
          { type: 'reasoning', content: '', redacted: true },
          { type: 'text', content: 'Cold.' },
        ],
        finish_reason: 'end_turn',
      },
    ]);
    expect(log.raw().join()).not.toContain('c2VjcmV0');
  });

  it('that is abandoned records the tokens that were counted until then', async () => {
    wire.answer(() => anthropicText(true));
    for await (const event of await client().messages.create({ ...ask('x'), stream: true })) {
      if (event.type === 'content_block_delta') break;
    }
    expect(only()).toMatchObject({
      'span.status': 'abandoned',
      'spanline.usage.issue': 'incomplete',
      'gen_ai.usage.input_tokens': 100,
      'gen_ai.output.messages': [{ role: 'assistant', parts: [{ type: 'text', content: 'It is' }] }],
    });
  });

  it('that its reader aborts is aborted, and one that is cut is an error', async () => {
    const part = { ...anthropicText(true), chunks: anthropicText(true).chunks.slice(0, 4) };
    wire.answer(() => ({ ...part, open: true }));
    const stream = await client().messages.create({ ...ask('x'), stream: true });
    for await (const event of stream) if (event.type === 'content_block_delta') stream.controller.abort();
    wire.answer(() => ({ ...part, cut: true }));
    const cut = await client().messages.create({ ...ask('x'), stream: true });
    await expect(drain(cut)).rejects.toThrow();
    expect(log.records().map((record) => record['span.status'])).toEqual(['aborted', 'error']);
  });

  it('that reports an error midway is an error, with what came until then', async () => {
    const chunks = anthropicText(true).chunks.slice(0, 4);
    const overloaded = { type: 'error', error: { type: 'overloaded_error', message: 'busy' } };
    const failure = `event: error\ndata: ${JSON.stringify(overloaded)}\n\n`;
    wire.answer(() => ({ type: 'text/event-stream', chunks: [...chunks, failure] }));
    const stream = await client().messages.create({ ...ask('x'), stream: true });
    await expect(drain(stream)).rejects.toThrow(Anthropic.APIError);
    expect(only()).toMatchObject({
      'span.status': 'error',
      'error.message': overloaded,
      'spanline.usage.issue': 'incomplete',
      'gen_ai.output.messages': [{ role: 'assistant', parts: [{ type: 'text', content: 'It is' }] }],
    });
  });

  it('that is asked for again records the retries, the limits and the id of the request', async () => {
    let attempts = 0;
    const limits = {
      'anthropic-ratelimit-requests-limit': '50',
      'anthropic-ratelimit-requests-remaining': '5',
      'request-id': 'req_2',
    };
    wire.answer(() =>
      attempts++ === 0
        ? json({ type: 'error', error: { type: 'overloaded_error', message: 'busy' } }, 529, { 'retry-after-ms': '1' })
        : { ...anthropicText(false), headers: limits },
    );
    await client({ maxRetries: 1 }).messages.create(ask('x'));
    expect(only()).toMatchObject({
      'span.status': 'ok',
      'spanline.retry.attempt': 2,
      'spanline.ratelimit.remaining_ratio': 0.1,
      'spanline.provider.request_id': 'req_2',
    });
  });

  it('of the beta API is one as well', async () => {
    wire.answer(() => anthropicText(false));
    await client().beta.messages.create(ask('x'));
    expect(only()).toMatchObject(COUNTED);
  });
});

describe('a batch', () => {
  it('is a step that records its size and state, and nothing of its content', async () => {
    const request_counts = { processing: 2, succeeded: 0, errored: 0, canceled: 0, expired: 0 };
    wire.answer(() =>
      json({ id: 'msgbatch_1', type: 'message_batch', processing_status: 'in_progress', request_counts }),
    );
    const anthropic = client();
    const requests = ['one', 'two'].map((custom_id) => ({ custom_id, params: ask('a secret') }));
    await anthropic.messages.batches.create({ requests });
    await anthropic.messages.batches.retrieve('msgbatch_1');
    expect(only()).toMatchObject({
      'span.name': 'messages.batches',
      'span.type': 'task',
      'gen_ai.response.id': 'msgbatch_1',
      'gen_ai.response.status': 'in_progress',
      'gen_ai.request.model': 'claude-3-5-haiku-20241022',
      'spanline.input': { requests: 2, models: ['claude-3-5-haiku-20241022'] },
      'spanline.output': { id: 'msgbatch_1', processing_status: 'in_progress', request_counts },
    });
    expect(log.raw().join()).not.toContain('secret');
  });
});

describe('the results of a batch', () => {
  const line = (custom_id: string, result: object): string => JSON.stringify({ custom_id, result });
  const message = (input: number, output: number) => ({
    id: `msg_${input}`,
    type: 'message',
    role: 'assistant',
    model: 'claude-sonnet-4-5-20250929',
    content: [{ type: 'text', text: 'a secret' }],
    stop_reason: 'end_turn',
    usage: { input_tokens: input, output_tokens: output, cache_read_input_tokens: 0, cache_creation_input_tokens: 0 },
  });
  const RESULTS = [
    line('one', { type: 'succeeded', message: message(1000, 200) }),
    line('two', { type: 'errored', error: { type: 'error', error: { type: 'invalid_request_error', message: 'no' } } }),
    line('three', { type: 'succeeded', message: message(3000, 100) }),
  ];

  function serve(id: string, body: () => string): void {
    wire.answer(({ path }) =>
      path.includes('/results')
        ? { type: 'application/binary', chunks: [body()] }
        : json({
            id,
            type: 'message_batch',
            processing_status: 'ended',
            results_url: `${wire.url}/v1/messages/batches/${id}/results`,
          }),
    );
  }

  async function read(anthropic: Anthropic, id: string, most = Number.POSITIVE_INFINITY): Promise<string[]> {
    const ids: string[] = [];
    for await (const { custom_id } of await anthropic.messages.batches.results(id)) {
      ids.push(custom_id);
      if (ids.length === most) break;
    }
    return ids;
  }

  it('are one call with the sum of the answers at the price of a batch, billed once', async () => {
    serve('msgbatch_sum', () => `${RESULTS.join('\n')}\n`);
    const anthropic = client();
    expect(await read(anthropic, 'msgbatch_sum')).toEqual(['one', 'two', 'three']);
    expect(await read(anthropic, 'msgbatch_sum')).toEqual(['one', 'two', 'three']);
    expect(only()).toMatchObject({
      'span.name': 'messages.batches.results',
      'gen_ai.response.id': 'msgbatch_sum',
      'gen_ai.response.model': 'claude-sonnet-4-5-20250929',
      'gen_ai.usage.input_tokens': 4000,
      'gen_ai.usage.output_tokens': 300,
      'spanline.usage.requests': 2,
      'spanline.cost.tier': 'batch',
      // Half of $3 and $15 a million.
      'spanline.cost.usd': expect.closeTo((4000 * 1.5 + 300 * 7.5) / 1e6, 9) as number,
      'spanline.output': { id: 'msgbatch_sum', outcomes: { succeeded: 2, errored: 1 } },
    });
    expect(log.raw().join()).not.toContain('secret');
  });

  it('of several models have a line and a price for each', async () => {
    const result = (id: string, model: string, input: number, output: number): string =>
      JSON.stringify({
        custom_id: id,
        result: {
          type: 'succeeded',
          message: { type: 'message', model, content: [], usage: { input_tokens: input, output_tokens: output } },
        },
      });
    const lines = [
      result('a', 'claude-sonnet-4-5', 1000, 100),
      result('b', 'claude-haiku-4-5', 2000, 200),
      result('c', 'claude-sonnet-4-5', 3000, 300),
      result('d', 'claude-of-tomorrow', 10, 1),
    ];
    serve('msgbatch_many', () => `${lines.join('\n')}\n`);
    for (let time = 0; time < 2; time++) await read(client(), 'msgbatch_many');
    const batch = { 'gen_ai.response.id': 'msgbatch_many', 'spanline.cost.tier': 'batch' };
    expect(log.records()).toMatchObject([
      {
        ...batch,
        'gen_ai.response.model': 'claude-sonnet-4-5',
        'gen_ai.usage.input_tokens': 4000,
        'spanline.usage.requests': 2,
        // Half of $3 and $15 a million.
        'spanline.cost.usd': expect.closeTo((4000 * 1.5 + 400 * 7.5) / 1e6, 9) as number,
      },
      {
        ...batch,
        'gen_ai.response.model': 'claude-haiku-4-5',
        'gen_ai.usage.input_tokens': 2000,
        // Half of $1 and $5 a million.
        'spanline.cost.usd': expect.closeTo((2000 * 0.5 + 200 * 2.5) / 1e6, 9) as number,
      },
      { ...batch, 'gen_ai.response.model': 'claude-of-tomorrow', 'spanline.cost.reason': 'unknown_model' },
    ]);
  });

  it('are billed when they are read to their end, after readers that stopped early', async () => {
    serve('msgbatch_part', () => `${RESULTS.join('\n')}\n`);
    const anthropic = client();
    expect(await read(anthropic, 'msgbatch_part', 1)).toEqual(['one']);
    expect(await read(anthropic, 'msgbatch_part')).toHaveLength(3);
    expect(only()).toMatchObject({ 'gen_ai.usage.input_tokens': 4000 });
  });

  it('that break off reach the application as they would without us', async () => {
    serve('msgbatch_torn', () => `${RESULTS[0]}\n{"custom_id":"tw`);
    await expect(read(client(), 'msgbatch_torn')).rejects.toThrow(SyntaxError);
    expect(log.records()).toEqual([]);
  });

  it('of the beta API are read as well', async () => {
    serve('msgbatch_beta', () => `${RESULTS.join('\n')}\n`);
    const ids: string[] = [];
    for await (const { custom_id } of await client().beta.messages.batches.results('msgbatch_beta'))
      ids.push(custom_id);
    expect(ids).toHaveLength(3);
    expect(only()).toMatchObject({ 'gen_ai.usage.input_tokens': 4000 });
  });
});

it('wrapping what is no client, or with a wrong option, fails at once', () => {
  expect(() => wrapAnthropic({} as never)).toThrow('client');
  expect(() => wrapAnthropic(new Anthropic({ apiKey: 'x' }), { capture: 'everything' as never })).toThrow('capture');
});
