import { tool } from '@langchain/core/tools';
import { createAgent } from 'langchain';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SpanAttributes, SpanRecord, Tracer } from '@spanline/core';
import type { MemoryLog } from '@spanline/core/testing';
import { SpanlineCallbackHandler } from '@spanline/langchain';
import { useTracer } from '../../../../test/support/set-up.ts';
import { openWire, type Wire, type WireRequest } from '../../../../test/support/wire/server.ts';
import { EXPECTED } from '../support/expected.ts';
import { MODELS, type WireModel } from '../support/models.ts';

const WEATHER = {
  name: 'weather',
  description: 'The weather',
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
};

let log: MemoryLog;
let tracer: Tracer;
let callbacks: SpanlineCallbackHandler[];

useTracer(
  (newLog, newTracer) => {
    [log, tracer] = [newLog, newTracer];
    callbacks = [new SpanlineCallbackHandler({ tracer })];
  },
  { capture: 'full' },
);

const asksForStream = ({ path, body }: WireRequest): boolean => path.includes('tream') || body['stream'] === true;

/** The one line of the one billed call. */
function theCall(): SpanRecord {
  const calls = log.records().filter((record) => record['span.type'] === 'llm');
  expect(calls).toHaveLength(1);
  return calls[0] as SpanRecord;
}

const parsed = (record: SpanRecord, key: 'gen_ai.output.messages' | 'gen_ai.tool.definitions'): unknown =>
  JSON.parse(record[key] ?? 'null');

