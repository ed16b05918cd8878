import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { calcPrice, findProvider } from '@pydantic/genai-prices';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PRICE_VERSION } from '../../src/usage/catalogue.ts';
import { createPricer } from '../../src/usage/index.ts';

const units = { input_tokens: 1532, cache_read_tokens: 1024, output_tokens: 287 };

describe('the cost of a call', () => {
  const pricer = createPricer();

  it('counts cached tokens at their own price', () => {
    const cost = pricer.cost({ provider: 'openai', requestModel: 'gpt-4o-mini', units });
    expect(cost).toEqual({ usd: 0.0003252, source: 'price_table', priceVersion: PRICE_VERSION });
  });

  it('names the version of the catalogue that is installed', () => {
    const entry = createRequire(import.meta.url).resolve('@pydantic/genai-prices');
    const manifest = JSON.parse(readFileSync(new URL('../package.json', `file://${entry}`), 'utf8')) as {
      version: string;
    };
    expect(PRICE_VERSION).toBe(`genai-prices@${manifest.version}`);
  });

  it('is what the catalogue itself calculates, for every model of the large providers', () => {
    const timestamp = Date.UTC(2026, 10, 23, 12);
    for (const id of [
      'openai',
      'anthropic',
      'google',
      'mistral',
      'groq',
      'aws',
      'azure',
      'deepseek',
      'x-ai',
      'perplexity',
    ]) {
      for (const { id: model } of findProvider({ providerId: id })?.models ?? []) {
        // Listed, but not sold by OpenAI.
        if (id === 'openai' && model.startsWith('gpt-oss')) continue;
        // The catalogue leaves out what these two document for each of their models.
        const reads = id === 'mistral' || id === 'groq' ? 0 : 1000;
        const used = { input_tokens: 3000, cache_read_tokens: reads, cache_write_tokens: 500, output_tokens: 700 };
        let expected: number | undefined;
        try {
          const when = { providerId: id, timestamp: new Date(timestamp) };
          expected = calcPrice(used, model, when)?.total_price;
        } catch {
          continue;
        }
        const cost = pricer.cost({ provider: id, requestModel: model, units: used, timestamp });
        if (expected === undefined) continue;
        expect('usd' in cost && cost.usd, `${id}/${model}`).toBeCloseTo(expected, 10);
      }
    }
  });

  it.each([
    [{ units: {} }, 'no_usage'],
    [{ units }, 'no_model'],
    [{ units, requestModel: 'in-house-7b' }, 'unknown_model'],
  ])('is absent with a reason where it is unknown: %j', (call, reason) => {
    expect(pricer.cost(call)).toEqual({ reason });
  });

  it('asks for the response model first, and for the name alone where the provider is unknown', () => {
    const dear = pricer.cost({ requestModel: 'gpt-4o-mini', responseModel: 'gpt-4o-2024-08-06', units });
    const cheap = pricer.cost({ provider: 'my-gateway', requestModel: 'gpt-4o-mini', units });
    expect('usd' in dear && 'usd' in cheap && dear.usd > cheap.usd).toBe(true);
  });

  it('is known where audio and cached tokens are priced apart and nobody reports how much of the audio was cached', () => {
    const counts = { input_tokens: 100, output_tokens: 20, cache_read_tokens: 32 };
    const cost = (input_audio_tokens: number): unknown =>
      pricer.cost({
        provider: 'gcp.gemini',
        requestModel: 'gemini-2.5-flash',
        units: { ...counts, input_audio_tokens },
      });
    expect(cost(8)).toMatchObject({ usd: 0.00007696 });
    expect(cost(80)).toMatchObject({ usd: 0.0001198 });
  });

  it('is what the application says, when it says so', () => {
    expect(pricer.cost({ units: {}, explicitUsd: 0.5 })).toEqual({ usd: 0.5, source: 'explicit' });
  });

  it('is nothing for an answer out of a cache', () => {
    expect(pricer.cost({ units, requestModel: 'gpt-4o', cacheHit: true })).toMatchObject({ usd: 0 });
  });

  it('prefers own prices, the exact name before the longest prefix', () => {
    const own = createPricer({
      prices: {
        'acme-*': { input: 1, output: 1 },
        'acme-large-*': { input: 2, output: 2 },
        'acme-large-1': { input: 3, output: 3 },
        'gpt-4o': { input: 10, output: 20, cacheRead: 5 },
      },
    });
    const price = (model: string): unknown => own.cost({ requestModel: model, units: { input_tokens: 1e6 } });
    expect(price('acme-small')).toMatchObject({ usd: 1, priceVersion: 'custom' });
    expect(price('acme-large-2')).toMatchObject({ usd: 2 });
    expect(price('acme-large-1')).toMatchObject({ usd: 3 });
    expect(
      own.cost({ requestModel: 'gpt-4o', units: { input_tokens: 1e6, cache_read_tokens: 4e5, output_tokens: 1e5 } }),
    ).toMatchObject({ usd: 10 });
  });

  it('is never negative and never NaN', () => {
    const tokens = fc.option(fc.nat(1e7), { nil: undefined });
    fc.assert(
      fc.property(
        fc.record({
          input_tokens: tokens,
          output_tokens: tokens,
          cache_read_tokens: tokens,
          input_audio_tokens: tokens,
        }),
        fc.constantFrom('gpt-4o', 'claude-sonnet-4-5', 'gemini-2.5-pro', 'gpt-4o-audio-preview', 'x'),
        (counts, requestModel) => {
          const cost = pricer.cost({ units: counts, requestModel });
          expect('reason' in cost || (Number.isFinite(cost.usd) && cost.usd >= 0)).toBe(true);
        },
      ),
    );
  });
});
