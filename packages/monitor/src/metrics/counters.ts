/** The counters of a cell. Sums are integers, so that they are exact and do not depend on the order of the spans. */

const NAMES = [
  'seen',
  'spans',
  'requests',
  'errors',
  'timeouts',
  'llmCalls',
  'llmErrors',
  'toolCalls',
  'toolErrors',
  'retrievals',
  'documents',
  'emptyRetrievals',
  'scoredRetrievals',
  'retrievalScoreMillionths',
  'rateLimited',
  'rateLimitReadings',
  'inputTokens',
  'outputTokens',
  'cacheReadTokens',
  'cacheWriteTokens',
  'reasoningTokens',
  'webSearches',
  'costs',
  'unpricedCalls',
  'inexactCosts',
  'usd',
  'usdTrillionths',
  'speeds',
  'tokensPerSecondThousandths',
  'safetyTriggers',
  'promptInjections',
  'feedback',
  'thumbsDown',
] as const;

export type CounterName = (typeof NAMES)[number];

/** Index of each counter in a cell. */
export const COUNTER: Readonly<Record<CounterName, number>> = Object.fromEntries(
  NAMES.map((name, index) => [name, index]),
) as Record<CounterName, number>;

/** Number of counters. */
export const COUNTERS: number = NAMES.length;

/** Costs are whole dollars and trillionths of a dollar, which is exact for the price of a single token. */
export const TRILLION = 1e12;
