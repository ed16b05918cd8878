/** Keys under which a usage object is found. */

import { NOVA_USAGE } from './spellings.ts';

/** Keys under which frameworks and APIs wrap a usage object, the most telling first. */
export const WRAPPERS: readonly string[] = [
  // The AI SDK's sum over all steps. `usage` beside it is that of the last step.
  'totalUsage',
  'usage',
  'usageMetadata',
  'usage_metadata',
  'usage_info',
  'usageInfo',
  'tokenUsage',
  'amazon-bedrock-invocationMetrics',
  NOVA_USAGE,
  'tokens',
  'meta',
];

/** Wrappers in which each number is usage. Others hold all kinds of numbers as well. */
export const NAMES_OF_USAGE: ReadonlySet<string> = new Set(WRAPPERS.filter((key) => /usage/i.test(key)));

/** Vendors wrap what they add to OpenAI's shapes in keys of their own: `x_groq`. */
export const isVendorKey = (key: string): boolean => key.startsWith('x_');

const WRAPPER_KEYS: ReadonlySet<string> = new Set(WRAPPERS);

/** True for a key that holds a usage object. */
export const isUsageKey = (key: string): boolean => WRAPPER_KEYS.has(key) || isVendorKey(key);

/** Keys under which frameworks keep the provider's own answer or usage, the most telling first. */
export const RAW_PLACES: readonly string[] = [
  // The AI SDK and LlamaIndex.
  'raw',
  // LangChain.
  '__raw_response',
  'additional_kwargs',
  'response_metadata',
  'llmOutput',
];

/** The AI SDK's answers of each provider, by its name. */
export const PROVIDER_ANSWERS = 'providerMetadata';

/** The AI SDK's requests, where one call makes several. */
export const STEPS = 'steps';

/** The key under which LangChain keeps counts that were made locally. */
export const ESTIMATED_WRAPPER = 'estimatedTokenUsage';

/** The places of reports, closest to the provider first. */
export const PLACES: readonly string[] = [STEPS, PROVIDER_ANSWERS, ...RAW_PLACES, ...WRAPPERS, ESTIMATED_WRAPPER];
