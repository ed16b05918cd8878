import type { ModelPrice, PriceCalculation } from '@pydantic/genai-prices';
import { BILLED_UNITS, type BilledUnit, type BilledUnits, UNITS } from '@spanline/record';
import { bareName, makerOf } from '../providers/index.ts';
import { isListed } from './listed-providers.ts';
import { addLongContext } from './long-context.ts';
import { type PriceLists, priceLists } from './price-lists.ts';
import { type Priced, type UnitPrice, type UnitPricer, unitPricer } from './price-table.ts';

/** Name and version of the catalogue, as written in `spanline.cost.price_version`. */
export const PRICE_VERSION = 'genai-prices@0.1.8';

/** A model of the catalogue. */
export interface CatalogueModel {
  /** The catalogue's id of the provider whose prices these are. */
  readonly provider: string;
  readonly model: string;
  /** The units that have a price of their own. */
  readonly units: ReadonlySet<BilledUnit>;
  /** Prices a call by the list. */
  readonly price: (units: BilledUnits, timestamp: number | undefined, isItemized?: boolean) => Priced;
}

/**
 * Models that the catalogue prices wrongly. OpenAI publishes the weights of gpt-oss, and does not sell it. The second
 * version of Titan's embeddings costs a fifth of the first, whose price the catalogue has for both.
 */
const WRONGLY_LISTED: Readonly<Record<string, RegExp>> = { openai: /^gpt-oss/, aws: /titan-embed-text-v(?!1)/ };

/**
 * Models that cost nothing, which the catalogue lists without prices: variants of OpenRouter, and OpenAI's moderation
 * (https://openrouter.ai/docs/guides/routing/model-variants/free,
 * https://developers.openai.com/api/docs/guides/moderation).
 */
const FREE: Readonly<Record<string, RegExp>> = { openrouter: /:free$/, openai: /^moderation$/ };

const UNIT_OF_PRICE: ReadonlyMap<string, BilledUnit> = new Map(BILLED_UNITS.map((unit) => [UNITS[unit][0], unit]));

/**
 * OpenAI's higher price is for prompts of more than 272,000 tokens
 * (https://developers.openai.com/api/docs/models/gpt-5.4). The catalogue lets it begin with 272,000. xAI's begins with
 * 200,000 (https://docs.x.ai/docs/models/grok-4.5), and the catalogue's 199,999 is right.
 */
function firstOf(start: number, provider: string): number {
  return provider !== 'x-ai' && start % 1000 === 999 ? start + 1 : start;
}

function unitPrice(
  price: number | { base: number; tiers: { start: number; price: number }[] },
  per: number,
  provider: string,
): UnitPrice {
  if (typeof price === 'number') return price / per;
  const steps = price.tiers
    .map(({ start, price: higher }) => ({ above: firstOf(start, provider), price: higher / per }))
    .toSorted((a, b) => a.above - b.above);
  return { base: price.base / per, steps };
}

const times = (factor: number, price: UnitPrice): UnitPrice =>
  typeof price === 'number'
    ? price * factor
    : {
        base: price.base * factor,
        steps: price.steps.map(({ above, price: higher }) => ({ above, price: higher * factor })),
      };

/**
 * Shares of the input that reads of the cache cost with any model of a provider
 * (https://docs.mistral.ai/studio-api/conversations/advanced/prompt-caching,
 * https://console.groq.com/docs/prompt-caching).
 */
const CACHE_READS: Readonly<Record<string, number>> = { mistral: 0.1, groq: 0.5 };

function pricesOf(list: ModelPrice, provider: string, model: string): Map<BilledUnit, UnitPrice> {
  const prices = new Map<BilledUnit, UnitPrice>();
  for (const [key, price] of Object.entries(list)) {
    const unit = UNIT_OF_PRICE.get(key);
    if (unit !== undefined && price !== undefined) prices.set(unit, unitPrice(price, UNITS[unit][1], provider));
  }
  if (prices.size === 0 && FREE[provider]?.test(model) === true) {
    prices.set('input_tokens', 0);
    prices.set('output_tokens', 0);
    prices.set('cache_read_tokens', 0);
  }
  const input = prices.get('input_tokens');
  // A write for an hour costs twice the input, wherever Claude is sold
  // (https://platform.claude.com/docs/en/build-with-claude/prompt-caching).
  if (
    input !== undefined &&
    prices.has('cache_write_tokens') &&
    !prices.has('cache_write_1h_tokens') &&
    /claude/.test(model)
  ) {
    prices.set('cache_write_1h_tokens', times(2, input));
  }
  const { [provider]: share } = CACHE_READS;
  if (input !== undefined && share !== undefined && !prices.has('cache_read_tokens'))
    prices.set('cache_read_tokens', times(share, input));
  addLongContext(prices, provider, model);
  return prices;
}