describe.each(Object.keys(MODELS) as (keyof typeof MODELS)[])('%s', (name) => {
  const model: WireModel = MODELS[name];
  const expected = EXPECTED[name];
  let wire: Wire;

  beforeAll(async () => {
    wire = await openWire(model.protocol);
  });

  afterAll(() => wire.close());

  const CALL: SpanAttributes = {
    'gen_ai.operation.name': 'chat',
    'gen_ai.request.temperature': 0,
    'gen_ai.request.top_p': 0.5,
    'gen_ai.request.max_tokens': 64,
    'gen_ai.usage.input_tokens': 100,
    'gen_ai.usage.output_tokens': 20,
  };

  function expectCall(
    record: SpanRecord,
    more: SpanAttributes | undefined,
    reason: string,
    usd: number | undefined = expected.usd,
  ): void {
    expect(record).toMatchObject({
      ...CALL,
      ...expected.always,
      ...more,
      'span.name': `chat ${expected.always['gen_ai.request.model']}`,
      'span.kind': 'CLIENT',
      'spanline.usage.source': 'provider',
      'gen_ai.response.finish_reasons': [reason],
    });
    if (more?.['spanline.usage.issue'] === undefined && expected.always['spanline.usage.issue'] === undefined) {
      expect(record).not.toHaveProperty('spanline.usage.issue');
    }
    if (usd === undefined) expect(record['spanline.cost.reason']).toBe('self_hosted');
    else expect(record['spanline.cost.usd']).toBeCloseTo(usd, 12);
  }

  function expectStreamed(record: SpanRecord, chunks: number): void {
    expect(record['gen_ai.request.stream']).toBe(true);
    expect(record['spanline.stream.chunks']).toBeGreaterThanOrEqual(chunks);
    expect(record['gen_ai.response.time_to_first_chunk']).toBeGreaterThan(0);
    expect(record['gen_ai.response.time_to_first_chunk']).toBeLessThanOrEqual((record.duration_ms ?? 0) / 1000);
    expect(record['spanline.stream.tokens_per_second']).toBeGreaterThan(0);
  }

  const TEXT = (reason: string) => [
    { role: 'assistant', parts: [{ type: 'text', content: 'It is sunny.' }], finish_reason: reason },
  ];

  it('that is invoked records model, parameters, tokens, cost, reason and answer', async () => {
    wire.answer((request) => model.text(asksForStream(request)));
    await model.create(wire.url).invoke('Weather?', { callbacks });
    const record = theCall();
    expectCall(record, expected.invoked, expected.reasons.text);
    expect(parsed(record, 'gen_ai.output.messages')).toEqual(TEXT(expected.reasons.text));
    if (expected.invoked?.['gen_ai.request.stream'] === true) expectStreamed(record, 2);
    else expect(record).not.toHaveProperty('gen_ai.response.time_to_first_chunk');
  });

  it('that is streamed records the same, and when its first words came', async () => {
    wire.answer((request) => model.text(asksForStream(request)));
    for await (const _ of await model.create(wire.url).stream('Weather?', { callbacks }));
    const record = theCall();
    expectCall(record, expected.streamed, expected.reasons.text);
    expect(parsed(record, 'gen_ai.output.messages')).toEqual(TEXT(expected.reasons.text));
    expectStreamed(record, 2);
  });

  it.skipIf(expected.streamsByOption !== true)('that streams within an invoke records the same', async () => {
    wire.answer((request) => model.text(asksForStream(request)));
    await Object.assign(model.create(wire.url), { streaming: true }).invoke('Weather?', { callbacks });
    const record = theCall();
    expectCall(record, expected.streamed, expected.reasons.text);
    expectStreamed(record, 2);
  });

  it.each(['invoke', 'stream'] as const)('records the tools it was offered and the one it calls: %s', async (way) => {
    wire.answer((request) => model.tool(asksForStream(request)));
    const bound = model.create(wire.url).bindTools?.([{ type: 'function', function: WEATHER }]);
    if (way === 'invoke') await bound?.invoke('Weather?', { callbacks });
    else for await (const _ of (await bound?.stream('Weather?', { callbacks })) ?? []);
    const record = theCall();
    expectCall(record, way === 'invoke' ? expected.invoked : expected.streamed, expected.reasons.tool);
    expect(parsed(record, 'gen_ai.tool.definitions')).toMatchObject([{ type: 'function', ...WEATHER }]);
    const [message] = parsed(record, 'gen_ai.output.messages') as { parts: unknown[] }[];
    expect(message?.parts).toEqual([
      { type: 'tool_call', id: expect.any(String) as string, name: 'weather', arguments: { city: 'Oslo' } },
    ]);
    if (way === 'stream' && expected.hidesToolChunks !== true) expectStreamed(record, 1);
  });

  it('in an agent that reports by events of the third version records the same', async () => {
    wire.answer((request) => model.text(asksForStream(request)));
    const agent = createAgent({ model: model.create(wire.url), tools: [] });
    const run = await agent.streamEvents(
      { messages: [{ role: 'user', content: 'Weather?' }] },
      { callbacks, version: 'v3' },
    );
    for await (const _ of run);
    const record = theCall();
    const { 'gen_ai.response.finish_reasons': reasons } = record;
    expectCall(record, expected.events, reasons?.[0] ?? '', expected.usdOfEvents ?? expected.usd);
    expect(['stop', 'completed']).toContain(reasons?.[0]);
    expectStreamed(record, 2);
  });

  it('in such an agent records the tool that it calls', async () => {
    wire.answer((request) => model.tool(asksForStream(request)));
    const weather = tool(() => 'sunny', { ...WEATHER, schema: WEATHER.parameters as never, returnDirect: true });
    const agent = createAgent({ model: model.create(wire.url), tools: [weather] });
    const run = await agent.streamEvents(
      { messages: [{ role: 'user', content: 'Weather?' }] },
      { callbacks, version: 'v3' },
    );
    for await (const _ of run);
    const record = theCall();
    const { 'gen_ai.response.finish_reasons': reasons } = record;
    expectCall(record, expected.events, reasons?.[0] ?? '', expected.usdOfEvents ?? expected.usd);
    expectStreamed(record, 1);
    expect(parsed(record, 'gen_ai.tool.definitions')).toMatchObject([{ type: 'function', name: 'weather' }]);
    expect(record['gen_ai.output.messages']).toContain('"name":"weather","arguments":{"city":"Oslo"}');
  });
});
