/** The tree and the line on the pages of Anthropic's client are those that a program prints. */

import Anthropic from '@anthropic-ai/sdk';
import { it } from 'vitest';
import { wrapAnthropic } from '@spanline/anthropic';
import type { Tracer } from '@spanline/core';
import type { MemoryLog } from '@spanline/core/testing';
import { useTracer, useWire } from '../../../test/support/set-up.ts';
import { expectLine, expectTree } from '../../../test/support/shown.ts';
import { json, type Wire } from '../../../test/support/wire/server.ts';

const PAGES = ['packages/anthropic/README.md', 'docs/clients.md'] as const;
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
  const message = { id: 'msg_1', type: 'message', role: 'assistant', model: 'claude-haiku-4-5-20251001' };
  const content = [{ type: 'text', text: 'Hello!' }];
  const usage = { input_tokens: 8, output_tokens: 2 };
  wire.answer(() => json({ ...message, content, stop_reason: 'end_turn', stop_sequence: null, usage }));
  const anthropic = wrapAnthropic(new Anthropic({ apiKey: 'test', baseURL: wire.url }), { tracer });
  const messages = [{ role: 'user' as const, content: 'Hi' }];
  await tracer.withSpan({ name: 'greet', type: 'chain' }, async () =>
    anthropic.messages.create({ model: 'claude-haiku-4-5', max_tokens: 100, messages }),
  );
  expectTree(['docs/clients.md'], log.records());
  expectLine(PAGES, log.records());
});
