/** Facts of a request that its price depends on: the tier, the region, searches. The answer may not report them. */
import { type BilledUnits, list, props, type SpanAttributes } from '@spanline/record';
import { type PriceConditions, readCondition } from './conditions.ts';
import { isPreview, NO_REASONING } from './server-tools.ts';

/** Options of a request that let the model search for each answer, whether or not the answer counts its searches. */
const SEARCH_OPTIONS: ReadonlySet<string> = new Set(['web_search_options', 'search_parameters']);
const PREVIEW = 'web_search_preview';

/** The option by which a request asks for searches, if the answer need not report their number or price. */
function searchIn(key: string, value: unknown): string | undefined {
  if (SEARCH_OPTIONS.has(key)) return props(value)['mode'] === 'off' || value === null ? undefined : key;
  return key === 'tools' && list(value).some(isPreview) ? PREVIEW : undefined;
}

/**
 * Reads these facts as attributes. The conditions that the answer reports replace them, since they were
 * served.
 *
 * @returns `undefined` if there are none, as in most requests
 */
export function conditionsOf(request: object): SpanAttributes | undefined {
  const conditions: PriceConditions = {};
  let search: string | undefined;
  for (const key in request) {
    const value = (request as Record<string, unknown>)[key];
    if (value === undefined || readCondition(conditions, key, value)) continue;
    search ??= searchIn(key, value);
  }
  const { tier, region } = conditions;
  if (tier === undefined && region === undefined && search === undefined) return undefined;
  return {
    ...(tier === undefined ? {} : { 'spanline.cost.requested_tier': tier }),
    ...(region === undefined ? {} : { 'spanline.cost.region': region }),
    ...(search === undefined ? {} : { 'spanline.usage.requested_search': search }),
  };
}

/** True if the request asked for searches, and the answer shows neither their number nor what they cost. */
export function hidesRequestedSearches(option: string, units: BilledUnits, model: string | undefined): boolean {
  const { web_searches: searches = 0, search_sources: sources } = units;
  if (option === PREVIEW) return searches > 0 && NO_REASONING.test(model ?? '');
  return units.web_searches === undefined && sources === undefined;
}
