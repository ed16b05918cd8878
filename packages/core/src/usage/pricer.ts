/** Prices calls: own prices first, then the catalogue; tiers, regions and reported costs count. */
import { type BilledUnit, type BilledUnits, BoundedMap } from '@spanline/record';
import type { PriceTable } from '../api/index.ts';
import { type HostOwners, type ModelCall, namedProvider, sellerOf } from '../providers/index.ts';
import { type CatalogueModel, catalogueModel, PRICE_VERSION } from './catalogue.ts';
import { isStandard, servedTier } from './conditions.ts';
import type { Bill, BilledCall, BillItem, Cost, Inexact, NoCost } from './cost.ts';
import { isListed } from './listed-providers.ts';
import { ownPrices } from './own-prices.ts';
import { findPriceLists, NO_LISTS, type PriceLists, priceLists } from './price-lists.ts';
import type { Priced, PricedItem } from './price-table.ts';
import { roundSignificant } from './rounding.ts';
import { LIST_PRICE, type PriceFactor, priceFactor, regionOfModel } from './surcharges.ts';

/** Prices calls. */
export interface Pricer {
  cost(call: BilledCall): Cost;
  /** The cost by prices, whatever was reported. `undefined` where no price is known. */
  bill(call: BilledCall): Bill | undefined;
  /** The provider that the application names for the call's host. */
  provider(call: BilledCall): string | undefined;
}

/** Options of a pricer. */
export interface PricerOptions {
  readonly prices?: PriceTable | undefined;
  /** Who sells the models of a host. */
  readonly hosts?: HostOwners | undefined;
}

const MAX_MODELS = 1000;

/** Whole billionths of a cent carry no meaning; this keeps sums of floats readable. */
const rounded = (usd: number): number => roundSignificant(usd, 12);

interface ListPrice {
  readonly usd: number;
  readonly priceVersion: string;
  readonly inexact: Inexact | undefined;
  readonly items?: readonly BillItem[];
}

/** True if there is an output, and no count of the input that it was made from. What was cached is a part of it. */
function lacksInput(units: BilledUnits): boolean {
  if (units.input_tokens !== undefined || (units.output_tokens ?? 0) === 0) return false;
  for (const unit in units) if (/^(?:input|audio)_/.test(unit)) return false;
  return true;
}

function usageFault({ hasUnknown, issue, source }: BilledCall): Inexact | undefined {
  if (hasUnknown === true) return 'unknown_usage';
  if (issue === 'incomplete') return 'incomplete_usage';
  if (issue === 'total_mismatch' || issue === 'details_exceed_total') return 'inconsistent_usage';
  return source === 'estimated' ? 'estimated_usage' : undefined;
}

/** The tier of the price. */
const tierOfCall = (call: BilledCall): string | undefined => servedTier(call) ?? call.requestedTier;

/** True if the tier of the price is only the one that the request asked for. */
const isTierAssumed = (call: BilledCall): boolean =>
  servedTier(call) === undefined && call.requestedTier !== undefined && !isStandard(call.requestedTier);

const isList = ({ tokens, cacheReads }: PriceFactor): boolean => tokens === 1 && (cacheReads ?? 1) === 1;

function toBillItem(
  { unit, quantity, price, isFactored, isCacheRead }: PricedItem,
  { tokens, cacheReads }: PriceFactor,
): BillItem {
  const factor = isCacheRead ? (cacheReads ?? tokens) : isFactored ? tokens : 1;
  return {
    unit,
    quantity,
    unitUsd: price,
    ...(factor === 1 ? {} : { factor }),
    usd: rounded(quantity * price * factor),
  };
}

