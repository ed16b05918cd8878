/** A billed call, and its cost or why that is unknown. */
import type { BilledUnit, BilledUnits } from '@spanline/record';
import type { UsageIssue } from './usage-issue.ts';

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
  /** Service tier that the request asked for. It counts as the billed one where no answer reports that. */
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

/** The cost of one unit of a call. */
export interface BillItem {
  readonly unit: BilledUnit;
  /** The part that is billed at this price: of the input, the tokens that were not cached. */
  readonly quantity: number;
  /** US dollars for one at the list price. */
  readonly unitUsd: number;
  /** Factor of the tier and the region on the list price. Absent: none. */
  readonly factor?: number;
  readonly usd: number;
}

/** The cost by prices, unit by unit. */
export interface Bill {
  readonly items: readonly BillItem[];
  readonly usd: number;
  readonly priceVersion: string;
}

/** Why a cost is unknown. Unknown is never 0. */
export type NoCost =
  | 'no_usage'
  | 'no_model'
  /** The provider does not sell the model, or nobody knows who sold it. */
  | 'unknown_model'
  /** The model has open weights and ran on a machine of the user's own. */
  | 'self_hosted';

/** Why a cost is not exact. */
export type Inexact =
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
  /** The answer does not report whether the tier that the request asked for was served. */
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
