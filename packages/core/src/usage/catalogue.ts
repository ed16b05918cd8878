import { calcPrice, findProvider, type PriceCalculation } from '@pydantic/genai-prices';
import type { TokenUsage } from './normalize.ts';

/** Name and version of the catalogue, written as `spanline.cost.price_version`. */
export const PRICE_VERSION = 'genai-prices@0.1.8';

/** Prices calls of one model in US dollars; `undefined` if the catalogue has no price for such a call. */
export type CataloguePricer = (usage: TokenUsage, timestamp: number | undefined) => number | undefined;

/** The catalogue's names of providers, where they differ from OpenTelemetry's `gen_ai.provider.name`. */
const PROVIDERS: Readonly<Record<string, string>> = {
  'azure.ai.openai': 'azure',
  'azure.ai.inference': 'azure',
  'aws.bedrock': 'aws',
  'gcp.gemini': 'google',
  'gcp.vertex_ai': 'google',
  'gcp.gen_ai': 'google',
  mistral_ai: 'mistral',
  x_ai: 'x-ai',
  moonshot_ai: 'moonshotai',
};

/**
 * Cached audio tokens. The catalogue requires this count for a call with cached and audio tokens, because some models
 * price it separately, but no provider reports it. As many of the cached tokens as possible count as text.
 */
function cachedAudio({ inputTokens = 0, cacheReadTokens = 0, audioInputTokens = 0 }: TokenUsage): number | undefined {
  if (cacheReadTokens === 0 || audioInputTokens === 0) return undefined;
  return Math.max(0, cacheReadTokens + audioInputTokens - inputTokens);
}

/** Converts token counts to the catalogue's names. */
function catalogueUsage(usage: TokenUsage): Record<string, number> {
  const counts: Record<string, number> = {};
  if (usage.inputTokens !== undefined) counts['input_tokens'] = usage.inputTokens;
  if (usage.outputTokens !== undefined) counts['output_tokens'] = usage.outputTokens;
  if (usage.cacheReadTokens !== undefined) counts['cache_read_tokens'] = usage.cacheReadTokens;
  if (usage.cacheWriteTokens !== undefined) counts['cache_write_tokens'] = usage.cacheWriteTokens;
  if (usage.reasoningTokens !== undefined) counts['output_reasoning_tokens'] = usage.reasoningTokens;
  if (usage.audioInputTokens !== undefined) counts['input_audio_tokens'] = usage.audioInputTokens;
  if (usage.audioOutputTokens !== undefined) counts['output_audio_tokens'] = usage.audioOutputTokens;
  const overlap = cachedAudio(usage);
  if (overlap !== undefined) counts['cache_audio_read_tokens'] = overlap;
  return counts;
}

function calculate(
  usage: TokenUsage,
  model: string,
  providerId: string | undefined,
  timestamp?: number,
): PriceCalculation | null {
  try {
    return calcPrice(catalogueUsage(usage), model, {
      ...(providerId === undefined ? {} : { providerId }),
      ...(timestamp === undefined ? {} : { timestamp: new Date(timestamp) }),
    });
  } catch {
    return null;
  }
}

const PLAIN: readonly string[] = [
  'input_mtok',
  'output_mtok',
  'cache_read_mtok',
  'cache_write_mtok',
  'cache_write_1h_mtok',
];
const PER_MILLION = 1e-6;

/**
 * Prices calls by plain arithmetic, if the prices depend neither on size nor on time. That takes a few nanoseconds, a
 * lookup in the catalogue 20 µs.
 */
function flatPricer(match: PriceCalculation): CataloguePricer | undefined {
  const { prices } = match.model;
  if (Array.isArray(prices)) return undefined;
  const perToken = Object.entries(prices).filter(([key]) => key.endsWith('_mtok'));
  if (perToken.some(([key, price]) => !PLAIN.includes(key) || typeof price !== 'number')) return undefined;
  if (prices['requests_kcount'] !== undefined) return undefined;
  const { input_mtok: input, output_mtok: output } = prices as Record<string, number | undefined>;
  if (input === undefined || output === undefined) return undefined;
  const cacheRead = (prices['cache_read_mtok'] as number | undefined) ?? input;
  const cacheWrite = (prices['cache_write_mtok'] as number | undefined) ?? input;
  return (usage) => {
    const read = usage.cacheReadTokens ?? 0;
    const write = usage.cacheWriteTokens ?? 0;
    const plain = Math.max(0, (usage.inputTokens ?? 0) - read - write);
    return (plain * input + read * cacheRead + write * cacheWrite + (usage.outputTokens ?? 0) * output) * PER_MILLION;
  };
}

function match(
  provider: string | undefined,
  model: string,
): { found: PriceCalculation; providerId: string | undefined } | undefined {
  const wanted = provider === undefined ? undefined : (PROVIDERS[provider] ?? provider);
  const known = wanted !== undefined && findProvider({ providerId: wanted }) !== undefined;
  const candidates = known ? [wanted, undefined] : [undefined];
  for (const providerId of candidates) {
    const found = calculate({ inputTokens: 1, outputTokens: 1 }, model, providerId);
    if (found !== null) return { found, providerId };
  }
  return undefined;
}

/**
 * Looks up a model in the catalogue, first with its provider, then by name alone.
 *
 * @returns `undefined` if the catalogue does not have the model
 */
export function cataloguePricer(provider: string | undefined, model: string): CataloguePricer | undefined {
  const matched = match(provider, model);
  if (matched === undefined) return undefined;
  return (
    flatPricer(matched.found) ??
    ((usage, timestamp) => calculate(usage, model, matched.providerId, timestamp)?.total_price)
  );
}
