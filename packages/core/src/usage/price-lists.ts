/** The price lists of `@pydantic/genai-prices`: half a megabyte, which is loaded when the first call is priced. */
// Bundles often declare `createRequire` themselves.
import { createRequire as requireFrom } from 'node:module';
import type { calcPrice, findProvider } from '@pydantic/genai-prices';

/** Functions of the package. */
export interface PriceLists {
  readonly calcPrice: typeof calcPrice;
  readonly findProvider: typeof findProvider;
}

/** Stand in for the package until it is there: no model has a price. */
export const NO_LISTS: PriceLists = { calcPrice: () => null, findProvider: () => undefined };

const NAME = '@pydantic/genai-prices';
let lists: PriceLists | undefined;

async function importLists(): Promise<void> {
  try {
    lists = await import('@pydantic/genai-prices');
  } catch {
    // Nobody has installed it: no call has a list price.
  }
}

/**
 * Makes sure that {@link priceLists} finds the package. In a bundle that holds the package, `require` does not find it:
 * bundlers follow `import()` alone, which begins here and is over within the first ticks of the program.
 */
export function findPriceLists(): void {
  if (lists !== undefined) return;
  try {
    requireFrom(import.meta.url).resolve(NAME);
  } catch {
    void importLists();
  }
}

/** Returns the price lists; `undefined` while a bundle still loads them, or without the package. */
export function priceLists(): PriceLists | undefined {
  try {
    lists ??= requireFrom(import.meta.url)(NAME) as PriceLists;
  } catch {
    // A bundle that has not loaded them yet.
  }
  return lists;
}
