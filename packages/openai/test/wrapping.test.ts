import type { LLMock } from '@copilotkit/aimock';
import OpenAI, { AzureOpenAI } from 'openai';
import OpenAI4 from 'openai4';
import OpenAI5 from 'openai5';
import OpenAI7 from 'openai7';
import { describe, expect, it } from 'vitest';
import { createTracer, type Tracer } from '@spanline/core';
import { type MemoryLog, memoryLog } from '@spanline/core/testing';
import { type WrapOptions, wrapOpenAI } from '@spanline/openai';
import { drain, onlyRecord } from '../../../test/support/records.ts';
import { useTracer, useWire } from '../../../test/support/set-up.ts';
import { useProvider } from '../../../test/support/use-provider.ts';
import { openaiChatText } from '../../../test/support/wire/openai.ts';
import { type Wire } from '../../../test/support/wire/server.ts';
import { ask } from './support/scenarios.ts';

let provider: LLMock;
let wire: Wire;
let log: MemoryLog;
let tracer: Tracer;

useProvider((started) => {
  provider = started;
});
useWire((opened) => {
  wire = opened;
});

useTracer(
  (newLog, newTracer) => {
    [log, tracer] = [newLog, newTracer];
  },
  { capture: 'full' },
);

const client = (more: object = {}, options: WrapOptions = {}): OpenAI =>
  wrapOpenAI(new OpenAI({ apiKey: 'test', baseURL: `${provider.url}/v1`, maxRetries: 0, ...more }), {
    tracer,
    ...options,
  });

const only = () => onlyRecord(log);

describe('a provider', () => {
  it.each([
    ['https://api.groq.com/openai/v1', 'groq'],
    ['https://openrouter.ai/api/v1', 'openrouter'],
    ['https://my.openai.azure.com/openai/v1', 'azure.ai.openai'],
    ['https://europe-west4-aiplatform.googleapis.com/v1', 'gcp.vertex_ai'],
    ['https://llm.example.com/v1', 'openai'],
  ])('at %s is %s', async (baseURL, name) => {
    const answer = openaiChatText(false);
    const local: typeof fetch = () =>
      Promise.resolve(new Response(String(answer.chunks[0]), { headers: { 'content-type': answer.type } }));
    await client({ baseURL, fetch: local }).chat.completions.create(ask('x'));
    expect(only()['gen_ai.provider.name']).toBe(name);
  });

  it('that refuses unknown parameters is not asked for tokens', async () => {
    const bodies: unknown[] = [];
    const local: typeof fetch = (_url, init) => {
      bodies.push(JSON.parse(String(init?.body)));
      return Promise.resolve(new Response('data: [DONE]\n\n', { headers: { 'content-type': 'text/event-stream' } }));
    };
    const mistral = client({ baseURL: 'https://api.mistral.ai/v1', fetch: local });
    await drain(await mistral.chat.completions.create({ ...ask('x'), stream: true }));
    expect(bodies).toEqual([{ ...ask('x'), stream: true }]);
  });

  it('Azure is a deployment, and an old version of its API is not asked for tokens', async () => {
    wire.answer(() => openaiChatText(true));
    for (const apiVersion of ['2023-05-15', '2024-10-21']) {
      const azure = new AzureOpenAI({ apiKey: 'test', endpoint: wire.url, apiVersion, maxRetries: 0 });
      await drain(await wrapOpenAI(azure, { tracer }).chat.completions.create({ ...ask('x'), stream: true }));
    }
    expect(wire.requests.map(({ path, body }) => [path.split('?')[0], body['stream_options']])).toEqual([
      ['/openai/deployments/gpt-4o/chat/completions', undefined],
      ['/openai/deployments/gpt-4o/chat/completions', { include_usage: true }],
    ]);
    // Behind a gateway as well, whose host nobody knows.
    expect(log.records().map((record) => record['gen_ai.provider.name'])).toEqual(
      Array.from({ length: 2 }, () => 'azure.ai.openai'),
    );
  });
});

describe('wrapping', () => {
  it('again changes the tracer, and a copy made by withOptions is traced once', async () => {
    const former = memoryLog();
    const openai = client({}, { tracer: createTracer({ logger: former.logger, statsIntervalSeconds: 0 }) });
    await wrapOpenAI(openai, { tracer }).withOptions({ timeout: 5000 }).chat.completions.create(ask('plain'));
    expect([former.records().length, log.records().length]).toEqual([0, 1]);
  });

  it('keeps the type of every version', () => {
    const four: OpenAI4 = wrapOpenAI(new OpenAI4({ apiKey: 'test' }), { tracer });
    const five: OpenAI5 = wrapOpenAI(new OpenAI5({ apiKey: 'test' }), { tracer });
    const seven: OpenAI7 = wrapOpenAI(new OpenAI7({ apiKey: 'test' }), { tracer });
    const azure: AzureOpenAI = wrapOpenAI(
      new AzureOpenAI({ apiKey: 'test', endpoint: wire.url, apiVersion: '2024-10-21' }),
      { tracer },
    );
    expect([four, five, seven, azure].map((one) => one.constructor)).toEqual([OpenAI4, OpenAI5, OpenAI7, AzureOpenAI]);
  });

  it('with a tracer that is switched off leaves the client alone', () => {
    const openai = new OpenAI({ apiKey: 'test' });
    const names = Object.getOwnPropertyNames(openai);
    wrapOpenAI(openai, { tracer: createTracer({ logger: log.logger, enabled: false }) });
    expect(Object.getOwnPropertyNames(openai)).toEqual(names);
  });

  it('of what is no client, or with a wrong option, fails at once', () => {
    expect(() => wrapOpenAI({} as never)).toThrow('client');
    expect(() => wrapOpenAI(new OpenAI({ apiKey: 'x' }), { streamUsage: 'yes' as never })).toThrow('streamUsage');
    expect(() => wrapOpenAI(new OpenAI({ apiKey: 'x' }), { trace: 1 } as never)).toThrow('trace');
  });
});
