import { type BilledUnit, type BilledUnits, BoundedMap } from '@spanline/record';
import type { PriceTable } from '../api/index.ts';
import { type HostOwners, type ModelCall, namedProvider, sellerOf } from '../providers/index.ts';
import { type CatalogueModel, catalogueModel, isListed, PRICE_VERSION } from './catalogue.ts';
import { isStandard, servedTier } from './conditions.ts';
import { ownPrices } from './own-prices.ts';
import type { Priced } from './price-table.ts';
import type { UsageIssue } from './reconcile.ts';
import { LIST_PRICE, type PriceFactor, priceFactor } from './surcharges.ts';

/** One billed call. */
export interface BilledCall {
  /** `gen_ai.provider.name`; without it and a host the model's name alone decides. */
  provider?: string | undefined;
  /** The host that was called, and its port. */
  host?: string | undefined;
  port?: number | undefined;
  requestModel?: string | undefined;
  responseModel?: string | undefined;
  units: BilledUnits;
  source?: 'provider' | 'estimated' | undefined;
  issue?: UsageIssue | undefined;
  /** Numbers of the usage that nobody knows. */
  hasUnknown?: boolean;
  /** Service tier that the call was billed by. */
  tier?: string | undefined;
  /** Service tier that the request asked for. It is taken for the billed one where nobody tells that. */
  requestedTier?: string | undefined;
  region?: string | undefined;
  /** The option of the request that lets the model search. */
  requestedSearch?: string | undefined;
  /** The framework answered from its cache; nothing was billed. */
  cacheHit?: boolean;
  /** Cost that the application set. */
  explicitUsd?: number | undefined;
  /** Cost that the provider or a gateway reported. */
  reportedUsd?: number | undefined;
  /** Start of the call in epoch milliseconds; prices change over time. */
  timestamp?: number;
}

/** Why a cost is unknown. Unknown is never 0. */
type NoCost =
  | 'no_usage'
  | 'no_model'
  /** The provider does not sell the model, or nobody knows who sold it. */
  | 'unknown_model'
  /** The model has open weights and ran on a machine of the user's own. */
  | 'self_hosted';

/** Why a cost is not exact. */
type Inexact =
  /** The usage has numbers that nobody knows. The cost is a lower bound. */
  | 'unknown_usage'
  /** A unit that was used has no price. The cost is a lower bound. */
  | 'unpriced_unit'
  /** Nobody lists a price of cached tokens, or an own price leaves out a unit that the price table prices apart. */
  | 'assumed_price'
  /** The service tier or the region has no price. The cost is the list price without it. */
  | 'unpriced_condition'
  /** The provider's numbers contradict each other, or leave open how they overlap or divide into requests. */
  | 'inconsistent_usage'
  /** The answer broke off before the provider counted all of it. */
  | 'incomplete_usage'
  /** The tokens were counted locally. */
  | 'estimated_usage'
  /** The answer names no model, and the deployment has the name of one. */
  | 'assumed_model'
  /** The answer does not tell whether the tier that the request asked for was served. */
  | 'assumed_tier';

/** The cost, or why it is unknown. */
export type Cost =
  | {
      usd: number;
      source: 'explicit' | 'price_table' | 'provider';
      priceVersion?: string;
      /** Set when the cost is not exact. */
      inexact?: Inexact;
      /** List price, beside the cost that the provider reported. */
      listUsd?: number;
    }
  | { reason: NoCost };

/** Prices calls. */
export interface Pricer {
  cost(call: BilledCall): Cost;
  /** The provider that the application names for the call's host. */
  provider(call: BilledCall): string | undefined;
}

const MAX_MODELS = 1000;

/** Whole billionths of a cent carry no meaning; this keeps sums of floats readable. */
const rounded = (usd: number): number => Number(usd.toPrecision(12));

