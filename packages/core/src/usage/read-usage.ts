/** Reads the usage that one object has of its own: a usage object, or an answer of a provider. */
import { hasKeys, isObject, props } from '@spanline/record';
import { FALLBACK } from './conditions.ts';
import { type Counts, readObject } from './read-counts.ts';
import { reconcile, type Reconciled } from './reconcile.ts';
import { type NormalizedUsage, unitsIn } from './report.ts';
import { hidesSearches, serverTools } from './server-tools.ts';
import type { Reading } from './spelling.ts';
import { COHERE_UNITS, NO_SPELLINGS, USAGE } from './spellings.ts';

/** Facts about a call besides its answer. */
export interface UsageContext {
  readonly provider?: string | undefined;
  /** The model that was asked for. The one that the answer names wins. */
  readonly model?: string | undefined;
}

/** Keys by which an answer differs from the usage object in it. */
const ANSWER_KEYS: ReadonlySet<string> = new Set([
  'model',
  'modelVersion',
  'choices',
  'candidates',
  'content',
  'message',
  'output',
  'data',
  'text',
  'embeddings',
  'results',
  'created_at',
  'usage',
  'usageMetadata',
  'usage_metadata',
  'totalUsage',
  'response_metadata',
]);

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

/** Kinds of objects: a usage object, a whole answer, or metadata of a provider beside an answer, its cost included. */
export type ReportKind = 'usage' | 'answer' | 'metadata';

const SKIPPED: Readonly<Record<ReportKind, ReadonlySet<string> | undefined>> = {
  usage: undefined,
  answer: NO_USAGE_IN_ANSWERS,
  metadata: new Set([...NO_USAGE_IN_ANSWERS].filter((key) => !key.includes('cost'))),
};

/** True for an answer, in which most numbers are no usage. */
export function isAnswer(raw: Readonly<Record<string, unknown>>): boolean {
  for (const key in raw) if (ANSWER_KEYS.has(key)) return true;
  return false;
}

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
    readObject(inner, type === 'compaction' ? USAGE : NO_SPELLINGS, iteration, `iterations.${type}`);
    for (const reading in inner.readings) {
      const key = reading as Reading;
      counts.readings[key] = (counts.readings[key] ?? 0) + (inner.readings[key] ?? 0);
    }
    if (type === 'compaction') counts.readings.requests = (counts.readings.requests ?? 1) + 1;
    if (inner.unknown !== undefined) counts.unknown = [...(counts.unknown ?? []), ...inner.unknown];
  }
}

/** Reads one object. Cohere bills `billed_units`; `tokens` beside them counts what it adds to the prompt as well. */
function count(raw: Record<string, unknown>, kind: ReportKind): Counts {
  const counts: Counts = { readings: {}, conditions: {}, unknown: undefined };
  const billed = raw['billed_units'] ?? raw['billedUnits'];
  if (isObject(billed)) {
    readObject(counts, COHERE_UNITS, billed as Record<string, unknown>, 'billed_units');
    return counts;
  }
  readObject(counts, USAGE, raw, '', SKIPPED[kind]);
  addIterations(counts, raw['iterations']);
  return counts;
}

/** OpenRouter's `cost` is its own fee alone where the key of the provider is the application's. */
function reportedCost({ readings }: Counts, raw: Record<string, unknown>): number | undefined {
  const { cost_usd: usd, cost_ticks: ticks, upstream_cost_usd: upstream } = readings;
  if (usd === undefined) return ticks === undefined ? undefined : ticks / 1e10;
  return raw['is_byok'] === true ? usd + (upstream ?? 0) : usd;
}

/** Gemini's total over OpenAI's API holds the thoughts, which no other key counts there. */
function hidesThoughts({ model, provider }: UsageContext): boolean {
  return (
    (model !== undefined && /(?:^|\/)gemini-/.test(model)) ||
    (provider !== undefined && /^gcp\.|^google/.test(provider))
  );
}

/**
 * Reads the counts, the server tools and the conditions that an object has itself.
 *
 * @param keepsUnknown - numbers that nobody knows are usage here, even if no other number is there
 * @returns `undefined` for one that has none of them
 */
export function readUsage(
  raw: Record<string, unknown>,
  context: UsageContext,
  kind: ReportKind,
  keepsUnknown = false,
): NormalizedUsage | undefined {
  const counts = count(raw, kind);
  const tools = serverTools(raw, context.model);
  const { tier, region } = counts.conditions;
  const hasConditions = tier !== undefined || region !== undefined;
  const hasReadings = hasKeys(counts.readings);
  // Most objects of an answer have nothing of it.
  if (!hasReadings && tools === undefined && !hasConditions && (counts.unknown === undefined || !keepsUnknown)) {
    return undefined;
  }
  const { units, issue }: Reconciled = hasReadings
    ? reconcile(counts.readings, hidesThoughts(context), context.model)
    : { units: {}, issue: undefined };
  for (const unit of unitsIn(tools?.units ?? {})) units[unit] = Math.max(units[unit] ?? 0, tools?.units[unit] ?? 0);
  const costUsd = reportedCost(counts, raw);
  const isCounted = unitsIn(units).length > 0;
  const numbers = isCounted || keepsUnknown ? counts.unknown : undefined;
  const hidden = isCounted && hidesSearches(context.model) ? ['web_searches'] : [];
  const untold = [...(numbers ?? []), ...(costUsd === undefined ? (tools?.unknown ?? []) : []), ...hidden];
  const unknown = untold.length === 0 ? undefined : untold;
  if (!isCounted && costUsd === undefined && !hasConditions && unknown === undefined) return undefined;
  return {
    units,
    source: 'provider',
    ...(issue === undefined ? {} : { issue }),
    ...(unknown === undefined ? {} : { unknown }),
    ...(hasConditions ? { conditions: counts.conditions } : {}),
    ...(costUsd === undefined ? {} : { costUsd }),
  };
}
