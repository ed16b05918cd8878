/** The cost on a line, unit by unit. */

import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createItemizer, createTracer, type SpanAttributes, type TracerOptions } from '@spanline/core';
import { memoryLog } from '@spanline/core/testing';
import type { SpanRecord } from '@spanline/record';

/** The line of a model call with these attributes. */
function lineOf(attributes: SpanAttributes, options: TracerOptions = {}): SpanRecord {
  const log = memoryLog();
  const span = createTracer({ ...options, logger: log.logger }).startSpan({ name: 'chat', type: 'llm' });
  span.set(attributes);
  span.end();
  return log.records()[0] ?? {};
}

const CLAUDE: SpanAttributes = {
  'gen_ai.provider.name': 'anthropic',
  'gen_ai.request.model': 'claude-sonnet-4-5',
  'gen_ai.usage.input_tokens': 100_100,
  'gen_ai.usage.output_tokens': 500,
  'gen_ai.usage.cache_read.input_tokens': 60_000,
  'gen_ai.usage.cache_write.input_tokens': 40_000,
  'spanline.usage.cache_write_1h_tokens': 40_000,
  'spanline.usage.web_searches': 3,
};

describe('the items of a cost', () => {
  afterEach(() => vi.unstubAllEnvs());

  it('are what is billed at a price of its own, and add up to the cost on the line', () => {
    const line = lineOf(CLAUDE);
    const bill = createItemizer()(line);
    expect(bill?.items).toEqual([
      { unit: 'cache_write_1h_tokens', quantity: 40_000, unitUsd: 6e-6, usd: 0.24 },
      { unit: 'cache_read_tokens', quantity: 60_000, unitUsd: 3e-7, usd: 0.018 },
      { unit: 'input_tokens', quantity: 100, unitUsd: 3e-6, usd: 0.0003 },
      { unit: 'output_tokens', quantity: 500, unitUsd: 1.5e-5, usd: 0.0075 },
      { unit: 'web_searches', quantity: 3, unitUsd: 0.01, usd: 0.03 },
    ]);
    expect(bill?.usd).toBe(line['spanline.cost.usd']);
    expect(bill?.priceVersion).toMatch(/^genai-prices@/);
  });

  it('have the factor of a tier, except where calls of tools cost the same in each', () => {
    const batch = { ...CLAUDE, 'spanline.cost.tier': 'batch' };
    const line = lineOf(batch);
    const items = createItemizer()(line)?.items ?? [];
    expect(items.find(({ unit }) => unit === 'output_tokens')).toMatchObject({ factor: 0.5, usd: 0.00375 });
    expect(items.find(({ unit }) => unit === 'web_searches')).not.toHaveProperty('factor');
    expect(items.reduce((sum, { usd }) => sum + usd, 0)).toBeCloseTo(line['spanline.cost.usd'] ?? 0, 12);
  });

  it('are those of the tier that was served, whatever was asked for', () => {
    const openai = {
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': 'gpt-5',
      'gen_ai.usage.input_tokens': 1000,
      'gen_ai.usage.output_tokens': 10,
      'spanline.cost.requested_tier': 'priority',
    };
    const served = lineOf({ ...openai, 'spanline.cost.tier': 'default' });
    expect(createItemizer()(served)?.items.map(({ factor }) => factor)).toEqual([undefined, undefined]);
    const assumed = lineOf(openai);
    expect(createItemizer()(assumed)?.items.map(({ factor }) => factor)).toEqual([2, 2]);
  });

  it('are those of the list beside a cost that was reported', () => {
    const line = lineOf({ ...CLAUDE, 'spanline.cost.reported_usd': 0.2 });
    expect(line['spanline.cost.usd']).toBe(0.2);
    expect(createItemizer()(line)?.usd).toBe(line['spanline.cost.list_usd']);
  });

  it('are those of own prices, if they are given: as an option, or in the file of the variable', () => {
    const prices = { 'house-*': { input: 1, output: 4 } };
    const house = {
      'gen_ai.request.model': 'house-7',
      'gen_ai.usage.input_tokens': 2000,
      'gen_ai.usage.output_tokens': 100,
    };
    const line = lineOf(house, { prices });
    expect(createItemizer()(line)).toBeUndefined();
    const expected = [
      { unit: 'input_tokens', quantity: 2000, unitUsd: 1e-6, usd: 0.002 },
      { unit: 'output_tokens', quantity: 100, unitUsd: 4e-6, usd: 0.0004 },
    ];
    expect(createItemizer({ prices })(line)?.items).toEqual(expected);
    const file = join(mkdtempSync(join(tmpdir(), 'spanline-prices-')), 'prices.json');
    writeFileSync(file, JSON.stringify(prices));
    vi.stubEnv('SPANLINE_PRICES', file);
    expect(createItemizer()(line)?.items).toEqual(expected);
  });

  it('are none where the prices of today give another sum, or the line has no cost by prices', () => {
    const itemize = createItemizer();
    const line = lineOf(CLAUDE);
    expect(itemize({ ...line, 'spanline.cost.usd': 0.3 })).toBeUndefined();
    expect(itemize({ ...line, 'spanline.cost.source': 'explicit' })).toBeUndefined();
    expect(itemize(lineOf({ ...CLAUDE, 'gen_ai.request.model': 'nobody-knows' }))).toBeUndefined();
    expect(itemize({})).toBeUndefined();
  });

  it('are none for a line of another program with values of any kind', () => {
    const line = lineOf(CLAUDE);
    for (const value of [null, 7, {}, [], 'x', true])
      for (const key of Object.keys(line))
        expect(() =>
          createItemizer({ prices: { a: { input: 1, output: 1 } } })({ ...line, [key]: value }),
        ).not.toThrow();
  });

  it('need options that are right', () => {
    expect(() => createItemizer({ prices: { a: { input: -1, output: 1 } } })).toThrow('prices');
  });
});
