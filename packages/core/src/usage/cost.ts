import { BoundedMap } from '@spanline/record';
import type { ModelPrice, PriceTable } from '../api/index.ts';
import { type CataloguePricer, cataloguePricer, PRICE_VERSION } from './catalogue.ts';
import type { TokenUsage } from './normalize.ts';

/** One billed call. */
export interface BilledCall {
  /** `gen_ai.provider.name`. Without it, the model's name alone decides. */
  provider?: string | undefined;
  requestModel?: string | undefined;
  responseModel?: string | undefined;
  usage: TokenUsage;
  /** The framework answered from its cache, so that nothing was billed. */
  cacheHit?: boolean;
  /** The cost according to the application, in US dollars. */
  explicitUsd?: number | undefined;
  /** Start of the call in epoch milliseconds, because prices change. */
  timestamp?: number;
}

/** The cost, or the reason why it is unknown (`no_usage`, `no_model`, `unknown_model`). Unknown is never 0. */
export type Cost =
  | { usd: number; source: 'explicit' | 'price_table'; priceVersion?: string }
  | { reason: 'no_usage' | 'no_model' | 'unknown_model' };

/** Prices calls. */
export interface Pricer {
  cost(call: BilledCall): Cost;
}

const PER_MILLION = 1e-6;
const MAX_MODELS = 1000;

function flatCost(price: ModelPrice, usage: TokenUsage): number {
  const read = usage.cacheReadTokens ?? 0;
  const write = usage.cacheWriteTokens ?? 0;
  const plain = Math.max(0, (usage.inputTokens ?? 0) - read - write);
  const input =
    plain * price.input + read * (price.cacheRead ?? price.input) + write * (price.cacheWrite ?? price.input);
  return (input + (usage.outputTokens ?? 0) * price.output) * PER_MILLION;
}

/** Finds custom prices: by the exact name, then by the longest prefix. */
function customPrices(prices: PriceTable): (model: string) => ModelPrice | undefined {
  const exact = new Map(Object.entries(prices));
  const prefixes = [...exact.keys()]
    .filter((name) => name.endsWith('*'))
    .map((name) => name.slice(0, -1))
    .toSorted((a, b) => b.length - a.length);
  return (model) => {
    const price = exact.get(model);
    if (price !== undefined) return price;
    const prefix = prefixes.find((candidate) => model.startsWith(candidate));
    return prefix === undefined ? undefined : exact.get(`${prefix}*`);
  };
}

/** Rounds a cost to 12 significant digits, which keeps sums of floats readable. */
const rounded = (usd: number): number => Number(usd.toPrecision(12));

/**
 * Creates a pricer. It opens no socket and reads no file.
 *
 * 1. An explicit cost takes precedence over prices.
 * 2. Custom prices take precedence over the catalogue of `@pydantic/genai-prices`.
 * 3. The response's model is looked up before the request's.
 */
export function createPricer(options: { prices?: PriceTable | undefined } = {}): Pricer {
  const prices = options.prices ?? {};
  const custom = customPrices(prices);
  const pricers = new BoundedMap<string, CataloguePricer | null>(MAX_MODELS);

  function fromCatalogue(provider: string | undefined, model: string): CataloguePricer | null {
    const key = `${provider ?? ''}\n${model}`;
    let pricer = pricers.get(key);
    if (pricer === undefined) {
      pricer = cataloguePricer(provider, model) ?? null;
      pricers.set(key, pricer);
    }
    return pricer;
  }

  function price(call: BilledCall, model: string): Cost | undefined {
    const price = custom(model);
    if (price !== undefined)
      return { usd: rounded(flatCost(price, call.usage)), source: 'price_table', priceVersion: 'custom' };
    const usd = fromCatalogue(call.provider, model)?.(call.usage, call.timestamp);
    return usd === undefined ? undefined : { usd: rounded(usd), source: 'price_table', priceVersion: PRICE_VERSION };
  }

  return {
    cost(call): Cost {
      if (call.explicitUsd !== undefined) return { usd: call.explicitUsd, source: 'explicit' };
      if (call.cacheHit === true) return { usd: 0, source: 'explicit' };
      if (call.usage.inputTokens === undefined && call.usage.outputTokens === undefined) return { reason: 'no_usage' };
      const models = [call.responseModel, call.requestModel].filter((model) => model !== undefined && model !== '');
      if (models.length === 0) return { reason: 'no_model' };
      for (const model of models) {
        const cost = price(call, model as string);
        if (cost !== undefined) return cost;
      }
      return { reason: 'unknown_model' };
    },
  };
}
