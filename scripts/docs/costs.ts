/** The tables of `docs/cost.md`: the numbers of usage objects that are read, and the units that are billed. */
import { listedModels } from '../../packages/core/src/usage/catalogue.ts';
import { createPricer } from '../../packages/core/src/usage/index.ts';
import { BILLED_UNITS, type BilledUnit, unitOfKey } from '../../packages/record/src/schema/units.ts';
import { fateOf, USAGE_TYPES } from '../../test/support/usage-types.ts';

/** The page that holds the tables between comments. */
export const COST_PAGE = 'docs/cost.md';

/** Providers by OpenTelemetry's name, and their ids in the catalogue. */
const PROVIDERS: Readonly<Record<string, string>> = {
  openai: 'openai',
  anthropic: 'anthropic',
  'gcp.gemini': 'google',
  'aws.bedrock': 'aws',
  'azure.ai.openai': 'azure',
  mistral_ai: 'mistral',
  cohere: 'cohere',
  groq: 'groq',
  deepseek: 'deepseek',
  x_ai: 'x-ai',
  perplexity: 'perplexity',
  openrouter: 'openrouter',
  together_ai: 'together',
  fireworks_ai: 'fireworks',
  cerebras: 'cerebras',
  moonshot_ai: 'moonshotai',
};
const TIERS = ['batch', 'flex', 'priority', 'fast', 'ultrafast'];
/** Regions that each provider sells. One stands for all of Google's cloud. */
const REGIONS: Readonly<Record<string, readonly string[]>> = {
  openai: ['us', 'eu'],
  anthropic: ['us'],
  'gcp.gemini': ['us-east5'],
  x_ai: ['us', 'eu-west-1'],
  'aws.bedrock': ['us-east-1', 'eu-central-1'],
};
/** The first day of a year with prices of every model. */
const WHEN = Date.UTC(2026, 10, 1);
const TOKENS = { input_tokens: 1_000_000, output_tokens: 1_000_000 };

const code = (texts: readonly string[]): string => texts.map((text) => `\`${text}\``).join(', ');
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

/** Each declared type of a usage object: the units that its numbers become, and the numbers that are not billed. */
export function renderRead(): string {
  const rows = USAGE_TYPES.map((declared) => {
    const { keys, ignored } = fateOf(declared);
    const units = keys.flatMap((key) => unitOfKey(key) ?? []);
    const sdk = declared.sdk.split('/').slice(0, declared.sdk.startsWith('@') ? 2 : 1);
    return [`\`${sdk.join('/')}\``, `\`${declared.type}\``, code(units), code(ignored)];
  });
  return table(['package', 'type', 'units', 'not billed'], rows);
}

const pricer = createPricer();

/** The cost of a call, if it is exact. */
function exact(provider: string, model: string, units: object, more: object = {}): number | undefined {
  const call = { provider, responseModel: model, requestModel: model, units, timestamp: WHEN, ...more };
  const cost = pricer.cost(call);
  return 'usd' in cost && cost.inexact === undefined ? cost.usd : undefined;
}

/** True if the unit changes what an exact cost is, or is all that the model bills. */
function isBilled(provider: string, model: string, unit: BilledUnit): boolean {
  if ((exact(provider, model, { [unit]: 500_000 }) ?? 0) > 0 && exact(provider, model, TOKENS) === undefined)
    return true;
  const without = exact(provider, model, TOKENS);
  const cost = exact(provider, model, { ...TOKENS, [unit]: 500_000 });
  return cost !== undefined && without !== undefined && Math.abs(cost - without) > 1e-9;
}

/** The factors of a condition over the models of a provider. */
function factors(provider: string, models: readonly string[], more: object): number[] {
  const found = models.flatMap((model) => {
    const [list, cost] = [exact(provider, model, TOKENS), exact(provider, model, TOKENS, more)];
    return list === undefined || cost === undefined || list === 0 ? [] : [Number((cost / list).toFixed(4))];
  });
  return [...new Set(found)].toSorted((a, b) => a - b);
}

function conditionsOf(provider: string, models: readonly string[], key: string, values: readonly string[]): string {
  return values
    .map((value) => [value, factors(provider, models, { [key]: value })] as const)
    .filter(([, found]) => found.some((factor) => factor !== 1))
    .map(([value, found]) => `\`${value}\` × ${found.join(', ')}`)
    .join('; ');
}

/** Each provider: its models, the units with a price of their own, and the factors of its conditions. */
export function renderBilled(): string {
  const rows = Object.entries(PROVIDERS).map(([provider, id]) => {
    const models = listedModels(id);
    const others = BILLED_UNITS.filter((unit) => !['input_tokens', 'output_tokens'].includes(unit));
    const units = others.filter((unit) => models.some((model) => isBilled(provider, model, unit)));
    const tiers = conditionsOf(provider, models, 'tier', TIERS);
    const regions = conditionsOf(provider, models, 'region', REGIONS[provider] ?? []);
    return [`\`${provider}\``, String(models.length), code(units), tiers, regions];
  });
  return table(['provider', 'models', 'units with a price besides input and output', 'tiers', 'regions'], rows);
}
