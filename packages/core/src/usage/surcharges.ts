/**
 * Documented discounts and surcharges on a provider's list prices. They apply to tokens; searches cost the same in
 * every tier.
 */
import { STANDARD } from './conditions.ts';

/** Factors by tier and by region. */
interface Factors {
  readonly tiers?: Readonly<Record<string, number | ((model: string) => number | undefined)>>;
  readonly region?: (region: string, model: string) => number | undefined;
}

/**
 * Fast mode of Claude Opus: six times the price for 4.6 and 4.7, twice for 4.8 and 5
 * (https://platform.claude.com/docs/en/build-with-claude/fast-mode).
 */
function fastOpus(model: string): number | undefined {
  if (/opus-4-[67]/.test(model)) return 6;
  return /opus-(?:4-8|5(?:$|[-@]\d{8}))/.test(model) ? 2 : undefined;
}

/**
 * Inference that is kept in a region costs a tenth more, on the models that offer the choice
 * (https://platform.claude.com/docs/en/about-claude/pricing, "Data residency").
 */
const claudeRegion = (region: string): number => (region === 'global' ? 1 : 1.1);

/**
 * OpenAI's regional hosts cost a tenth more for models from GPT-5.4 on
 * (https://developers.openai.com/api/docs/pricing).
 */
const openaiRegion = (_region: string, model: string): number =>
  /^gpt-(?:5\.(?:[4-9]|\d\d)|[6-9])/.test(model) ? 1.1 : 1;

const FACTORS: Readonly<Record<string, Factors>> = {
  // https://platform.claude.com/docs/en/build-with-claude/batch-processing: half of all tokens, cached ones included.
  anthropic: { tiers: { batch: 0.5, fast: fastOpus }, region: claudeRegion },
  // https://developers.openai.com/api/docs/guides/flex-processing: flex costs what a batch does, which is half.
  // Priority has prices of its own by model.
  openai: { tiers: { flex: 0.5, batch: 0.5 }, region: openaiRegion },
  // https://learn.microsoft.com/azure/ai-foundry/openai/how-to/batch
  azure: { tiers: { batch: 0.5 } },
  // https://ai.google.dev/gemini-api/docs/optimization
  google: { tiers: { flex: 0.5, batch: 0.5 } },
  // https://docs.aws.amazon.com/bedrock/latest/userguide/capacity-limits-cost-optimization.html
  aws: { tiers: { batch: 0.5 } },
  // https://console.groq.com/docs/flex-processing: flex costs what on-demand does; https://console.groq.com/docs/batch
  groq: { tiers: { flex: 1, batch: 0.5 } },
  // https://docs.mistral.ai/capabilities/batch
  mistral: { tiers: { batch: 0.5 } },
};

/**
 * The factor on the list price of tokens.
 *
 * @param provider - id of the catalogue
 * @returns `undefined` where no rule is documented
 */
export function tokenFactor(
  provider: string,
  model: string,
  tier: string | undefined,
  region: string | undefined,
): number | undefined {
  const factors = FACTORS[provider];
  let factor: number | undefined = 1;
  if (tier !== undefined && tier !== STANDARD) {
    const known = factors?.tiers?.[tier];
    factor = typeof known === 'function' ? known(model) : known;
  }
  if (factor === undefined || region === undefined || region === 'global') return factor;
  const surcharge = factors?.region?.(region, model);
  return surcharge === undefined ? undefined : factor * surcharge;
}
