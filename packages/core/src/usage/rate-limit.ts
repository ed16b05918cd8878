import { headerIn, REPORTING_HEADERS } from './headers.ts';

/** Headers of a limit and of what remains of it. The scarcest limit decides. */
const LIMITS: readonly (readonly [limit: string, remaining: string])[] = [
  ['x-ratelimit-limit-requests', 'x-ratelimit-remaining-requests'],
  ['x-ratelimit-limit-tokens', 'x-ratelimit-remaining-tokens'],
  ['anthropic-ratelimit-requests-limit', 'anthropic-ratelimit-requests-remaining'],
  ['anthropic-ratelimit-tokens-limit', 'anthropic-ratelimit-tokens-remaining'],
  ['anthropic-ratelimit-input-tokens-limit', 'anthropic-ratelimit-input-tokens-remaining'],
  ['anthropic-ratelimit-output-tokens-limit', 'anthropic-ratelimit-output-tokens-remaining'],
];

/** Headers of an answer that say something about the bill, and about what remains of a limit. Lower case. */
export const BILL_HEADERS: readonly string[] = [...LIMITS.flat(), ...REPORTING_HEADERS];

function read(headers: object, name: string): number | undefined {
  const value = headerIn(headers, name);
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const number = Number(value);
  return value === '' || !(number >= 0) ? undefined : number;
}

/**
 * Reads the remaining share of a provider's rate limit from the headers of a response or of an error: the smallest
 * share of its limits on requests and tokens. Knows the headers of OpenAI (and of those who copy it) and Anthropic.
 * Never throws.
 *
 * @param headers - `Headers`, or an object with lower-case names
 * @returns 0 to 1; `undefined` without such headers
 */
export function rateLimitRatio(headers: unknown): number | undefined {
  if (typeof headers !== 'object' || headers === null) return undefined;
  try {
    let least: number | undefined;
    for (const [limitName, remainingName] of LIMITS) {
      const limit = read(headers, limitName);
      const remaining = limit === undefined || limit === 0 ? undefined : read(headers, remainingName);
      if (limit !== undefined && remaining !== undefined) least = Math.min(least ?? 1, remaining / limit);
    }
    return least === undefined ? undefined : Math.round(least * 1e4) / 1e4;
  } catch {
    return undefined;
  }
}
