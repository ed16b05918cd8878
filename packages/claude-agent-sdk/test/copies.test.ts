/** Two installed copies of the package that wrap one `query()` record each turn once. */

import { afterAll, beforeAll, expect, it } from 'vitest';
import type * as claude from '@spanline/claude-agent-sdk';
import * as first from '@spanline/claude-agent-sdk';
import type { Tracer } from '@spanline/core';
import { type MemoryLog, tree } from '@spanline/core/testing';
import { type Installation, installAgain } from '../../../test/support/second-installation.ts';
import { useTracer } from '../../../test/support/set-up.ts';
import { init, optionsFor, result, says, sdkQuery } from './support/query.ts';

let log: MemoryLog;
let tracer: Tracer;
useTracer((ownLog, ownTracer) => {
  log = ownLog;
  tracer = ownTracer;
});

let alone: Installation;
let all: Installation;

beforeAll(() => {
  alone = installAgain('claude-agent-sdk');
  all = installAgain('claude-agent-sdk', 'instrumentation', 'core', 'record');
});

afterAll(() => {
  alone.remove();
  all.remove();
});

const CASES: Readonly<Record<string, () => Promise<readonly [typeof claude, typeof claude]>>> = {
  'the package alone': async () => [first, await alone.load<typeof claude>('claude-agent-sdk')],
  'the package alone, the other way round': async () => [await alone.load<typeof claude>('claude-agent-sdk'), first],
  'everything below it': async () => [first, await all.load<typeof claude>('claude-agent-sdk')],
};

it.each(Object.entries(CASES))('count each turn once: %s', async (_, load) => {
  const [inner, outer] = await load();
  const answer = [init, says('msg_1', { type: 'text', text: 'It is vm.' }), result()];
  const query = outer.wrapQuery(inner.wrapQuery(sdkQuery, { tracer }), { tracer });
  for await (const message of query({ prompt: 'x', options: optionsFor({ x: answer }) })) expect(message).toBeDefined();
  await expect.poll(() => tracer.stats().open).toBe(0);
  expect(tree(log.records())).toBe(
    'agent invoke_agent claude\n  llm chat claude-sonnet-4-5\n  llm chat claude-haiku-4-5',
  );
  expect(log.records().reduce((sum, record) => sum + (record['spanline.cost.usd'] ?? 0), 0)).toBeCloseTo(0.003, 9);
});
