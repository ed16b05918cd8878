/** Reads the usage that one object has of its own: a usage object, or an answer of a provider. */
import { type BilledUnits, hasKeys, isObject, props } from '@spanline/record';
import { FALLBACK } from './conditions.ts';
import { ROLE, rolesIn } from './key-roles.ts';
import { type Counts, readObject } from './read-counts.ts';
import { reconcile, type Reconciled } from './reconcile.ts';
import { type NormalizedUsage, unitsIn } from './report.ts';
import { roundSignificant } from './rounding.ts';
import { hidesSearches, serverTools } from './server-tools.ts';
import type { Reading } from './spelling.ts';
import { COHERE_UNITS, NO_SPELLINGS, USAGE } from './spellings.ts';
import type { UsageContext } from './usage-context.ts';

export type { UsageContext };

/** Keys that are a usage only inside of a usage object. */
const NO_USAGE_IN_ANSWERS: ReadonlySet<string> = new Set([
  'tokens',
  'seconds',
  'characters',
  'search_units',
  'audio_seconds',
  'cost',
  'total_cost',
  'cost_usd',
  'estimated_cost',
]);

const NOTHING: readonly string[] = [];

/** A report while it is made. */
type Report = { -readonly [key in keyof NormalizedUsage]: NormalizedUsage[key] };

/** Kinds of objects: a usage object, a whole answer, or metadata of a provider beside an answer, its cost included. */
export type ReportKind = 'usage' | 'answer' | 'metadata';

const SKIPPED: Readonly<Record<ReportKind, ReadonlySet<string> | undefined>> = {
  usage: undefined,
  answer: NO_USAGE_IN_ANSWERS,
  metadata: new Set([...NO_USAGE_IN_ANSWERS].filter((key) => !key.includes('cost'))),
};

/**
 * Anthropic leaves compactions out of the counts at the top, and adds up the others. An advisor is another model with
 * prices of its own, so that its tokens are unknown here. Nobody documents whose tokens the counts at the top are once
 * another model took over.
 */
function addIterations(counts: Counts, iterations: unknown): void {
  if (!Array.isArray(iterations)) return;
  for (const entry of iterations) {
    const { type, ...iteration } = props(entry);
    if (type === 'fallback_message') counts.conditions.tier = FALLBACK;
    if (type !== 'compaction' && type !== 'advisor_message') continue;
    const inner: Counts = { readings: {}, conditions: {}, unknown: undefined };
    readObject(inner, type === 'compaction' ? USAGE() : NO_SPELLINGS, iteration, `iterations.${type}`);
    for (const reading in inner.readings) {
      const key = reading as Reading;
      counts.readings[key] = (counts.readings[key] ?? 0) + (inner.readings[key] ?? 0);
    }
    if (type === 'compaction') counts.readings.requests = (counts.readings.requests ?? 1) + 1;
    if (inner.unknown !== undefined) counts.unknown = [...(counts.unknown ?? []), ...inner.unknown];
  }
}

/** Reads one object. Cohere bills `billed_units`; `tokens` beside them counts what it adds to the prompt as well. */
function count(raw: Record<string, unknown>, kind: ReportKind, roles: number): Counts {
  const counts: Counts = { readings: {}, conditions: {}, unknown: undefined };
  if ((roles & (ROLE.billed | ROLE.opaque)) !== 0) {
    const billed = raw['billed_units'] ?? raw['billedUnits'];
    if (isObject(billed)) {
      readObject(counts, COHERE_UNITS(), billed as Record<string, unknown>, 'billed_units');
      return counts;
    }
  }
  readObject(counts, USAGE(), raw, '', SKIPPED[kind]);
  if ((roles & (ROLE.iterations | ROLE.opaque)) !== 0) addIterations(counts, raw['iterations']);
  return counts;
}

function addTools(units: BilledUnits, tools: BilledUnits): void {
  for (const unit of unitsIn(tools)) units[unit] = Math.max(units[unit] ?? 0, tools[unit] ?? 0);
}

/** OpenRouter's `cost` is its own fee alone where the key of the provider is the application's. */
function reportedCost({ readings }: Counts, raw: Record<string, unknown>): number | undefined {
  const { cost_usd: usd, cost_ticks: ticks, upstream_cost_usd: upstream } = readings;
  if (usd === undefined) return ticks === undefined ? undefined : ticks / 1e10;
  return raw['is_byok'] === true || raw['isByok'] === true ? roundSignificant(usd + (upstream ?? 0), 12) : usd;
}

/**
 * Reads the counts, the server tools and the conditions that an object has itself.
 *
 * @param keepsUnknown - numbers that nobody knows are usage here, even if no other number is there
 * @param roles - those of its keys
 * @returns `undefined` for one that has none of them
 */
export function readUsage(
  raw: Record<string, unknown>,
  context: UsageContext,
  kind: ReportKind,
  keepsUnknown = false,
  roles: number = rolesIn(raw),
): NormalizedUsage | undefined {
  const counts = count(raw, kind, roles);
  const mayHaveTools = (roles & (ROLE.tools | ROLE.opaque)) !== 0;
  const tools = mayHaveTools ? serverTools(raw, context.model) : undefined;
  const { tier, region } = counts.conditions;
  const hasConditions = tier !== undefined || region !== undefined;
  const hasReadings = hasKeys(counts.readings);
  // Most objects of an answer have nothing of it.
  if (!hasReadings && tools === undefined && !hasConditions && (counts.unknown === undefined || !keepsUnknown)) {
    return undefined;
  }
  const { units, issue }: Reconciled = hasReadings
    ? reconcile(counts.readings, context)
    : { units: {}, issue: undefined };
  if (tools !== undefined) addTools(units, tools.units);
  const costUsd = reportedCost(counts, raw);
  const isCounted = hasKeys(units);
  const unknown = isCounted || keepsUnknown ? counts.unknown : undefined;
  const usage: Report = { units, source: 'provider' };
  if (issue !== undefined) usage.issue = issue;
  const billed = costUsd === undefined ? tools?.unknown : undefined;
  const isSearching = isCounted && hidesSearches(context.model);
  if (unknown !== undefined || billed !== undefined || isSearching) {
    const untold = [...(unknown ?? NOTHING), ...(billed ?? NOTHING), ...(isSearching ? ['web_searches'] : NOTHING)];
    if (untold.length > 0) usage.unknown = untold;
  }
  if (hasConditions) usage.conditions = counts.conditions;
  if (costUsd !== undefined) usage.costUsd = costUsd;
  const says = isCounted || costUsd !== undefined || hasConditions || usage.unknown !== undefined;
  return says ? usage : undefined;
}
