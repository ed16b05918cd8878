import type { LLMock } from '@copilotkit/aimock';
import { registerTelemetry } from 'ai';
import { registerTelemetryIntegration } from 'ai6';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { spanlineTelemetry } from '@spanline/ai-sdk';
import { currentSpan, observe, type SpanRecord, type Tracer } from '@spanline/core';
import { type MemoryLog, tree } from '@spanline/core/testing';
import { drain } from '../../../test/support/records.ts';
import { useTracer } from '../../../test/support/set-up.ts';
import { useProvider } from '../../../test/support/use-provider.ts';
import { SDKS, watchedBy } from './support/sdks.ts';

let provider: LLMock;
let log: MemoryLog;
let tracer: Tracer;

useProvider((started) => {
  provider = started;
});

useTracer(
  (newLog, newTracer) => {
    [log, tracer] = [newLog, newTracer];
  },
  { capture: 'full' },
);

const LONG = 'one two three four five six seven eight nine ten';
const COUNTED = { 'gen_ai.usage.input_tokens': 40, 'gen_ai.usage.output_tokens': 12, 'spanline.cost.usd': 0.00022 };

const parsed = (value: unknown): unknown => (typeof value === 'string' ? JSON.parse(value) : undefined);
const spans = (type: string): SpanRecord[] => log.records().filter((record) => record['span.type'] === type);
const written = (): Promise<void> => expect.poll(() => tracer.stats().open).toBe(0) as unknown as Promise<void>;

