/** A telemetry object that is registered twice, two objects of one tracer, and two tracers. */

import type { LLMock } from '@copilotkit/aimock';
import { registerTelemetry } from 'ai';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type SpanlineTelemetry, spanlineTelemetry } from '@spanline/ai-sdk';
import { createTracer, type Tracer } from '@spanline/core';
import { type MemoryLog, memoryLog, tree } from '@spanline/core/testing';
import { startProvider, USAGE } from '../../../test/support/provider.ts';
import { drain } from '../../../test/support/records.ts';
import { useTracer, useWire } from '../../../test/support/set-up.ts';
import { json, type Wire } from '../../../test/support/wire/server.ts';
import { SDKS } from './support/sdks.ts';

let provider: LLMock;
let wire: Wire;
let log: MemoryLog;
let tracer: Tracer;

beforeAll(async () => {
  provider = await startProvider();
});
afterAll(() => provider.stop());
afterEach(() => {
  globalThis.AI_SDK_TELEMETRY_INTEGRATIONS = [];
});
useWire((opened) => {
  wire = opened;
});
useTracer((newLog, newTracer) => {
  [log, tracer] = [newLog, newTracer];
});

/** The objects that are registered, and those of the call. */
type Registrations = readonly [registered: readonly SpanlineTelemetry[], ofCall?: readonly SpanlineTelemetry[]];

const WAYS: Readonly<Record<string, (make: () => SpanlineTelemetry) => Registrations>> = {
  'one object, registered twice': (make) => {
    const one = make();
    return [[one, one]];
  },
  'one object, registered three times, with another one between': (make) => {
    const one = make();
    return [[one, {} as SpanlineTelemetry, one, make(), one]];
  },
  'one object, registered and given to the call': (make) => {
    const one = make();
    return [[one], [one]];
  },
  'one object, given to the call twice': (make) => {
    const one = make();
    return [[], [one, one]];
  },
  'two objects, registered': (make) => [[make(), make()]],
  'two objects, one of them given to the call': (make) => [[make()], [make()]],
};

const AGENT = 'agent invoke_agent agent\n  llm chat gpt-4o\n  tool execute_tool weather\n  llm chat gpt-4o';

/** The SDK binds one callback of all objects before the next one. That shows an object that is registered twice. */
it('a call and its tools are recorded once, whatever the order in which the SDK binds the callbacks', async () => {
  const one = spanlineTelemetry({ tracer });
  const call = { callId: 'call-1', provider: 'openai.chat', modelId: 'gpt-4o' };
  const toolCall = { toolCallId: 'k1', toolName: 'weather', input: {} };
  const answer = { content: [], usage: { inputTokens: 40, outputTokens: 12 } };
  const tool = { ...call, toolCallId: 'k1' };
  const twice = (report: (event: unknown) => void, event: object): void => {
    report({ ...event });
    report({ ...event });
  };
  twice(one.onStart, { ...call, operationId: 'ai.generateText', tools: { weather: {} } });
  const ask = () => one.executeLanguageModelCall({ ...call, execute: async () => answer });
  await one.executeLanguageModelCall({ ...call, execute: ask });
  twice(one.onToolExecutionStart, { ...call, toolCall });
  await one.executeTool({ ...tool, execute: () => one.executeTool({ ...tool, execute: async () => 'sunny' }) });
  twice(one.onToolExecutionEnd, { ...call, toolCall, output: 'sunny' });
  twice(one.onEnd, { ...call, text: 'sunny' });
  expect(tree(log.records())).toBe('agent invoke_agent agent\n  llm chat gpt-4o\n  tool execute_tool weather');
  expect(tracer.stats()).toMatchObject({ open: 0, internalErrors: 0 });
});

describe.each(SDKS)('ai $version', ({ version, ai, createOpenAI }) => {
  const openai = (url = provider.url) => createOpenAI({ apiKey: 'test', baseURL: `${url}/v1` });
  const schema = ai.jsonSchema({ type: 'object' });
  const tools = { weather: ai.tool({ inputSchema: schema, execute: () => 'sunny' }) };
  const given = ([registered, ofCall]: Registrations): { experimental_telemetry: object } => {
    registerTelemetry(...registered);
    return { experimental_telemetry: ofCall === undefined ? {} : { integrations: [...ofCall] } };
  };
  const settled = (): Promise<void> => expect.poll(() => tracer.stats().open).toBe(0) as unknown as Promise<void>;

  it.each(Object.entries(WAYS))('%s: each call is one line', async (_, register) => {
    const options = () => ({
      model: openai().chat('gpt-4o'),
      prompt: 'weather',
      tools,
      stopWhen: ai.stepCountIs(3),
      ...given(register(() => spanlineTelemetry({ tracer }))),
    });
    await ai.generateText(options());
    globalThis.AI_SDK_TELEMETRY_INTEGRATIONS = [];
    await drain(ai.streamText(options()).textStream);
    await settled();
    expect(tree(log.records())).toBe(`${AGENT}\n${AGENT}`);
    const tokens = log.records().map((record) => record['gen_ai.usage.input_tokens'] ?? 0);
    expect(tokens.reduce((sum, count) => sum + count)).toBe(4 * USAGE.prompt_tokens);
  });

  it.runIf(version === 7)('one object, registered twice, records requests for vectors and objects once', async () => {
    const one = spanlineTelemetry({ tracer });
    const options = given([[one, one]]);
    wire.answer(() => json({ data: [{ index: 0, embedding: [1, 2] }], model: 'e', usage: { prompt_tokens: 7 } }));
    const embedder = openai(wire.url).embedding('e');
    const small = Object.assign(Object.create(embedder), { ...embedder, maxEmbeddingsPerCall: 1 });
    await ai.embed({ model: embedder, value: 'a', ...options });
    await ai.embedMany({ model: small, values: ['a', 'b'], ...options });
    await ai.generateObject({ model: openai().chat('gpt-4o'), prompt: 'as json', schema, ...options });
    expect(tree(log.records())).toBe(
      [
        'embedding embeddings e',
        'chain embedMany',
        '  embedding embeddings e',
        '  embedding embeddings e',
        'chain generateObject',
        '  llm chat gpt-4o',
      ].join('\n'),
    );
    for (const record of log.records()) expect(record).not.toHaveProperty('spanline.retry.attempt');
  });

  it('two tracers have a line each', async () => {
    const other = memoryLog();
    const second = createTracer({ logger: other.logger, service: { name: 'test' }, statsIntervalSeconds: 0 });
    const objects = [spanlineTelemetry({ tracer }), spanlineTelemetry({ tracer: second })];
    const options = { model: openai().chat('gpt-4o'), prompt: 'weather', tools, stopWhen: ai.stepCountIs(3) };
    await ai.generateText({ ...options, ...given([objects]) });
    await settled();
    for (const { records } of [log, other]) {
      expect(tree(records())).toBe(AGENT);
      const tokens = records().map((record) => record['gen_ai.usage.input_tokens'] ?? 0);
      expect(tokens.reduce((sum, count) => sum + count)).toBe(2 * USAGE.prompt_tokens);
    }
    expect(second.stats()).toMatchObject({ open: 0, internalErrors: 0 });
  });
});
