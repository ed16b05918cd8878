/** The billed call that attributes of a span describe. */

import {
  ATTRIBUTE_KEYS,
  type AttributeKey,
  type BilledUnit,
  type BilledUnits,
  lazy,
  unitOfKey,
} from '@spanline/record';
import { type KeyEntry, KeyTable } from '../gate/index.ts';
import { regionOf, tierOf } from './conditions.ts';
import type { BilledCall } from './cost.ts';
import type { UsageIssue } from './usage-issue.ts';

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

/** A line of another program may have anything. */
const word =
  (name: 'provider' | 'requestModel' | 'responseModel' | 'requestedSearch'): SetFact =>
  (call, value) => {
    if (typeof value === 'string') call[name] = value;
  };

/** The attributes that a price depends on besides the units, and where they go. */
const FACTS: ReadonlyMap<string, SetFact> = new Map<AttributeKey, SetFact>([
  ['gen_ai.provider.name', word('provider')],
  ['gen_ai.request.model', word('requestModel')],
  ['gen_ai.response.model', word('responseModel')],
  ['spanline.usage.source', (call, value) => void (call.source = value as 'provider' | 'estimated')],
  ['spanline.usage.issue', (call, value) => void (call.issue = value as UsageIssue)],
  ['spanline.usage.unknown', (call, value) => void (call.hasUnknown = Array.isArray(value) && value.length > 0)],
  ['spanline.cache.hit', (call, value) => void (call.cacheHit = value === true)],
  ['spanline.cost.usd', (call, value) => void (call.explicitUsd = value as number)],
  ['spanline.cost.reported_usd', (call, value) => void (call.reportedUsd = value as number)],
  ['spanline.cost.tier', (call, value) => void (call.tier = tierOf(value))],
  ['spanline.cost.requested_tier', (call, value) => void (call.requestedTier = tierOf(value))],
  ['spanline.usage.requested_search', word('requestedSearch')],
  ['spanline.cost.region', (call, value) => void (call.region = regionOf(value))],
  ['server.address', setHost],
  ['server.port', (call, value) => void (call.port = value as number)],
]);

/** The part of an attribute in a bill. */
interface BillKey extends KeyEntry {
  /** The unit that it holds. */
  readonly unit: BilledUnit | undefined;
  readonly setFact: SetFact | undefined;
}

const BILL_KEYS = lazy(
  (): KeyTable<BillKey> =>
    new KeyTable(
      ATTRIBUTE_KEYS.map((key) => ({ key, next: undefined, unit: unitOfKey(key), setFact: FACTS.get(key) })),
    ),
);

/**
 * Reads the billed call in attributes. It visits those that are there: looking for those that are not costs more.
 *
 * @param timestamp - start of the call in epoch milliseconds
 */
export function readBilledCall(attributes: Readonly<Record<string, unknown>>, timestamp?: number): BilledCall {
  const units: BilledUnits = {};
  const call: BilledCall = timestamp === undefined ? { units } : { units, timestamp };
  let last: BillKey | undefined;
  const billKeys = BILL_KEYS();
  for (const key in attributes) {
    const entry = billKeys.after(last, key);
    if (entry === undefined) continue;
    last = entry;
    if (entry.unit !== undefined) units[entry.unit] = attributes[key] as number;
    else entry.setFact?.(call, attributes[key]);
  }
  return call;
}
