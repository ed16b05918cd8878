/**
 * Headers in which gateways report what a call cost, in US dollars. LiteLLM:
 * https://docs.litellm.ai/docs/proxy/response_headers
 */
const HEADERS: readonly string[] = ['x-litellm-response-cost', 'x-response-cost', 'x-cost-usd'];

/**
 * Cost that a gateway reports in the headers of a response, in US dollars. Never throws.
 *
 * @param headers - `Headers`, or an object with lower-case names
 */
export function reportedCost(headers: unknown): number | undefined {
  if (typeof headers !== 'object' || headers === null) return undefined;
  try {
    const { get } = headers as { get?: unknown };
    for (const name of HEADERS) {
      const value: unknown =
        typeof get === 'function' ? Reflect.apply(get, headers, [name]) : Reflect.get(headers, name);
      if (typeof value !== 'string' && typeof value !== 'number') continue;
      const usd = value === '' ? NaN : Number(value);
      if (Number.isFinite(usd) && usd >= 0) return usd;
    }
    return undefined;
  } catch {
    return undefined;
  }
}
