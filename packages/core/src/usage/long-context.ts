/** Prices of long prompts that the catalogue does not list. */
import type { BilledUnit } from '@spanline/record';
import type { UnitPrice } from './price-table.ts';

/** The price of a call whose input is longer than `above`, as factors on the list price. */
interface LongContext {
  /** The catalogue's id of the provider. */
  readonly provider: string;
  readonly models: RegExp;
  readonly above: number;
  readonly input: number;
  readonly output: number;
}

/**
 * Anthropic's million tokens of context cost Sonnet 4 what they cost Sonnet 4.5, which the catalogue lists
 * (https://platform.claude.com/docs/en/about-claude/pricing#long-context-pricing). Grok 4 and its fast models cost
 * twice as much above 128,000 tokens (https://docs.x.ai/docs/models, https://openrouter.ai/x-ai/grok-4).
 */
const LONG_CONTEXTS: readonly LongContext[] = [
  { provider: 'anthropic', models: /^claude-sonnet-4-0$/, above: 200_000, input: 2, output: 1.5 },
  { provider: 'x-ai', models: /^grok-4-(?:0709|(?:1-)?fast)/, above: 128_000, input: 2, output: 2 },
];

/** Adds the steps that a model's prices lack. Reads and writes of the cache are part of the input. */
export function addLongContext(prices: Map<BilledUnit, UnitPrice>, provider: string, model: string): void {
  const found = LONG_CONTEXTS.find((entry) => entry.provider === provider && entry.models.test(model));
  if (found === undefined) return;
  for (const [unit, base] of prices) {
    const factor = /^(?:input|cache)_/.test(unit) ? found.input : unit.startsWith('output_') ? found.output : undefined;
    if (factor === undefined || typeof base !== 'number') continue;
    prices.set(unit, { base, steps: [{ above: found.above, price: base * factor }] });
  }
}
