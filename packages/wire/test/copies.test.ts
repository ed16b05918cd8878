/** Two installed copies of the package record a call once. */

import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { createTracer } from '@spanline/core';
import { memoryLog } from '@spanline/core/testing';
import type * as spanline from '@spanline/wire';
import { type Installation, installAgain } from '../../../test/support/second-installation.ts';
import { useWire } from '../../../test/support/set-up.ts';
import { json, type Wire } from '../../../test/support/wire/server.ts';
import { wire as first } from '../src/wire.ts';

let server: Wire;
let alone: Installation;
let all: Installation;

useWire((opened) => {
  server = opened;
});

beforeAll(() => {
  process.env['SPANLINE_WIRE'] = 'false';
  alone = installAgain('wire');
  all = installAgain('wire', 'openai', 'anthropic', 'google-genai', 'bedrock', 'instrumentation', 'core', 'record');
});

afterAll(() => {
  delete process.env['SPANLINE_WIRE'];
  alone.remove();
  all.remove();
});

it.each([
  ['the package alone', () => alone],
  ['everything below it', () => all],
])('count a call once: %s', async (_, installation) => {
  const log = memoryLog();
  const tracer = createTracer({ logger: log.logger, statsIntervalSeconds: 0 });
  const second = await installation().load<typeof spanline>('wire');
  const stops = [first, second.wire].map((wire) => wire({ tracer, patch: true }));
  onTestFinished(() => stops.forEach((stop) => stop()));
  const usage = { prompt_tokens: 10, completion_tokens: 2 };
  server.answer(() => json({ model: 'gpt-4o', choices: [{ message: { role: 'assistant', content: 'Hi' } }], usage }));
  const body = JSON.stringify({ model: 'gpt-4o', messages: [{ role: 'user', content: 'Hello' }] });
  await (await fetch(`${server.url}/v1/chat/completions`, { method: 'POST', body })).json();
  expect(log.records().map((record) => record['gen_ai.usage.input_tokens'])).toEqual([10]);
});
