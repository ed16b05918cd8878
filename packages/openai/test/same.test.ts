import type { LLMock } from '@copilotkit/aimock';
import { describe, expect, it } from 'vitest';
import { createTracer } from '@spanline/core';
import { memoryLog } from '@spanline/core/testing';
import { unwrapOpenAI, wrapOpenAI } from '@spanline/openai';
import { comparable } from '../../../test/support/comparable.ts';
import { useProvider } from '../../../test/support/use-provider.ts';
import { SCENARIOS } from './support/scenarios.ts';
import { makesCopies, VERSIONS } from './support/versions.ts';

let provider: LLMock;

useProvider((started) => {
  provider = started;
});

describe.each(Object.entries(VERSIONS))('a wrapped client of %s is one that is not:', (_version, Class) => {
  const newClient = (): InstanceType<typeof Class> =>
    new Class({ apiKey: 'test', baseURL: `${provider.url}/v1`, maxRetries: 0 });

  it.each(Object.entries(SCENARIOS))('%s', async (_name, scenario) => {
    const log = memoryLog();
    const tracer = createTracer({ logger: log.logger, statsIntervalSeconds: 0 });
    const plain = await scenario(newClient(), Class);
    const wrapped = await scenario(wrapOpenAI(newClient(), { tracer }), Class);
    expect(comparable(wrapped)).toEqual(comparable(plain));
    expect(tracer.stats().internalErrors).toBe(0);
  });

  it('taken back, writes nothing and has nothing of its own', async () => {
    const log = memoryLog();
    const tracer = createTracer({ logger: log.logger, statsIntervalSeconds: 0 });
    const client = wrapOpenAI(newClient(), { tracer });
    const before = Object.getOwnPropertyNames(newClient());
    const copy = makesCopies(client) ? client.withOptions({}) : client;
    expect(unwrapOpenAI(client)).toBe(client);
    await Promise.all([client, copy].map((one) => one.moderations.create({ input: 'plain' })));
    expect(log.records()).toEqual([]);
    expect(Object.getOwnPropertyNames(client)).toEqual(before);
  });
});
