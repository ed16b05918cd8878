/** Prices that the application gives. */
import type { BilledUnit } from '@spanline/record';
import type { ModelPrice, PriceTable, TokenPrice } from '../api/index.ts';
import { isStandard } from './conditions.ts';
import { type UnitPrice, type UnitPricer, unitPricer } from './price-table.ts';
import { flat, type PriceFactor } from './surcharges.ts';

/**
 * How to price a call under its conditions. `factor` applies to all but the calls of tools; it is `undefined` where the
 * table has no price for a condition.
 */
interface OwnPricing {
  readonly pricer: UnitPricer;
  /** The units that have a price. */
  readonly priced: ReadonlyMap<BilledUnit, UnitPrice>;
  readonly factor: PriceFactor | undefined;
}

/** The own prices of one model. */
export interface OwnModel {
  under(tier: string | undefined, region: string | undefined): OwnPricing;
}

const PER_MILLION = 1e-6;

function tokenPrice(price: TokenPrice): UnitPrice {
  if (typeof price === 'number') return price * PER_MILLION;
  const steps = price.steps
    .map(({ above, price: higher }) => ({ above, price: higher * PER_MILLION }))
    .toSorted((a, b) => a.above - b.above);
  return { base: price.base * PER_MILLION, steps };
}

/** Tokens are priced by the million, everything else by the piece. */
function pricesOf({ input, output, cacheRead, cacheWrite, units = {} }: ModelPrice): Map<BilledUnit, UnitPrice> {
  const prices = new Map<BilledUnit, UnitPrice>([
    ['input_tokens', tokenPrice(input)],
    ['output_tokens', tokenPrice(output)],
  ]);
  if (cacheRead !== undefined) prices.set('cache_read_tokens', tokenPrice(cacheRead));
  if (cacheWrite !== undefined) prices.set('cache_write_tokens', tokenPrice(cacheWrite));
  for (const [unit, price] of Object.entries(units)) {
    if (price === undefined) continue;
    prices.set(unit as BilledUnit, unit.endsWith('_tokens') || typeof price !== 'number' ? tokenPrice(price) : price);
  }
  return prices;
}

function ownModel(price: ModelPrice): OwnModel {
  const { tiers = {}, regions = {} } = price;
  const pricing = (prices: ModelPrice): Omit<OwnPricing, 'factor'> => {
    const priced = pricesOf(prices);
    return { pricer: unitPricer(priced, () => true), priced };
  };
  const standard = pricing(price);
  const tierPricers = new Map(
    Object.entries(tiers).map(([tier, prices]) => [
      tier,
      typeof prices === 'number'
        ? { ...standard, factor: prices }
        : { ...pricing({ ...price, ...prices, units: { ...price.units, ...prices.units } }), factor: 1 },
    ]),
  );
  return {
    under(tier, region): OwnPricing {
      const found = tier === undefined || isStandard(tier) ? { ...standard, factor: 1 } : tierPricers.get(tier);
      const surcharge = region === undefined ? 1 : regions[region];
      const isKnown = found !== undefined && (surcharge !== undefined || region === 'global');
      const { pricer, priced } = found ?? standard;
      return { pricer, priced, factor: isKnown ? flat(found.factor * (surcharge ?? 1)) : undefined };
    },
  };
}

/** Finds own prices, without regard to case: the whole name first, then the longest prefix. */
export function ownPrices(prices: PriceTable): (model: string) => OwnModel | undefined {
  const exact = new Map(Object.entries(prices).map(([name, price]) => [name.toLowerCase(), ownModel(price)]));
  const prefixes = [...exact.keys()]
    .filter((name) => name.endsWith('*'))
    .map((name) => name.slice(0, -1))
    .toSorted((a, b) => b.length - a.length);
  return (name) => {
    const model = name.toLowerCase();
    const own = exact.get(model);
    if (own !== undefined || prefixes.length === 0) return own;
    const prefix = prefixes.find((candidate) => model.startsWith(candidate));
    return prefix === undefined ? undefined : exact.get(`${prefix}*`);
  };
}
