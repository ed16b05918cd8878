/** docs/cost.md: the line that it shows, and the reasons that it lists. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { createTracer, llmSpan } from '@spanline/core';
import { memoryLog } from '@spanline/core/testing';

const page = readFileSync(new URL('../../docs/cost.md', import.meta.url), 'utf8');
const schema = readFileSync(new URL('../../docs/span-schema.md', import.meta.url), 'utf8');

it('shows a line as it is written', () => {
  const [, shown = ''] = /```json\n([^`]+)```/.exec(page) ?? [];
  const log = memoryLog();
  const tracer = createTracer({ logger: log.logger, statsIntervalSeconds: 0 });
  const usage = {
    input_tokens: 100,
    output_tokens: 500,
    cache_creation_input_tokens: 100_000,
    cache_read_input_tokens: 0,
    cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 100_000 },
  };
  llmSpan(
    {
      tracer,
      provider: 'anthropic',
      model: 'claude-sonnet-4-5',
      messages: 'q',
      answer: () => ({ usage, model: 'claude-sonnet-4-5-20250929' }),
    },
    () => 'a',
  );
  expect(log.records()[0]).toMatchObject(JSON.parse(shown) as Record<string, unknown>);
});

it('lists every reason', () => {
  const [, row = ''] = /\| `spanline\.cost\.reason` \|(.+)/.exec(schema) ?? [];
  const named = [...row.matchAll(/`(\w+)`/g)].map(([, reason = '']) => reason);
  const listed = [...page.matchAll(/^\| `([a-z]+_[a-z]+)` \| [A-Z]/gm)].map(([, reason = '']) => reason);
  expect(named.length).toBeGreaterThan(5);
  expect(listed.toSorted()).toEqual(named.toSorted());
});
