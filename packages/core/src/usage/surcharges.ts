/**
 * Documented discounts and surcharges on a provider's list prices. Searches cost the same in every tier. A condition
 * without a documented rule has none, and the cost says that it is not exact.
 */
import { isStandard } from './conditions.ts';

/** Factors on the list price. */
export interface PriceFactor {
  /** On tokens, pages and seconds: on all but the calls of tools. */
  readonly tokens: number;
  /** On tokens that were read from the cache. `undefined` where nobody documents whether the two discounts add up. */
  readonly cacheReads: number | undefined;
}

/** The list price itself. */
export const LIST_PRICE: PriceFactor = { tokens: 1, cacheReads: 1 };

/** The same factor on all tokens. */
export const flat = (tokens: number): PriceFactor => ({ tokens, cacheReads: tokens });

const HALF = flat(0.5);
const HALF_BUT_CACHE: PriceFactor = { tokens: 0.5, cacheReads: undefined };

/** Rules of one provider. */
interface Rules {
  readonly tiers?: Readonly<Record<string, PriceFactor | ((model: string) => PriceFactor | undefined)>>;
  readonly region?: (region: string, model: string) => number | undefined;
}

/**
 * Fast mode of Claude: six times the price for Opus 4.6 and 4.7, twice for 4.8, 5 and 5.5
 * (https://platform.claude.com/docs/en/build-with-claude/fast-mode,
 * https://openrouter.ai/anthropic/claude-opus-4.6-fast, https://openrouter.ai/anthropic/claude-opus-5-fast,
 * https://vercel.com/ai-gateway/models/claude-opus-5.5-fast).
 */
function fastClaude(model: string): PriceFactor | undefined {
  if (/opus-4-[67]/.test(model)) return flat(6);
  return /opus-(?:4-8|5(?:-5)?(?:$|[-@]\d{8}))/.test(model) ? flat(2) : undefined;
}

/** The price of the fast mode by the list price of each model: https://openai.com/api-fast-mode/ */
const FAST_OPENAI: readonly (readonly [factor: number, models: RegExp])[] = [
  [2, /^gpt-(?:4\.1-nano|5|5\.[124]|5\.4-mini|5\.6-(?:sol|terra|luna)|6-(?:astra|sol|luna))$/],
  [2.5, /^gpt-5\.5$/],
  [1.8, /^gpt-5-mini$/],
  [1.75, /^gpt-4(?:\.1|\.1-mini|o-2024-05-13)$/],
  [1.7, /^gpt-4o$/],
];

/**
 * Fast mode of OpenAI, which was called priority processing until 30 July 2026
 * (https://developers.openai.com/api/docs/guides/fast-mode). Requests and answers use both names.
 */
function fastOpenai(model: string): PriceFactor | undefined {
  const found = FAST_OPENAI.find(([, models]) => models.test(model));
  return found === undefined ? undefined : flat(found[0]);
}

/** https://developers.openai.com/api/docs/guides/ultrafast-mode: six times the price. */
const ultrafastOpenai = (model: string): PriceFactor | undefined => (model === 'gpt-6-astra' ? flat(6) : undefined);

/**
 * Inference that is kept in the US costs a tenth more. Only models from Opus 4.6 on offer the choice
 * (https://platform.claude.com/docs/en/manage-claude/data-residency,
 * https://platform.claude.com/docs/en/about-claude/pricing).
 */
const claudeRegion = (region: string): number | undefined => (region === 'us' ? 1.1 : undefined);

/** Models that are older than 5 March 2026, when regional hosts began to cost more. */
const OLD_OPENAI =
  /^(?:ft:)?(?:gpt-3|gpt-4|gpt-5(?:$|-|\.[0-3](?:$|-))|gpt-image-1|gpt-audio|gpt-realtime(?:$|-mini)|o[134]|chatgpt-4|text-|tts-|whisper|dall-e|davinci|babbage|codex-mini|computer-use)/;

/**
 * OpenAI's regional hosts cost a tenth more for models that were released from 5 March 2026 on, GPT-5.4 the first of
 * them (https://developers.openai.com/api/docs/guides/data-residency).
 */
function openaiRegion(_region: string, model: string): number | undefined {
  if (OLD_OPENAI.test(model)) return 1;
  return /^gpt-(?:5\.(?:[4-9]|\d\d)|[6-9])/.test(model) ? 1.1 : undefined;
}

