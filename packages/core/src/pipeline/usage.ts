/** Usage and cost on a span's record. */
import { hasKeys, type SpanRecord } from '@spanline/record';
import { isPrivateHost } from '../providers/index.ts';
import { type Attributes, isBilledBelow, isRefused, type SpanState, STATE } from '../trace/index.ts';
import {
  type BilledCall,
  type Cost,
  hidesRequestedSearches,
  isStandard,
  type Pricer,
  readBilledCall,
  servedTier,
} from '../usage/index.ts';

const USAGE_KEY = /^(?:gen_ai|spanline)\.usage\.|^spanline\.cost\./;

/** Removes usage and cost from a span whose call is recorded by a span below. */
export function removeUsage({ attributes }: SpanState): void {
  for (const key of Object.keys(attributes)) if (USAGE_KEY.test(key)) delete attributes[key];
}

/** Tells the spans above that usage stands below them. Those above one that knows it know it as well. */
function tellSpansAbove({ parent }: SpanState): void {
  let above = parent?.[STATE];
  while (above !== undefined && !above.hasUsageBelow) {
    above.hasUsageBelow = true;
    above = above.parent?.[STATE];
  }
}

/** Takes the bill from a span whose call another instrumentation has billed. It stays a step. */
export function removeSecondBill(state: SpanState): void {
  tellSpansAbove(state);
  state.hasInnerCall = true;
  state.hasInnerUsage = true;
}

/** Tells the span above that records the same call whether its usage stands here. */
export function tellOuterCall({ attributes, hasInnerUsage }: SpanState, outer: SpanState): void {
  outer.openInnerCalls--;
  outer.hasInnerUsage ||= hasInnerUsage || attributes['spanline.usage.source'] !== undefined || hasUsage(attributes);
}

function hasUsage(attributes: Attributes): boolean {
  return (
    attributes['gen_ai.usage.input_tokens'] !== undefined ||
    attributes['gen_ai.usage.output_tokens'] !== undefined ||
    attributes['spanline.cost.usd'] !== undefined
  );
}

/** True if the span itself was billed: it is a model call, or it carries usage or a cost. */
function isBilled(state: SpanState, attributes: Attributes): boolean {
  if (isBilledBelow(state)) return false;
  if (!state.hasInnerCall && (state.type === 'llm' || state.type === 'embedding')) return true;
  return attributes['spanline.usage.source'] !== undefined || hasUsage(attributes);
}

function writeCost(record: SpanRecord, cost: Exclude<Cost, { reason: unknown }>): void {
  record['spanline.cost.usd'] = cost.usd;
  record['spanline.cost.source'] = cost.source;
  if (cost.priceVersion !== undefined) record['spanline.cost.price_version'] = cost.priceVersion;
  if (cost.listUsd !== undefined) record['spanline.cost.list_usd'] = cost.listUsd;
  if (cost.inexact !== undefined) {
    record['spanline.cost.exact'] = false;
    record['spanline.cost.reason'] = cost.inexact;
  }
}

const unusual = (tier: string): string | undefined => (isStandard(tier) ? undefined : tier);

/** Writes the conditions of the price, as far as they are not the usual ones. */
function writeConditions(record: SpanRecord, call: BilledCall): void {
  const { requestedTier, region } = call;
  const served = servedTier(call) ?? requestedTier;
  if (served !== undefined) record['spanline.cost.tier'] = unusual(served);
  if (requestedTier !== undefined) record['spanline.cost.requested_tier'] = unusual(requestedTier);
  if (region !== undefined) record['spanline.cost.region'] = region;
}

/** Names searches that the request asked for and that the answer does not count. */
function noteHiddenSearches(record: SpanRecord, call: BilledCall): void {
  const { requestedSearch: search, units, responseModel, requestModel } = call;
  if (search === undefined || call.hasUnknown === true) return;
  if (!hidesRequestedSearches(search, units, responseModel ?? requestModel)) return;
  for (const _ in units) {
    call.hasUnknown = true;
    record['spanline.usage.unknown'] = [search];
    return;
  }
}

/**
 * True for a call without usage that nobody bills: neither a provider nor a host outside of the own network is known
 * (a class of the application's own), or the request was refused before an answer began.
 */
function isUnbilled({ error, status }: SpanState, record: SpanRecord): boolean {
  const { 'gen_ai.provider.name': provider, 'server.address': host } = record;
  if (provider === undefined && (host === undefined || isPrivateHost(host))) return true;
  return status === 'error' && !((record['spanline.stream.chunks'] ?? 0) > 0) && isRefused(error, provider);
}

/**
 * Writes `spanline.usage.*` and `spanline.cost.*`. Only the span of the billed call carries the cost. An unknown cost
 * is absent, and `spanline.cost.reason` says why.
 *
 * @returns the cost in US dollars, if known
 */
export function writeUsage(state: SpanState, record: SpanRecord, pricer: Pricer): number | undefined {
  const { attributes } = state;
  if (!isBilled(state, attributes)) return undefined;
  const call = readBilledCall(attributes, state.startEpochMs);
  if (hasKeys(call.units)) tellSpansAbove(state);
  if (call.source === undefined) for (const _ in call.units) record['spanline.usage.source'] = 'provider';
  if (call.tier !== undefined || call.requestedTier !== undefined || call.region !== undefined)
    writeConditions(record, call);
  if (call.requestedSearch !== undefined) noteHiddenSearches(record, call);
  const provider = pricer.provider(call);
  if (provider !== undefined) record['gen_ai.provider.name'] = provider;
  const cost = pricer.cost(call);
  if (call.reportedUsd !== undefined && call.explicitUsd === undefined)
    record['spanline.cost.reported_usd'] = undefined;
  if ('reason' in cost) {
    record['spanline.cost.reason'] =
      cost.reason === 'no_usage' && isUnbilled(state, record) ? 'not_billed' : cost.reason;
    return undefined;
  }
  writeCost(record, cost);
  return cost.usd;
}