/**
 * Google lists the input of other modalities where it costs more than text. Models for images and speech have one
 * output, at the price of the output.
 */
function likeWhole(provider: string, model: string): (unit: BilledUnit) => boolean {
  return (unit) =>
    (provider === 'google' && /^(?:input|cache)_audio/.test(unit)) ||
    (unit === 'output_image_tokens' && model.includes('image')) ||
    (unit === 'output_audio_tokens' && /tts|speech/.test(model)) ||
    (unit === 'input_audio_tokens' && /transcribe|whisper|asr/.test(model));
}

function calculate(
  { calcPrice }: PriceLists,
  model: string,
  providerId: string | undefined,
  timestamp?: number,
): PriceCalculation | null {
  try {
    return calcPrice({}, model, {
      ...(providerId === undefined ? {} : { providerId }),
      ...(timestamp === undefined ? {} : { timestamp: new Date(timestamp) }),
    });
  } catch {
    return null;
  }
}

/** Groq bills at least ten seconds of a transcript (https://console.groq.com/docs/speech-to-text). */
const LEAST_SECONDS = 10;

const isShortest = (provider: string, model: string): boolean => provider === 'groq' && model.startsWith('whisper');

function byLeast(pricer: UnitPricer): UnitPricer {
  return (units, isItemized) => {
    const { audio_seconds: seconds = 0 } = units;
    const isLeast = seconds > 0 && seconds < LEAST_SECONDS;
    return pricer(isLeast ? { ...units, audio_seconds: LEAST_SECONDS } : units, isItemized);
  };
}

/** The names of the models in a provider's price list. */
export function listedModels(id: string): string[] {
  return isListed(id) ? (priceLists()?.findProvider({ providerId: id })?.models ?? []).map((model) => model.id) : [];
}

/** The spellings of a model's name. Clouds put a path before it: `publishers/google/models/gemini-2.5-flash`. */
function spellingsOf(model: string, list: string | undefined): readonly string[] {
  if (list === undefined) return [model, bareName(model)];
  return list === 'google' || list === 'aws' ? [model, model.slice(model.lastIndexOf('/') + 1)] : [model];
}

interface Match {
  readonly found: PriceCalculation;
  readonly list: string | undefined;
  readonly model: string;
}

function matchIn(lists: PriceLists, list: string | undefined, spellings: readonly string[]): Match | undefined {
  for (const model of spellings) {
    if (list !== undefined && (!isListed(list) || WRONGLY_LISTED[list]?.test(model) === true)) return undefined;
    const found = calculate(lists, model, list);
    if (found !== null) return { found, list, model };
  }
  return undefined;
}

/** The catalogue does not know the maker of every name: of embeddings, of fine-tuned models. */
function match(lists: PriceLists, list: string | undefined, model: string): Match | undefined {
  const spellings = spellingsOf(model, list);
  const matched = matchIn(lists, list, spellings);
  const maker = matched === undefined && list === undefined ? makerOf(model) : undefined;
  return maker === undefined ? matched : matchIn(lists, maker, spellings);
}

/**
 * Looks a model up in the catalogue.
 *
 * @param list - the catalogue's id of the provider that sells it; without it, the model's name implies its maker
 * @returns `undefined` when that list does not have it
 */
export function catalogueModel(lists: PriceLists, list: string | undefined, name: string): CatalogueModel | undefined {
  const matched = match(lists, list, name);
  if (matched === undefined) return undefined;
  const { found, list: seller, model } = matched;
  const { id } = found.provider;
  // Prices that change with time or by the hour are few: each has a pricer of its own.
  const pricers = new Map<ModelPrice, UnitPricer>();
  const pricerOf = (list: ModelPrice): UnitPricer => {
    let pricer = pricers.get(list);
    if (pricer === undefined) {
      pricer = unitPricer(pricesOf(list, id, found.model.id), likeWhole(id, found.model.id));
      pricers.set(list, pricer);
    }
    return pricer;
  };
  const { prices } = found.model;
  const facts = {
    provider: id,
    model: found.model.id,
    units: new Set(pricesOf(found.model_price, id, found.model.id).keys()),
  };
  if (!Array.isArray(prices)) {
    const list = pricerOf(prices);
    const pricer = isShortest(id, found.model.id) ? byLeast(list) : list;
    return { ...facts, price: (units, _timestamp, isItemized) => pricer(units, isItemized) };
  }
  return {
    ...facts,
    price: (units, timestamp, isItemized) =>
      pricerOf((calculate(lists, model, seller, timestamp) ?? found).model_price)(units, isItemized),
  };
}
