/** Own prices: every unit that the catalogue can bill, and every condition, can be given. */
import { describe, expect, it } from 'vitest';
import { BILLED_UNITS, type BilledUnit } from '@spanline/record';
import type { ModelPrice } from '../../src/api/index.ts';
import { createPricer } from '../../src/usage/index.ts';

function bill(price: ModelPrice, units: object, more: object = {}): unknown {
  return createPricer({ prices: { house: price } }).cost({ requestModel: 'house', units, ...more });
}

const FREE = { input: 0, output: 0 };
const perPiece = (unit: BilledUnit): number => (unit.endsWith('_tokens') ? 1e-6 : 1);

describe('own prices', () => {
  it.each(BILLED_UNITS.filter((unit) => unit !== 'requests'))('bill %s', (unit) => {
    const cost = bill({ ...FREE, units: { [unit]: 5 } }, { [unit]: 30 });
    expect(cost).toMatchObject({ usd: Number((30 * 5 * perPiece(unit)).toPrecision(12)), source: 'price_table' });
    expect(cost).not.toHaveProperty('inexact');
  });

  it('bill each request', () => {
    expect(bill({ input: 1, output: 1, units: { requests: 0.25 } }, { input_tokens: 1e6 })).toMatchObject({
      usd: 1.25,
    });
  });

  it('bill a part at its own price, and the rest of its whole at the price of the whole', () => {
    const price = {
      input: 1,
      output: 2,
      cacheRead: 0.1,
      units: { input_audio_tokens: 10, cache_audio_read_tokens: 3 },
    };
    const units = { input_tokens: 1000, cache_read_tokens: 300, input_audio_tokens: 500, cache_audio_read_tokens: 200 };
    // Text 400, cached text 100, audio 300, cached audio 200.
    expect(bill(price, { ...units, output_tokens: 10 })).toMatchObject({
      usd: (400 * 1 + 100 * 0.1 + 300 * 10 + 200 * 3 + 10 * 2) / 1e6,
    });
  });

  describe('that do not name a unit which the price table prices apart', () => {
    const call = { provider: 'openai', requestModel: 'gpt-4o-mini' };
    const cached = { input_tokens: 1000, cache_read_tokens: 800, output_tokens: 100 };
    const cost = (price: ModelPrice, units: object, more: object = {}): unknown =>
      createPricer({ prices: { 'gpt-4o-mini': price, 'claude-*': price, house: price } }).cost({
        ...call,
        ...more,
        units,
      });

    it('bill it as what it is part of, and the cost is not exact', () => {
      expect(cost({ input: 1, output: 1 }, cached)).toMatchObject({ usd: 0.0011, inexact: 'assumed_price' });
      const claude = { provider: 'anthropic', requestModel: 'claude-sonnet-4-5' };
      for (const unit of ['cache_read_tokens', 'cache_write_tokens'])
        expect(cost({ input: 1, output: 1 }, { input_tokens: 1000, [unit]: 10 }, claude)).toHaveProperty('inexact');
      const hour = { input_tokens: 1000, cache_write_tokens: 10, cache_write_1h_tokens: 10 };
      expect(cost({ input: 1, output: 1, cacheWrite: 1.25 }, hour, claude)).toMatchObject({
        inexact: 'assumed_price',
      });
    });

    it.each([
      ['the price names it', { input: 1, output: 1, cacheRead: 1 }, cached, {}],
      ['the call does not use it', { input: 1, output: 1 }, { input_tokens: 1000, cache_read_tokens: 0 }, {}],
      ['the table does not have the model', { input: 1, output: 1 }, cached, { requestModel: 'house' }],
    ])('are exact when %s', (_, price, units, more) => {
      expect(cost(price, units, more)).not.toHaveProperty('inexact');
    });
  });

  it('are found without regard to case', () => {
    const pricer = createPricer({
      prices: { 'Acme/House-1': { input: 1, output: 1 }, 'Tuned-*': { input: 2, output: 2 } },
    });
    const cost = (requestModel: string): unknown => pricer.cost({ requestModel, units: { input_tokens: 1e6 } });
    expect(cost('acme/house-1')).toMatchObject({ usd: 1 });
    expect(cost('ACME/House-1')).toMatchObject({ usd: 1 });
    expect(cost('tuned-X')).toMatchObject({ usd: 2 });
  });

  it('have steps by the size of the input, with the boundary in the lower one', () => {
    const price = {
      input: {
        base: 1,
        steps: [
          { above: 2000, price: 2 },
          { above: 1000, price: 1.5 },
        ],
      },
      output: 0,
    };
    const usd = [1000, 1001, 2000, 2001].map((input_tokens) => bill(price, { input_tokens }));
    expect(usd).toMatchObject([{ usd: 0.001 }, { usd: 0.0015015 }, { usd: 0.003 }, { usd: 0.004002 }]);
  });

  it('have a factor or prices of its own for a tier, and a factor for a region', () => {
    const price: ModelPrice = {
      input: 2,
      output: 4,
      units: { web_searches: 0.01, input_audio_tokens: 20 },
      tiers: { batch: 0.5, priority: { input: 5, units: { web_searches: 0.02 } } },
      regions: { eu: 1.1 },
    };
    const units = { input_tokens: 1_000_000, output_tokens: 500_000, web_searches: 3, input_audio_tokens: 100_000 };
    const usd = (more: object) => (bill(price, units, more) as { usd: number }).usd;
    const audio = 100_000 * 20;
    expect(usd({})).toBeCloseTo((900_000 * 2 + audio + 500_000 * 4) / 1e6 + 0.03, 9);
    expect(usd({ tier: 'batch' })).toBeCloseTo((900_000 * 2 + audio + 500_000 * 4) / 2e6 + 0.03, 9);
    expect(usd({ tier: 'priority' })).toBeCloseTo((900_000 * 5 + audio + 500_000 * 4) / 1e6 + 0.06, 9);
    expect(usd({ tier: 'batch', region: 'eu' })).toBeCloseTo(
      ((900_000 * 2 + audio + 500_000 * 4) / 2e6) * 1.1 + 0.03,
      9,
    );
    expect(bill(price, units, { tier: 'flex' })).toMatchObject({ inexact: 'unpriced_condition' });
    expect(bill(price, units, { region: 'us' })).toMatchObject({ inexact: 'unpriced_condition' });
    expect(bill(price, units, { region: 'global' })).not.toHaveProperty('inexact');
  });

  it('price a model on the own machine, and a deployment by its name', () => {
    expect(bill(FREE, { input_tokens: 9 }, { provider: 'ollama', host: 'localhost' })).toMatchObject({ usd: 0 });
    const cost = bill(
      { input: 1, output: 1 },
      { input_tokens: 1e6 },
      { provider: 'azure.ai.openai', responseModel: 'gpt-4o-2024-11-20' },
    );
    expect(cost).toMatchObject({ usd: 1, priceVersion: 'custom' });
  });
});