function listPrice(call: BilledCall, priced: Priced, factor: PriceFactor | undefined, priceVersion: string): ListPrice {
  const { usd, factoredUsd, cacheReadUsd, isComplete, isAmbiguous, isAssumed, items } = priced;
  const { tokens, cacheReads } = factor ?? LIST_PRICE;
  const isDocumented = factor !== undefined && (cacheReads !== undefined || cacheReadUsd === 0);
  const inexact =
    usageFault(call) ??
    (isComplete ? undefined : 'unpriced_unit') ??
    (isDocumented ? undefined : 'unpriced_condition') ??
    (isAssumed ? 'assumed_price' : undefined) ??
    (isTierAssumed(call) && !isList(factor ?? LIST_PRICE) ? 'assumed_tier' : undefined) ??
    (isAmbiguous ? 'inconsistent_usage' : undefined);
  const discounted = (factoredUsd - cacheReadUsd) * (tokens - 1) + cacheReadUsd * ((cacheReads ?? tokens) - 1);
  const total = rounded(usd + discounted);
  if (items === undefined) return { usd: total, priceVersion, inexact };
  return { usd: total, priceVersion, inexact, items: items.map((item) => toBillItem(item, factor ?? LIST_PRICE)) };
}

const isUsed = (units: BilledUnits): boolean => {
  for (const unit in units) if (units[unit as BilledUnit] !== undefined) return true;
  return false;
};

/** True if the call used a unit that has no own price; of those with a list price, if `listed` is given. */
function hasUnnamed(
  units: BilledUnits,
  named: ReadonlyMap<BilledUnit, unknown>,
  listed?: ReadonlySet<BilledUnit>,
): boolean {
  for (const key in units) {
    const unit = key as BilledUnit;
    if ((units[unit] ?? 0) > 0 && !named.has(unit) && (listed === undefined || listed.has(unit))) return true;
  }
  return false;
}

/** The catalogue's model, or why there is none. */
type Found = CatalogueModel | Exclude<NoCost, 'no_usage' | 'no_model'>;

/** Looks up who sells a model, and in whose list it is. */
function lookUp(call: ModelCall, owners: HostOwners, lists: PriceLists): Found {
  const seller = sellerOf(call, owners, isListed);
  if ('reason' in seller) return seller.reason;
  const { model } = seller;
  if ('list' in seller) return catalogueModel(lists, seller.list, model) ?? 'unknown_model';
  const first = seller.first === undefined ? undefined : catalogueModel(lists, seller.first, model);
  return first ?? catalogueModel(lists, undefined, model) ?? 'unknown_model';
}

/** The request to Azure has the name of a deployment, which need not be that of a model. */
const isDeployment = (provider: string | undefined): boolean => provider?.startsWith('azure') === true;

/**
 * Builds a pricer. An explicit cost wins over what the provider reported, and that over prices; own prices win over the
 * catalogue of `@pydantic/genai-prices`, which the first call loads; the response's model is looked up before the
 * request's. No socket is opened.
 *
 * @throws SpanlineError `ERR_INVALID_OPTION` for a broken price table
 */
