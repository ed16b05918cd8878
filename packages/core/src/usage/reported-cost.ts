/** LiteLLM's header with the cost of a call, in US dollars: https://docs.litellm.ai/docs/proxy/response_headers */
const HEADER = 'x-litellm-response-cost';

/**
 * Cost that a gateway reports in the headers of a response, in US dollars. Never throws.
 *
 * @param headers - `Headers`, or an object with lower-case names
 */
export function reportedCost(headers: unknown): number | undefined {
  if (typeof headers !== 'object' || headers === null) return undefined;
  try {
    const { get } = headers as { get?: unknown };
    const value: unknown =
      typeof get === 'function' ? Reflect.apply(get, headers, [HEADER]) : Reflect.get(headers, HEADER);
    if ((typeof value !== 'string' && typeof value !== 'number') || value === '') return undefined;
    const usd = Number(value);
    return Number.isFinite(usd) && usd >= 0 ? usd : undefined;
  } catch {
    return undefined;
  }
}
