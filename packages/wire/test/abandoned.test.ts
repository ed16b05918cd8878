/** Nothing is kept of calls that the application gave up. */

import { expect, test } from 'vitest';
import { createTracer } from '@spanline/core';
import { memoryLog } from '@spanline/core/testing';
import { runs } from '../../../test/support/effort.ts';
import { collectUntil } from '../../../test/support/garbage.ts';
import { events, openWire } from '../../../test/support/wire/server.ts';
import { wire } from '../src/wire.ts';

const STREAMS = runs(300, 10_000);
const BATCH = 50;

test(`${STREAMS} streams that are aborted leave nothing behind`, async () => {
  const server = await openWire();
  const log = memoryLog();
  const tracer = createTracer({ logger: log.logger, statsIntervalSeconds: 0 });
  const stop = wire({ tracer, patch: true });
  let [ended, collected] = [0, 0];
  const registry = new FinalizationRegistry(() => void collected++);
  tracer.onSpanEnd(({ span, status }) => {
    if (status === 'aborted') ended++;
    registry.register(span, undefined);
  });
  const chunk = { model: 'gpt-4o', choices: [{ index: 0, delta: { content: 'Hello' } }] };
  server.answer(() => ({ ...events([chunk, chunk]), open: true }));
  const body = JSON.stringify({ model: 'gpt-4o', stream: true, messages: [{ role: 'user', content: 'Hi' }] });

  async function abandon(): Promise<void> {
    const { signal, abort } = (() => {
      const controller = new AbortController();
      return { signal: controller.signal, abort: () => controller.abort() };
    })();
    const response = await fetch(`${server.url}/v1/chat/completions`, { method: 'POST', body, signal });
    const reader = response.body?.getReader();
    await reader?.read();
    abort();
    await reader?.read().catch(() => undefined);
  }

  for (let made = 0; made < STREAMS; made += BATCH) {
    await Promise.all(Array.from({ length: BATCH }, abandon));
    log.clear();
  }
  await expect.poll(() => tracer.stats().open).toBe(0);
  log.clear();
  expect(ended).toBe(STREAMS);
  await collectUntil(() => collected === STREAMS);
  stop();
  await server.close();
  await tracer.shutdown();
});
