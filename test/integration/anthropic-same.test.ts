import Anthropic from '@anthropic-ai/sdk';
import type { LLMock } from '@copilotkit/aimock';
import { unwrapAnthropic, wrapAnthropic } from '@spanline/anthropic';
import { createTracer } from '@spanline/core';
import { memoryLog } from '@spanline/core/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SCENARIOS } from '../support/anthropic/scenarios.ts';
import { comparable } from '../support/comparable.ts';
import { startProvider } from '../support/provider.ts';

let provider: LLMock;

beforeAll(async () => {
  provider = await startProvider();
});

afterAll(() => provider.stop());

describe('a wrapped client of Anthropic is one that is not:', () => {
  const newClient = (): Anthropic => new Anthropic({ apiKey: 'test', baseURL: provider.url, maxRetries: 0 });

  it.each(Object.entries(SCENARIOS))('%s', async (_name, scenario) => {
    const tracer = createTracer({ logger: memoryLog().logger, statsIntervalSeconds: 0 });
    const plain = await scenario(newClient(), Anthropic);
    const wrapped = await scenario(wrapAnthropic(newClient(), { tracer }), Anthropic);
    expect(comparable(wrapped)).toEqual(comparable(plain));
    expect(tracer.stats().internalErrors).toBe(0);
  });

  it('taken back, writes nothing and has nothing of its own', async () => {
    const log = memoryLog();
    const tracer = createTracer({ logger: log.logger, statsIntervalSeconds: 0 });
    const client = wrapAnthropic(newClient(), { tracer });
    const copy = client.withOptions({});
    expect(unwrapAnthropic(client)).toBe(client);
    await Promise.all([client, copy].map(SCENARIOS['a tool call'] as (one: Anthropic) => Promise<unknown>));
    expect(log.records()).toEqual([]);
    expect(Object.getOwnPropertyNames(client)).toEqual(Object.getOwnPropertyNames(newClient()));
  });
});
