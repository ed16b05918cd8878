/** Facts on the bill that servers report in the headers of an answer. */
import type { SpanAttributes } from '@spanline/record';
import { tierOf } from './conditions.ts';

/** LiteLLM's cost of a call in US dollars: https://docs.litellm.ai/docs/proxy/response_headers */
const COST = 'x-litellm-response-cost';
/** The tier that served a call of Gemini: https://ai.google.dev/gemini-api/docs/priority-inference */
const TIER = 'x-gemini-service-tier';

/** Headers that {@link reportedByHeaders} reads. */
export const REPORTING_HEADERS: readonly string[] = [COST, TIER, 'content-type'];

/** A header of a `Headers` object, or of an object with lower-case names. */
export function headerIn(headers: object, name: string): unknown {
  const { get } = headers as { get?: unknown };
  return typeof get === 'function' ? Reflect.apply(get, headers, [name]) : Reflect.get(headers, name);
}

/** The headers of a stream are sent before anything is counted. A cost in them is none. */
function isStream(headers: object): boolean {
  return String(headerIn(headers, 'content-type')).includes('event-stream');
}

function costIn(headers: object): number | undefined {
  const value = headerIn(headers, COST);
  if ((typeof value !== 'string' && typeof value !== 'number') || String(value).trim() === '') return undefined;
  const usd = Number(value);
  return Number.isFinite(usd) && usd >= 0 && !isStream(headers) ? usd : undefined;
}

/**
 * Cost and service tier in the headers of a successful answer, as attributes. Never throws.
 *
 * @param headers - `Headers`, or an object with lower-case names
 * @returns `undefined` without such headers
 */
export function reportedByHeaders(headers: unknown): SpanAttributes | undefined {
  if (typeof headers !== 'object' || headers === null) return undefined;
  try {
    const usd = costIn(headers);
    const tier = tierOf(headerIn(headers, TIER));
    if (usd === undefined && tier === undefined) return undefined;
    return {
      ...(usd === undefined ? {} : { 'spanline.cost.reported_usd': usd }),
      ...(tier === undefined ? {} : { 'spanline.cost.tier': tier }),
    };
  } catch {
    return undefined;
  }
}
