/** The tree and the line on the pages of wire capture are those that a program prints. */

import OpenAI from 'openai';
import { it } from 'vitest';
import type { Tracer } from '@spanline/core';
import type { MemoryLog } from '@spanline/core/testing';
import { useTracer, useWire } from '../../../test/support/set-up.ts';
import { expectLine, expectTree } from '../../../test/support/shown.ts';
import { json, type Wire } from '../../../test/support/wire/server.ts';
import { wire } from '../src/wire.ts';

const PAGES = ['packages/wire/README.md', 'docs/wire.md'] as const;
let server: Wire;
let log: MemoryLog;
let tracer: Tracer;

useWire((opened) => {
  server = opened;
});

useTracer((newLog, newTracer) => {
  [log, tracer] = [newLog, newTracer];
});

it('a program prints the tree and the line of the pages', async () => {
  const choices = [{ index: 0, message: { role: 'assistant', content: 'Hello!' }, finish_reason: 'stop' }];
  const usage = { prompt_tokens: 10, completion_tokens: 2, total_tokens: 12 };
  server.answer(() => json({ id: 'c1', model: 'gpt-4o-2024-08-06', choices, usage }, 200, { 'x-request-id': 'req_7' }));
  // Clients keep the `fetch` that they find when they are created.
  const stop = wire({ tracer, patch: true });
  const openai = new OpenAI({ apiKey: 'test', baseURL: `${server.url}/v1` });
  try {
    await tracer.withSpan('answer', () =>
      openai.chat.completions.create({ model: 'gpt-4o', messages: [{ role: 'user', content: 'Hi' }] }),
    );
  } finally {
    stop();
  }
  expectTree(PAGES, log.records());
  expectLine(PAGES, log.records());
});
