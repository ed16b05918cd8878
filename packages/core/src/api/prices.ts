/** Prices of your own. */

/** Prices of one model, in US dollars per million tokens. */
export interface ModelPrice {
  /** Price of input tokens. */
  input: number;
  /** Price of output tokens. */
  output: number;
  /** Price of input tokens read from the cache. @defaultValue `input` */
  cacheRead?: number;
  /** Price of input tokens written to the cache. @defaultValue `input` */
  cacheWrite?: number;
}

/** Prices by model name. A trailing `*` matches a prefix (`my-finetune-*`). */
export type PriceTable = Readonly<Record<string, ModelPrice>>;
