/** Prices of one model in US dollars per million tokens. */
export interface ModelPrice {
  input: number;
  output: number;
  cacheRead?: number;
  cacheWrite?: number;
}

/** Own prices by model name; a trailing `*` matches a prefix (`my-finetune-*`). */
export type PriceTable = Readonly<Record<string, ModelPrice>>;