export function createPricer({ prices = {}, hosts = {} }: PricerOptions = {}): Pricer {
  const own = ownPrices(prices);
  findPriceLists();
  const hasOwn = Object.keys(prices).length > 0;
  const owners = Object.fromEntries(
    Object.entries(hosts).map(([host, owner]) => [host.toLowerCase().replace(/[[\]]/g, ''), owner.toLowerCase()]),
  );
  const hasOwners = Object.keys(owners).length > 0;
  const models = new BoundedMap<string, Found>(MAX_MODELS);
  let last: (ModelCall & { readonly found: Found }) | undefined;

  /** Most calls are of the model of the one before. To compare four values costs less than to make a key of them. */
  function fromCatalogue(call: BilledCall, model: string): Found {
    const { provider, host, port } = call;
    if (last?.model === model && last.provider === provider && last.host === host && last.port === port) {
      return last.found;
    }
    const found = fromModels(call, model);
    last = priceLists() === undefined ? undefined : { provider, host, port, model, found };
    return found;
  }

  function fromModels({ provider, host, port }: BilledCall, model: string): Found {
    const key = `${provider ?? ''}\n${host ?? ''}:${port ?? ''}\n${model}`;
    const known = models.get(key);
    if (known !== undefined) return known;
    const lists = priceLists();
    const found = lookUp({ provider, host, port, model }, owners, lists ?? NO_LISTS);
    if (lists !== undefined) models.set(key, found);
    return found;
  }

  function byOwn(call: BilledCall, model: string | undefined, isItemized: boolean): ListPrice | undefined {
    const mine = model === undefined ? undefined : own(model);
    if (model === undefined || mine === undefined) return undefined;
    const { pricer, priced, factor } = mine.under(tierOfCall(call), call.region);
    const price = listPrice(call, pricer(call.units, isItemized), factor, 'custom');
    if (price.inexact !== undefined) return price;
    if (isTierAssumed(call)) return { ...price, inexact: 'assumed_tier' };
    if (!hasUnnamed(call.units, priced)) return price;
    const listed = fromCatalogue(call, model);
    const isAssumed = typeof listed !== 'string' && hasUnnamed(call.units, priced, listed.units);
    return isAssumed ? { ...price, inexact: 'assumed_price' } : price;
  }

  function byCatalogue(call: BilledCall, model: string, isItemized: boolean): ListPrice | { reason: NoCost } {
    const { units } = call;
    const tier = tierOfCall(call);
    const found = fromCatalogue(call, model);
    if (typeof found === 'string') return { reason: found };
    const region = call.region ?? regionOfModel(found.provider, model);
    const factor =
      tier === undefined && region === undefined ? LIST_PRICE : priceFactor(found.provider, found.model, tier, region);
    const price = listPrice(call, found.price(units, call.timestamp, isItemized), factor, PRICE_VERSION);
    const isCut = price.inexact === undefined && found.units.has('input_tokens') && lacksInput(units);
    return isCut ? { ...price, inexact: 'incomplete_usage' } : price;
  }

  function byList(call: BilledCall, isItemized = false): ListPrice | { reason: NoCost } {
    const answered = call.responseModel === '' ? undefined : call.responseModel;
    if (!isUsed(call.units)) {
      const model = answered ?? call.requestModel ?? '';
      return { reason: fromCatalogue(call, model) === 'self_hosted' ? 'self_hosted' : 'no_usage' };
    }
    const asked = call.requestModel === '' || call.requestModel === answered ? undefined : call.requestModel;
    if (hasOwn) {
      const mine = byOwn(call, answered, isItemized) ?? byOwn(call, asked, isItemized);
      if (mine !== undefined) return mine;
    }
    const found = answered === undefined ? undefined : byCatalogue(call, answered, isItemized);
    if (asked === undefined) return found ?? { reason: 'no_model' };
    if (found !== undefined && (!('reason' in found) || isDeployment(call.provider))) return found;
    const assumed = byCatalogue(call, asked, isItemized);
    if ('reason' in assumed) return found ?? assumed;
    return isDeployment(call.provider) ? { ...assumed, inexact: assumed.inexact ?? 'assumed_model' } : assumed;
  }

  return {
    provider({ host, port }): string | undefined {
      return hasOwners && host !== undefined ? namedProvider(owners, host, port) : undefined;
    },
    bill(call): Bill | undefined {
      const list = byList(call, true);
      if ('reason' in list) return undefined;
      const { items = [], usd, priceVersion } = list;
      return { items, usd, priceVersion };
    },
    cost(call): Cost {
      if (call.explicitUsd !== undefined) return { usd: call.explicitUsd, source: 'explicit' };
      if (call.cacheHit === true) return { usd: 0, source: 'explicit' };
      const list = byList(call);
      if (call.reportedUsd !== undefined) {
        return {
          usd: call.reportedUsd,
          source: 'provider',
          ...('reason' in list ? {} : { listUsd: list.usd, priceVersion: list.priceVersion }),
        };
      }
      if ('reason' in list) return list;
      const { usd, priceVersion, inexact } = list;
      return inexact === undefined
        ? { usd, source: 'price_table', priceVersion }
        : { usd, source: 'price_table', priceVersion, inexact };
    },
  };
}
