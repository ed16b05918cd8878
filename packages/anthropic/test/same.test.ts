import type Anthropic from '@anthropic-ai/sdk';
import type { LLMock } from '@copilotkit/aimock';
import { describe, expect, it } from 'vitest';
import { unwrapAnthropic, wrapAnthropic } from '@spanline/anthropic';
import { createTracer } from '@spanline/core';
import { memoryLog } from '@spanline/core/testing';
import { comparable } from '../../../test/support/comparable.ts';
import { USAGE } from '../../../test/support/provider.ts';
import { useProvider } from '../../../test/support/use-provider.ts';
import { ask, SCENARIOS } from './support/scenarios.ts';
import { VERSIONS } from './support/versions.ts';

let provider: LLMock;

useProvider((started) => {
  provider = started;
});

describe.each(Object.entries(VERSIONS))('a wrapped client of %s is one that is not:', (_version, Class) => {
  const newClient = (): Anthropic => new Class({ apiKey: 'test', baseURL: provider.url, maxRetries: 0 });

  it.each(Object.entries(SCENARIOS))('%s', async (_name, scenario) => {
    const tracer = createTracer({ logger: memoryLog().logger, statsIntervalSeconds: 0 });
    const plain = await scenario(newClient(), Class);
    const wrapped = await scenario(wrapAnthropic(newClient(), { tracer }), Class);
    expect(comparable(wrapped)).toEqual(comparable(plain));
    expect(tracer.stats().internalErrors).toBe(0);
  });

  it('but every message, whole or streamed, is a line with its tokens', async () => {
    const log = memoryLog();
    const client = wrapAnthropic(newClient(), {
      tracer: createTracer({ logger: log.logger, statsIntervalSeconds: 0 }),
    });
    await client.messages.create(ask('plain'));
    await client.messages.stream(ask('plain')).finalMessage();
    const told = log.records().map((record) => [record['span.status'], record['gen_ai.usage.output_tokens']]);
    expect(told).toEqual([
      ['ok', USAGE.completion_tokens],
      ['ok', USAGE.completion_tokens],
    ]);
  });

  it('taken back, writes nothing and has nothing of its own', async () => {
    const log = memoryLog();
    const tracer = createTracer({ logger: log.logger, statsIntervalSeconds: 0 });
    const client = wrapAnthropic(newClient(), { tracer });
    const copy = 'withOptions' in client ? client.withOptions({}) : client;
    expect(unwrapAnthropic(client)).toBe(client);
    await Promise.all([client, copy].map(SCENARIOS['a tool call'] as (one: Anthropic) => Promise<unknown>));
    expect(log.records()).toEqual([]);
    expect(Object.getOwnPropertyNames(client)).toEqual(Object.getOwnPropertyNames(newClient()));
  });
});