interface ListPrice {
  readonly usd: number;
  readonly priceVersion: string;
  readonly inexact: Inexact | undefined;
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

function listPrice(call: BilledCall, priced: Priced, factor: PriceFactor | undefined, priceVersion: string): ListPrice {
  const { usd, factoredUsd, cacheReadUsd, isComplete, isAmbiguous, isAssumed } = priced;
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
  return { usd: rounded(usd + discounted), priceVersion, inexact };
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

/** Options of a pricer. */
export interface PricerOptions {
  readonly prices?: PriceTable | undefined;
  /** Who sells the models of a host. */
  readonly hosts?: HostOwners | undefined;
}

/** The catalogue's model, or why there is none. */
type Found = CatalogueModel | Exclude<NoCost, 'no_usage' | 'no_model'>;

/** Looks up who sells a model, and in whose list it is. */
function lookUp(call: ModelCall, owners: HostOwners): Found {
  const seller = sellerOf(call, owners, isListed);
  if ('reason' in seller) return seller.reason;
  const { model } = seller;
  if ('list' in seller) return catalogueModel(seller.list, model) ?? 'unknown_model';
  const first = seller.first === undefined ? undefined : catalogueModel(seller.first, model);
  return first ?? catalogueModel(undefined, model) ?? 'unknown_model';
}

/** The request to Azure has the name of a deployment, which need not be that of a model. */
const isDeployment = (provider: string | undefined): boolean => provider?.startsWith('azure') === true;

/**
 * Builds a pricer. An explicit cost wins over what the provider reported, and that over prices; own prices win over the
 * catalogue of `@pydantic/genai-prices`; the response's model is looked up before the request's. No socket is opened
 * and no file is read.
 *
 * @throws SpanlineError `ERR_INVALID_OPTION` for a broken price table
 */
export function createPricer({ prices = {}, hosts = {} }: PricerOptions = {}): Pricer {
  const own = ownPrices(prices);
  const hasOwn = Object.keys(prices).length > 0;
  const owners = Object.fromEntries(
    Object.entries(hosts).map(([host, owner]) => [host.toLowerCase().replace(/[[\]]/g, ''), owner.toLowerCase()]),
  );
  const hasOwners = Object.keys(owners).length > 0;
  const models = new BoundedMap<string, Found>(MAX_MODELS);

  function fromCatalogue({ provider, host, port }: BilledCall, model: string): Found {
    const key = `${provider ?? ''}\n${host ?? ''}:${port ?? ''}\n${model}`;
    let found = models.get(key);
    if (found === undefined) {
      found = lookUp({ provider, host, port, model }, owners);
      models.set(key, found);
    }
    return found;
  }

  function byOwn(call: BilledCall, model: string | undefined): ListPrice | undefined {
    const mine = model === undefined ? undefined : own(model);
    if (model === undefined || mine === undefined) return undefined;
    const { pricer, priced, factor } = mine.under(tierOfCall(call), call.region);
    const price = listPrice(call, pricer(call.units), factor, 'custom');
    if (price.inexact !== undefined) return price;
    if (isTierAssumed(call)) return { ...price, inexact: 'assumed_tier' };
    if (!hasUnnamed(call.units, priced)) return price;
    const listed = fromCatalogue(call, model);
    const isAssumed = typeof listed !== 'string' && hasUnnamed(call.units, priced, listed.units);
    return isAssumed ? { ...price, inexact: 'assumed_price' } : price;
  }

  function byCatalogue(call: BilledCall, model: string): ListPrice | { reason: NoCost } {
    const { units, region } = call;
    const tier = tierOfCall(call);
    const found = fromCatalogue(call, model);
    if (typeof found === 'string') return { reason: found };
    const factor =
      tier === undefined && region === undefined ? LIST_PRICE : priceFactor(found.provider, found.model, tier, region);
    return listPrice(call, found.price(units, call.timestamp), factor, PRICE_VERSION);
  }

  function byList(call: BilledCall): ListPrice | { reason: NoCost } {
    const answered = call.responseModel === '' ? undefined : call.responseModel;
    if (!isUsed(call.units)) {
      const model = answered ?? call.requestModel ?? '';
      return { reason: fromCatalogue(call, model) === 'self_hosted' ? 'self_hosted' : 'no_usage' };
    }
    const asked = call.requestModel === '' || call.requestModel === answered ? undefined : call.requestModel;
    if (hasOwn) {
      const mine = byOwn(call, answered) ?? byOwn(call, asked);
      if (mine !== undefined) return mine;
    }
    const found = answered === undefined ? undefined : byCatalogue(call, answered);
    if (asked === undefined) return found ?? { reason: 'no_model' };
    if (found !== undefined && (!('reason' in found) || isDeployment(call.provider))) return found;
    const assumed = byCatalogue(call, asked);
    if ('reason' in assumed) return found ?? assumed;
    return isDeployment(call.provider) ? { ...assumed, inexact: assumed.inexact ?? 'assumed_model' } : assumed;
  }

  return {
    provider({ host, port }): string | undefined {
      return hasOwners && host !== undefined ? namedProvider(owners, host, port) : undefined;
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
