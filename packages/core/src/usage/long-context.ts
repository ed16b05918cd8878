/** Prices of long prompts that the catalogue does not list. */
import type { BilledUnit } from '@spanline/record';
import type { UnitPrice } from './price-table.ts';

/** The price of a call whose input is longer than `above`, as factors on the list price. */
interface LongContext {
  /** The catalogue's ids of the providers. */
  readonly providers: readonly string[];
  readonly models: RegExp;
  readonly above: number;
  readonly input: number;
  readonly output: number;
}

/**
 * The million tokens of context of Claude Sonnet 4 and 4.5 cost more, wherever the two are sold
 * (https://platform.claude.com/docs/en/about-claude/pricing#long-context-pricing,
 * https://aws.amazon.com/bedrock/pricing/). The catalogue has that in some of its lists. Grok 4 and its fast models
 * cost twice as much above 128,000 tokens (https://docs.x.ai/docs/models, https://openrouter.ai/x-ai/grok-4).
 */
const LONG_CONTEXTS: readonly LongContext[] = [
  {
    providers: ['anthropic', 'aws', 'google', 'openrouter'],
    models: /claude-(?:4-sonnet|sonnet-4(?:[-.][05])?(?:-\d{8}(?:-v\d+(?::\d+)?)?)?)$/,
    above: 200_000,
    input: 2,
    output: 1.5,
  },
  { providers: ['x-ai'], models: /^grok-4-(?:0709|(?:1-)?fast)/, above: 128_000, input: 2, output: 2 },
];

/** Adds the steps that a model's prices lack. Reads and writes of the cache are part of the input. */
export function addLongContext(prices: Map<BilledUnit, UnitPrice>, provider: string, model: string): void {
  const found = LONG_CONTEXTS.find(({ providers, models }) => providers.includes(provider) && models.test(model));
  if (found === undefined) return;
  for (const [unit, base] of prices) {
    const factor = /^(?:input|cache)_/.test(unit) ? found.input : unit.startsWith('output_') ? found.output : undefined;
    if (factor === undefined || typeof base !== 'number') continue;
    prices.set(unit, { base, steps: [{ above: found.above, price: base * factor }] });
  }
}