/**
 * Regional endpoints of Google's cloud cost a tenth more for Claude from Sonnet 4.5 on
 * (https://platform.claude.com/docs/en/build-with-claude/claude-on-vertex-ai). No document states what Gemini costs
 * there.
 */
function googleRegion(_region: string, model: string): number | undefined {
  if (!model.startsWith('claude')) return undefined;
  return /^claude-(?:\d|(?:opus|sonnet)-4(?:$|-[01](?:$|-|@)|[-@]2025))/.test(model) ? 1 : 1.1;
}

/**
 * The list has Amazon's prices in the US (https://aws.amazon.com/bedrock/pricing/). The names of Claude's models, and
 * of others that are sold by geography, show their price. Those of GovCloud are not listed.
 */
function amazonRegion(region: string, model: string): number | undefined {
  if (region.startsWith('us-gov')) return undefined;
  return region.startsWith('us-') || /claude|^regional\./.test(model) ? 1 : undefined;
}

/** The region of an ARN, or the geography of a profile. `us` and `global` have the list price. */
const AMAZON_MODEL = /^(?:arn:aws[\w-]*:bedrock:(?<region>[a-z\d-]+):|(?<geography>us-gov|eu|apac|jp|au|ca)\.[a-z])/;

/** The region that the id of a model names: `us-gov.anthropic.…`, `arn:aws:bedrock:eu-west-1:…`. */
export function regionOfModel(provider: string, model: string): string | undefined {
  if (provider !== 'aws') return undefined;
  const { region, geography } = AMAZON_MODEL.exec(model)?.groups ?? {};
  return region ?? geography;
}

/** The host in the US costs a tenth more (https://docs.x.ai/developers/advanced-api-usage/regions). */
const xaiRegion = (region: string): number | undefined => (region === 'us' ? 1.1 : undefined);

const RULES: Readonly<Record<string, Rules>> = {
  // https://platform.claude.com/docs/en/build-with-claude/batch-processing: half of all tokens, cached ones included.
  anthropic: { tiers: { batch: HALF, fast: fastClaude }, region: claudeRegion },
  // https://developers.openai.com/api/docs/guides/flex-processing: flex costs what a batch does, which is half.
  openai: {
    tiers: { flex: HALF, batch: HALF, priority: fastOpenai, fast: fastOpenai, ultrafast: ultrafastOpenai },
    region: openaiRegion,
  },
  // https://learn.microsoft.com/azure/ai-foundry/openai/how-to/batch: half of the global standard.
  azure: { tiers: { batch: HALF_BUT_CACHE } },
  // https://ai.google.dev/gemini-api/docs/optimization. In a batch, the price of cached tokens stays what it is:
  // https://docs.cloud.google.com/gemini-enterprise-agent-platform/models/deploy/batch-inference
  google: { tiers: { flex: HALF_BUT_CACHE, batch: { tokens: 0.5, cacheReads: 1 } }, region: googleRegion },
  // https://docs.aws.amazon.com/bedrock/latest/userguide/capacity-limits-cost-optimization.html. Flex and priority have
  // prices of their own by model.
  aws: { tiers: { batch: HALF_BUT_CACHE }, region: amazonRegion },
  // https://console.groq.com/docs/flex-processing: flex costs what on-demand does; https://console.groq.com/docs/batch
  groq: { tiers: { flex: LIST_PRICE, batch: HALF_BUT_CACHE } },
  'x-ai': { region: xaiRegion },
  // https://docs.mistral.ai/studio-api/batch-processing. No price is documented for the regional host.
  mistral: { tiers: { batch: HALF_BUT_CACHE } },
};

/**
 * The factor on the list price of tokens.
 *
 * @param provider - id of the catalogue
 * @returns `undefined` where no rule is documented
 */
export function priceFactor(
  provider: string,
  model: string,
  tier: string | undefined,
  region: string | undefined,
): PriceFactor | undefined {
  const rules = RULES[provider];
  let factor: PriceFactor | undefined = LIST_PRICE;
  if (tier !== undefined && !isStandard(tier)) {
    const known = rules?.tiers?.[tier];
    factor = typeof known === 'function' ? known(model) : known;
  }
  if (factor === undefined || region === undefined || region === 'global') return factor;
  const surcharge = rules?.region?.(region, model);
  if (surcharge === undefined || surcharge === 1) return surcharge === undefined ? undefined : factor;
  const { tokens, cacheReads } = factor;
  return { tokens: tokens * surcharge, cacheReads: cacheReads === undefined ? undefined : cacheReads * surcharge };
}
