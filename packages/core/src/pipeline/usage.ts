/** Usage and cost on a span's record. */
import { type AttributeKey, type BilledUnits, type SpanRecord, unitOfKey } from '@spanline/record';
import { type Attributes, isBilledBelow, type SpanState } from '../trace/index.ts';
import {
  type BilledCall,
  type Cost,
  hidesRequestedSearches,
  isStandard,
  type Pricer,
  regionOf,
  servedTier,
  tierOf,
  type UsageIssue,
} from '../usage/index.ts';

const USAGE_KEY = /^(?:gen_ai|spanline)\.usage\.|^spanline\.cost\./;

/** Removes usage and cost from a span whose call is recorded by a span below. */
export function removeUsage({ attributes }: SpanState): void {
  for (const key of Object.keys(attributes)) if (USAGE_KEY.test(key)) delete attributes[key];
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

/**
 * Regional hosts: `eu.api.openai.com`, `us.api.x.ai`, `api.eu.mistral.ai`, `us-east5-aiplatform.googleapis.com`,
 * `aiplatform.eu.rep.googleapis.com`, `bedrock-runtime.eu-central-1.amazonaws.com`.
 */
const REGIONAL_HOST =
  /^(?:(?<prefix>[a-z\d-]+)\.api\.(?:openai\.com|x\.ai)|(?<google>[a-z\d-]+)-aiplatform\.googleapis\.com|(?:api|aiplatform)\.(?<infix>[a-z]+)\.(?:mistral\.ai|rep\.googleapis\.com)|bedrock-runtime(?:-fips)?\.(?<amazon>[a-z\d-]+)\.amazonaws\.com)$/;
const WITH_REGIONS = /(?:openai\.com|googleapis\.com|\.x\.ai|mistral\.ai|amazonaws\.com)$/;

function regionOfHost(host: string): string | undefined {
  if (!WITH_REGIONS.test(host)) return undefined;
  const { prefix, google, infix, amazon } = REGIONAL_HOST.exec(host)?.groups ?? {};
  return prefix ?? google ?? infix ?? amazon;
}

function setHost(call: BilledCall, host: unknown): void {
  if (typeof host !== 'string' || host === '') return;
  call.host = host;
  call.region ??= regionOfHost(host);
}

type SetFact = (call: BilledCall, value: unknown) => void;

/** The attributes that a price depends on besides the units, and where they go. */
const FACTS: ReadonlyMap<string, SetFact> = new Map<AttributeKey, SetFact>([
  ['gen_ai.provider.name', (call, value) => void (call.provider = value as string)],
  ['gen_ai.request.model', (call, value) => void (call.requestModel = value as string)],
  ['gen_ai.response.model', (call, value) => void (call.responseModel = value as string)],
  ['spanline.usage.source', (call, value) => void (call.source = value as 'provider' | 'estimated')],
  ['spanline.usage.issue', (call, value) => void (call.issue = value as UsageIssue)],
  ['spanline.usage.unknown', (call, value) => void (call.hasUnknown = (value as readonly string[]).length > 0)],
  ['spanline.cache.hit', (call, value) => void (call.cacheHit = value === true)],
  ['spanline.cost.usd', (call, value) => void (call.explicitUsd = value as number)],
  ['spanline.cost.reported_usd', (call, value) => void (call.reportedUsd = value as number)],
  ['spanline.cost.tier', (call, value) => void (call.tier = tierOf(value))],
  ['spanline.cost.requested_tier', (call, value) => void (call.requestedTier = tierOf(value))],
  ['spanline.usage.requested_search', (call, value) => void (call.requestedSearch = value as string)],
  ['spanline.cost.region', (call, value) => void (call.region = regionOf(value))],
  ['server.address', setHost],
  ['server.port', (call, value) => void (call.port = value as number)],
]);

/**
 * Reads the billed call in a span's attributes. It visits the attributes that are there: looking for those that are not
 * costs more.
 */
function readCall(state: SpanState): BilledCall {
  const { attributes } = state;
  const units: BilledUnits = {};
  const call: BilledCall = { units, timestamp: state.startEpochMs };
  for (const key in attributes) {
    const unit = unitOfKey(key);
    if (unit !== undefined) units[unit] = attributes[key] as number;
    else FACTS.get(key)?.(call, attributes[key]);
  }
  return call;
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
 * Writes `spanline.usage.*` and `spanline.cost.*`. Only the span of the billed call carries the cost. An unknown cost
 * is absent, and `spanline.cost.reason` says why.
 *
 * @returns the cost in US dollars, if known
 */
export function writeUsage(state: SpanState, record: SpanRecord, pricer: Pricer): number | undefined {
  const { attributes } = state;
  if (!isBilled(state, attributes)) return undefined;
  const call = readCall(state);
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
    record['spanline.cost.reason'] = cost.reason;
    return undefined;
  }
  writeCost(record, cost);
  return cost.usd;
}
