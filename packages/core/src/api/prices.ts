import type { BilledUnit } from '@spanline/record';

/** The price of calls with more input tokens than `above`. It is the price of all tokens of the call. */
export interface PriceStep {
  /** Input tokens of the call, above which the price holds. */
  above: number;
  /** Price of all tokens of the call. */
  price: number;
}

/** Prices by the size of the call. */
export interface SteppedPrice {
  /** Price of calls that no step is for. */
  base: number;
  /** Prices of larger calls. */
  steps: readonly PriceStep[];
}

/** Price of a million tokens in US dollars, or prices by the size of the call. */
export type TokenPrice = number | SteppedPrice;

/** Prices of one model in US dollars per million tokens. */
export interface TokenPrices {
  /** Price of input tokens. */
  input: TokenPrice;
  /** Price of output tokens. */
  output: TokenPrice;
  /**
   * Price of input tokens read from the cache.
   * @defaultValue `input`, and the cost is not exact if the built-in table prices them apart
   */
  cacheRead?: TokenPrice;
  /**
   * Price of input tokens written to the cache.
   * @defaultValue `input`, and the cost is not exact if the built-in table prices them apart
   */
  cacheWrite?: TokenPrice;
  /** Prices of further units: per million for units in `_tokens`, per piece for all others (`web_searches: 0.01`). */
  units?: Readonly<Partial<Record<BilledUnit, TokenPrice>>>;
}

/** Prices of one model in US dollars, with the conditions that change them. */
export interface ModelPrice extends TokenPrices {
  /** By service tier (`flex`, `batch`, `priority`): a factor on all but the calls of tools, or prices of its own. */
  tiers?: Readonly<Record<string, number | Partial<TokenPrices>>>;
  /** By region (`us`, `eu`): a factor on all but the calls of tools. */
  regions?: Readonly<Record<string, number>>;
}

/** Own prices by model name; a trailing `*` matches a prefix (`my-finetune-*`), and case does not matter. */
export type PriceTable = Readonly<Record<string, ModelPrice>>;
