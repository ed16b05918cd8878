const NAMES = [
  'seen',
  'spans',
  'requests',
  'errors',
  'timeouts',
  'llmCalls',
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
  'costs',
  'unpricedCalls',
  'usd',
  'usdTrillionths',
  'speeds',
  'tokensPerSecondThousandths',
  'safetyTriggers',
  'promptInjections',
  'feedback',
  'thumbsDown',
] as const;

/** Something that is counted or summed. Sums are kept as integers, so that they are exact and the order of spans makes no difference. */
export type CounterName = (typeof NAMES)[number];

/** The place of each counter in a cell. */
export const COUNTER: Readonly<Record<CounterName, number>> = Object.fromEntries(
  NAMES.map((name, index) => [name, index]),
) as Record<CounterName, number>;

/** How many there are. */
export const COUNTERS: number = NAMES.length;

/** Trillionths of a dollar in one; cents of a cent of a token's price do not get lost. */
export const TRILLION = 1e12;