describe.each(SDKS)('ai $version', ({ version, ai, createOpenAI }) => {
  const model = (name = 'gpt-4o') => createOpenAI({ apiKey: 'test', baseURL: `${provider.url}/v1` }).chat(name);
  const watched = (more?: object) => watchedBy(spanlineTelemetry({ tracer }), more);
  const weather = (execute: (input: { city: string }) => unknown = ({ city }) => `sunny in ${city}`) => ({
    weather: ai.tool({ description: 'of a city', inputSchema: z.object({ city: z.string() }), execute }),
  });

  it('records a call as a chain with its model call', async () => {
    const call = () =>
      ai.generateText({ model: model(), system: 'Be brief.', prompt: 'plain', temperature: 0, seed: 3, ...watched() });
    const { text } = await tracer.withSpan('outer', call);
    expect(text).toBe(LONG);
    expect(tree(log.records())).toBe('task outer\n  chain generateText\n    llm chat gpt-4o');
    const [llm] = spans('llm');
    expect(llm).toMatchObject({
      'span.kind': 'CLIENT',
      'otel.scope.name': '@spanline/ai-sdk',
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': 'gpt-4o',
      'gen_ai.request.temperature': 0,
      'gen_ai.response.id': 'fixed-1',
      'gen_ai.response.finish_reasons': ['stop'],
      'spanline.provider.request_id': expect.stringMatching(/^req/),
      ...COUNTED,
    });
    expect(parsed(llm?.['gen_ai.input.messages'])).toEqual([
      { role: 'system', parts: [{ type: 'text', content: 'Be brief.' }] },
      { role: 'user', parts: [{ type: 'text', content: 'plain' }] },
    ]);
    expect(parsed(llm?.['gen_ai.output.messages'])).toEqual([
      { role: 'assistant', parts: [{ type: 'text', content: LONG }], finish_reason: 'stop' },
    ]);
    expect(spans('chain')[0]).toMatchObject({ 'spanline.input': '"plain"', 'spanline.output': JSON.stringify(LONG) });
  });

  it('records a loop with tools as an agent, and what the tools do under them', async () => {
    const look = observe(({ city }: { city: string }) => `sunny in ${city}`, { name: 'look' });
    const telemetry = watched({ functionId: 'guide' });
    const stopWhen = ai.stepCountIs(3);
    await ai.generateText({ model: model(), prompt: 'weather', tools: weather(look), stopWhen, ...telemetry });
    expect(tree(log.records())).toBe(
      'agent invoke_agent guide\n  llm chat gpt-4o\n  tool execute_tool weather\n    task look\n  llm chat gpt-4o',
    );
    const [tool] = spans('tool');
    expect(tool).toMatchObject({
      'gen_ai.tool.name': 'weather',
      'gen_ai.tool.call.id': 'call_1',
      'gen_ai.agent.name': 'guide',
    });
    expect(parsed(tool?.['gen_ai.tool.call.arguments'])).toEqual({ city: 'Oslo' });
    expect(parsed(tool?.['gen_ai.tool.call.result'])).toBe('sunny in Oslo');
    const [first, second] = spans('llm');
    expect(first).toMatchObject({ 'gen_ai.response.finish_reasons': ['tool-calls'], ...COUNTED });
    expect(parsed(first?.['gen_ai.tool.definitions'])).toEqual([
      expect.objectContaining({ type: 'function', name: 'weather', description: 'of a city' }),
    ]);
    expect(parsed(second?.['gen_ai.input.messages'])).toEqual([
      { role: 'user', parts: [{ type: 'text', content: 'weather' }] },
      { role: 'assistant', parts: [{ type: 'tool_call', id: 'call_1', name: 'weather', arguments: { city: 'Oslo' } }] },
      { role: 'tool', parts: [{ type: 'tool_call_response', id: 'call_1', response: 'sunny in Oslo' }] },
    ]);
  });

  it('records a tool that fails, and an agent that goes on', async () => {
    const fail = (): never => {
      throw new Error('no forecast');
    };
    const stopWhen = ai.stepCountIs(3);
    await ai.generateText({ model: model(), prompt: 'weather', tools: weather(fail), stopWhen, ...watched() });
    expect(spans('tool')).toMatchObject([{ 'span.status': 'error', 'error.message': 'no forecast' }]);
    expect(spans('agent')).toMatchObject([{ 'span.status': 'ok' }]);
  });

  it('records a stream with its time to the first chunk', async () => {
    const stopWhen = ai.stepCountIs(3);
    const result = ai.streamText({ model: model(), prompt: 'weather', tools: weather(), stopWhen, ...watched() });
    expect((await drain(result.textStream)).join('')).toBe('It is sunny.');
    await written();
    expect(tree(log.records())).toBe(
      'agent invoke_agent agent\n  llm chat gpt-4o\n  tool execute_tool weather\n  llm chat gpt-4o',
    );
    expect(spans('llm')).toMatchObject([COUNTED, COUNTED]);
    if (version === 7) expect(spans('llm')[1]?.['gen_ai.response.time_to_first_chunk']).toBeGreaterThan(0);
  });

  it('names a stream after its function, or as the application does', async () => {
    await drain(ai.streamText({ model: model(), prompt: 'plain', ...watched() }).textStream);
    await drain(ai.streamText({ model: model(), prompt: 'plain', ...watched({ functionId: 'summary' }) }).textStream);
    await written();
    expect(spans('chain')).toMatchObject([{ 'span.name': 'streamText' }, { 'span.name': 'summary' }]);
    expect(spans('llm')).toMatchObject([
      { 'span.path': 'streamText > chat gpt-4o', 'gen_ai.request.stream': true },
      { 'span.path': 'summary > chat gpt-4o', 'gen_ai.request.stream': true },
    ]);
  });

  it('records an agent that a tool calls under the tool', async () => {
    const ask = async ({ city }: { city: string }): Promise<string> => {
      const { text } = await ai.generateText({ model: model('gpt-4o-mini'), prompt: `plain ${city}`, ...watched() });
      return text;
    };
    const stopWhen = ai.stepCountIs(3);
    await ai.generateText({ model: model(), prompt: 'weather', tools: weather(ask), stopWhen, ...watched() });
    expect(tree(log.records())).toBe(
      [
        'agent invoke_agent agent',
        '  llm chat gpt-4o',
        '  tool execute_tool weather',
        '    chain generateText',
        '      llm chat gpt-4o-mini',
        '  llm chat gpt-4o',
      ].join('\n'),
    );
  });

  it('keeps 20 calls at once apart', async () => {
    const telemetry = watched();
    const call = async (index: number): Promise<void> => {
      const tools = weather(() => currentSpan()?.name);
      await tracer.withSpan(`outer ${index}`, () =>
        ai.generateText({ model: model(), prompt: 'weather', tools, stopWhen: ai.stepCountIs(3), ...telemetry }),
      );
    };
    await Promise.all(Array.from({ length: 20 }, (_, index) => call(index)));
    const ids = new Set(log.records().map((record) => record.trace_id));
    expect(ids.size).toBe(20);
    for (const id of ids) {
      const records = log.records().filter((record) => record.trace_id === id);
      expect(tree(records).split('\n').slice(1)).toEqual([
        '  agent invoke_agent agent',
        '    llm chat gpt-4o',
        '    tool execute_tool weather',
        '    llm chat gpt-4o',
      ]);
    }
  });

  it('writes what the application says about a call as labels, and the chat as conversation', async () => {
    const said = { chatId: 'chat-7', tenant: 'acme', beta: true };
    const include = { includeRuntimeContext: { chatId: true, tenant: true, beta: true } };
    const given = version === 7 ? { runtimeContext: said, ...watched(include) } : watched({ metadata: said });
    await ai.generateText({ model: model(), prompt: 'plain', ...given });
    expect(spans('chain')).toMatchObject([
      { 'labels.tenant': 'acme', 'labels.beta': true, 'gen_ai.conversation.id': 'chat-7' },
    ]);
    expect(spans('llm')).toMatchObject([{ 'gen_ai.conversation.id': 'chat-7', 'session.id': 'chat-7' }]);
  });

  it('records a call once where two objects are registered', async () => {
    const integrations = [spanlineTelemetry({ tracer }), spanlineTelemetry({ tracer })];
    await ai.generateText({ model: model(), prompt: 'plain', experimental_telemetry: { integrations } });
    expect(tree(log.records())).toBe('chain generateText\n  llm chat gpt-4o');
  });
});

it('is bound as it is, and keeps what is bound to it', async () => {
  const telemetry = spanlineTelemetry({ tracer });
  expect(telemetry.onEnd.bind(telemetry)).toBe(telemetry.onEnd);
  expect(telemetry.executeTool.bind(telemetry)).toBe(telemetry.executeTool);
  const work = { callId: 'call-1', toolCallId: 'tool-1', execute: () => Promise.resolve('done') };
  const call: () => unknown = telemetry.executeTool.bind(telemetry, work);
  expect(await call()).toBe('done');
});

it('is what both versions take', () => {
  const telemetry = spanlineTelemetry({ tracer });
  registerTelemetry(telemetry);
  registerTelemetryIntegration(telemetry);
  globalThis.AI_SDK_TELEMETRY_INTEGRATIONS = [];
  expect(() => spanlineTelemetry({ tracers: tracer } as never)).toThrow(/tracers/);
});
