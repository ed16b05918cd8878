/** Tokens and dollars of the lines are those that the provider served, whoever records a call. */

import { context } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTracer, validate } from '@spanline/core';
import { memoryLog } from '@spanline/core/testing';
import { SpanlineSpanProcessor } from '@spanline/otel';
import { wire } from '@spanline/wire';
import { type Bill, type CountingProvider, openCountingProvider } from '../support/wire/counting.ts';
import { AI_SDKS } from './support/callers/ai-sdk.ts';
import type { Caller, Recorder } from './support/callers/caller.ts';
import { CLIENTS } from './support/callers/clients.ts';
import { FRAMEWORKS } from './support/callers/frameworks.ts';

let provider: CountingProvider;
const manager = new AsyncLocalStorageContextManager();

beforeAll(async () => {
  provider = await openCountingProvider();
  context.setGlobalContextManager(manager.enable());
});

afterAll(async () => {
  context.disable();
  await provider.close();
});

/** US dollars for a million tokens in and out. */
const PRICES: readonly (readonly [model: RegExp, input: number, output: number])[] = [
  [/^gpt-4o$/, 2.5, 10],
  [/^text-embedding-3-small$/, 0.02, 0],
  [/claude-3-5-haiku/, 0.8, 4],
  [/^gemini-2.5-flash$/, 0.3, 2.5],
];

/** Billionths of a dollar. */
function nanos({ model, input, output }: Bill): number {
  const [, inputPrice = Number.NaN, outputPrice = Number.NaN] = PRICES.find(([name]) => name.test(model)) ?? [];
  return (input * inputPrice + output * outputPrice) * 1000;
}

type Source = Recorder | 'wire';

/** Every choice of one or more. */
function choices(sources: readonly Source[]): Source[][] {
  const all = sources.reduce<Source[][]>(
    (some, source) => [...some, ...some.map((chosen) => [...chosen, source])],
    [[]],
  );
  return all.slice(1);
}

const add = (numbers: readonly number[]): number => numbers.reduce((sum, number) => sum + number, 0);

interface Sums {
  readonly sources: string;
  readonly calls: number;
  readonly input: number;
  readonly output: number;
  readonly nanoUsd: number;
}

/** Runs the program with these recorders. */
async function run(caller: Caller, sources: readonly Source[]): Promise<{ served: Sums; told: Sums }> {
  const log = memoryLog();
  const tracer = createTracer({ logger: log.logger, service: { name: 'test' }, statsIntervalSeconds: 0 });
  const otel = new NodeTracerProvider({ spanProcessors: [new SpanlineSpanProcessor({ tracer })] });
  const stop = sources.includes('wire') ? wire({ tracer, patch: true }) : undefined;
  provider.bills.length = 0;
  const has = (recorder: Recorder): boolean => sources.includes(recorder);
  const { calls, undo } = await caller.start({ url: provider.url, tracer, otel, has });
  try {
    await tracer.withSpan('outer', async () => {
      for (const call of calls) await call();
    });
    await otel.forceFlush();
    await expect.poll(() => tracer.stats().open).toBe(0);
  } finally {
    undo?.();
    stop?.();
    await otel.shutdown();
  }
  expect(tracer.stats()).toMatchObject({ internalErrors: 0 });
  for (const record of log.records()) expect(validate(record)).toEqual({ valid: true });
  const billed = log.records().filter((record) => ['llm', 'embedding'].includes(String(record['span.type'])));
  const { bills } = provider;
  expect(bills.length).toBeGreaterThanOrEqual(calls.length);
  const who = { sources: sources.join(', ') };
  return {
    served: {
      ...who,
      calls: bills.length,
      input: add(bills.map(({ input }) => input)),
      output: add(bills.map(({ output }) => output)),
      nanoUsd: Math.round(add(bills.map(nanos))),
    },
    told: {
      ...who,
      calls: billed.length,
      input: add(billed.map((record) => record['gen_ai.usage.input_tokens'] ?? 0)),
      output: add(billed.map((record) => record['gen_ai.usage.output_tokens'] ?? 0)),
      nanoUsd: Math.round(add(log.records().map((record) => record['spanline.cost.usd'] ?? 0)) * 1e9),
    },
  };
}

describe.each([...CLIENTS, ...AI_SDKS, ...FRAMEWORKS])('$name', (caller) => {
  it('is billed what the provider served, by every combination of recorders', async () => {
    const found: { served: Sums; told: Sums }[] = [];
    for (const sources of choices([...caller.recorders, 'wire'])) {
      if (sources.join(', ') !== caller.seesNoTokens) found.push(await run(caller, sources));
    }
    expect(found.map(({ told }) => told)).toEqual(found.map(({ served }) => served));
  });
});
