import { type BilledUnit, type BilledUnits, BoundedMap } from '@spanline/record';
import type { PriceTable } from '../api/index.ts';
import { type CatalogueModel, catalogueModel, PRICE_VERSION } from './catalogue.ts';
import { ownPrices, type OwnModel } from './own-prices.ts';
import type { Priced } from './price-table.ts';
import type { UsageIssue } from './reconcile.ts';
import { tokenFactor } from './surcharges.ts';

/** One billed call. */
export interface BilledCall {
  /** `gen_ai.provider.name`; without it the model's name alone decides. */
  provider?: string | undefined;
  requestModel?: string | undefined;
  responseModel?: string | undefined;
  units: BilledUnits;
  source?: 'provider' | 'estimated' | undefined;
  issue?: UsageIssue | undefined;
  /** Numbers of the usage that nobody knows. */
  hasUnknown?: boolean;
  /** Service tier that the call was billed by. */
  tier?: string | undefined;
  region?: string | undefined;
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
type NoCost = 'no_usage' | 'no_model' | 'unknown_model';

/** Why a cost is not exact. */
type Inexact =
  /** The usage has numbers that nobody knows. The cost is a lower bound. */
  | 'unknown_usage'
  /** A unit that was used has no price. The cost is a lower bound. */
  | 'unpriced_unit'
  /** The service tier or the region has no price. The cost is the list price without it. */
  | 'unpriced_condition'
  /** The provider's numbers contradict each other, or leave open how they overlap. */
  | 'inconsistent_usage'
  /** The answer broke off before the provider counted all of it. */
  | 'incomplete_usage'
  /** The tokens were counted locally. */
  | 'estimated_usage';

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

function listPrice(call: BilledCall, priced: Priced, factor: number | undefined, priceVersion: string): ListPrice {
  const { usd, tokenUsd, isComplete, isAmbiguous } = priced;
  const inexact =
    usageFault(call) ??
    (isComplete ? undefined : 'unpriced_unit') ??
    (factor === undefined ? 'unpriced_condition' : undefined) ??
    (isAmbiguous ? 'inconsistent_usage' : undefined);
  return { usd: rounded(usd + tokenUsd * ((factor ?? 1) - 1)), priceVersion, inexact };
}

const isUsed = (units: BilledUnits): boolean => {
  for (const unit in units) if (units[unit as BilledUnit] !== undefined) return true;
  return false;
};

/**
 * Builds a pricer. An explicit cost wins over what the provider reported, and that over prices; own prices win over the
 * catalogue of `@pydantic/genai-prices`; the response's model is looked up before the request's. No socket is opened
 * and no file is read.
 *
 * @throws SpanlineError `ERR_INVALID_OPTION` for a broken price table
 */
export function createPricer(options: { prices?: PriceTable | undefined } = {}): Pricer {
  const own = ownPrices(options.prices ?? {});
  const models = new BoundedMap<string, CatalogueModel | null>(MAX_MODELS);

  function fromCatalogue(provider: string | undefined, model: string): CatalogueModel | null {
    const key = `${provider ?? ''}\n${model}`;
    let found = models.get(key);
    if (found === undefined) {
      found = catalogueModel(provider, model) ?? null;
      models.set(key, found);
    }
    return found;
  }

  function price(call: BilledCall, model: string): ListPrice | undefined {
    const { units, tier, region } = call;
    const mine: OwnModel | undefined = own(model);
    if (mine !== undefined) {
      const { pricer, factor } = mine.under(tier, region);
      return listPrice(call, pricer(units), factor, 'custom');
    }
    const found = fromCatalogue(call.provider, model);
    if (found === null) return undefined;
    const factor =
      tier === undefined && region === undefined ? 1 : tokenFactor(found.provider, found.model, tier, region);
    return listPrice(call, found.price(units, call.timestamp), factor, PRICE_VERSION);
  }

  function byList(call: BilledCall): ListPrice | { reason: NoCost } {
    if (!isUsed(call.units)) return { reason: 'no_usage' };
    const { responseModel, requestModel } = call;
    let reason: NoCost = 'no_model';
    for (const model of responseModel === requestModel ? [requestModel] : [responseModel, requestModel]) {
      if (model === undefined || model === '') continue;
      const found = price(call, model);
      if (found !== undefined) return found;
      reason = 'unknown_model';
    }
    return { reason };
  }

  return {
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
