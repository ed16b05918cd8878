/** The tree and the line on the pages of OpenAI's client are those that a program prints. */

import OpenAI from 'openai';
import { it } from 'vitest';
import type { Tracer } from '@spanline/core';
import type { MemoryLog } from '@spanline/core/testing';
import { wrapOpenAI } from '@spanline/openai';
import { useTracer, useWire } from '../../../test/support/set-up.ts';
import { expectLine, expectTree } from '../../../test/support/shown.ts';
import { json, type Wire } from '../../../test/support/wire/server.ts';

const PAGES = ['packages/openai/README.md', 'docs/clients.md'] as const;
let wire: Wire;
let log: MemoryLog;
let tracer: Tracer;

useWire((opened) => {
  wire = opened;
});

useTracer((newLog, newTracer) => {
  [log, tracer] = [newLog, newTracer];
});

it('a program prints the tree and the line of the pages', async () => {
  const choices = [{ index: 0, message: { role: 'assistant', content: 'Hello!' }, finish_reason: 'stop' }];
  const usage = { prompt_tokens: 8, completion_tokens: 2, total_tokens: 10 };
  wire.answer(() =>
    json({ id: 'chatcmpl-1', object: 'chat.completion', model: 'gpt-4o-mini-2024-07-18', choices, usage }),
  );
  const openai = wrapOpenAI(new OpenAI({ apiKey: 'test', baseURL: `${wire.url}/v1` }), { tracer });
  await tracer.withSpan({ name: 'greet', type: 'chain' }, async () =>
    openai.chat.completions.create({ model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'Hi' }] }),
  );
  expectTree(['docs/clients.md'], log.records());
  expectLine(PAGES, log.records());
});
