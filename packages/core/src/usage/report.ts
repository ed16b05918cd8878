/** Reports on the usage of one call: how two of them are added up, and how the most exact one is found. */
import { type BilledUnit, type BilledUnits, hasKeys, isPartOf } from '@spanline/record';
import type { PriceConditions } from './conditions.ts';
import type { UsageIssue } from './usage-issue.ts';

/** Usage of one model call, as it will be billed. */
export interface NormalizedUsage {
  /** Quantities as OpenTelemetry counts them: the input includes cached tokens, the output includes reasoning. */
  readonly units: BilledUnits;
  readonly source: 'provider' | 'estimated';
  readonly issue?: UsageIssue;
  /** Paths of numbers that nobody knows. The call may have cost more than its units. */
  readonly unknown?: readonly string[];
  /** Conditions of the price that the answer names. */
  readonly conditions?: PriceConditions;
  /** Cost that the provider or a gateway reported, in US dollars. */
  readonly costUsd?: number;
}

/** The units of a report. */
export const unitsIn = (units: BilledUnits): BilledUnit[] => Object.keys(units) as BilledUnit[];

/** True for a report that states more than conditions: a count or a cost. */
export const isBillable = ({ units, costUsd }: NormalizedUsage): boolean => costUsd !== undefined || hasKeys(units);

/** Issues that leave the counts in doubt. The other ones were repaired. */
const DOUBTFUL: ReadonlySet<UsageIssue> = new Set(['total_mismatch', 'details_exceed_total', 'incomplete']);

/** Tools that a model calls by itself. They do not show whether the tokens of the call are known. */
const TOOLS: ReadonlySet<BilledUnit> = new Set([
  'web_searches',
  'social_searches',
  'storage_searches',
  'code_executions',
  'image_generations',
]);

/** True for a unit that stands for the whole call, or for one side of it. */
function isWhole(unit: BilledUnit): boolean {
  return !TOOLS.has(unit) && !isPartOf(unit, 'input_tokens') && !isPartOf(unit, 'output_tokens');
}

/** 3: the provider's own counts, 2: counts that a framework made, 1: parts or conditions alone. */
function rankOf({ units, source }: NormalizedUsage): number {
  if (!unitsIn(units).some(isWhole)) return 1;
  return source === 'provider' ? 3 : 2;
}

const isDoubtful = ({ issue }: NormalizedUsage): boolean => issue !== undefined && DOUBTFUL.has(issue);

/** True if `other` is more exact than `one`, which is closer to what the provider wrote. */
function isMoreExact(other: NormalizedUsage, one: NormalizedUsage): boolean {
  const [rank, known] = [rankOf(other), rankOf(one)];
  if (rank !== known) return rank > known;
  const { input_tokens: input, output_tokens: output } = one.units;
  const { input_tokens: otherInput, output_tokens: otherOutput } = other.units;
  // A copy that dropped the total does not know that the counts contradict it.
  if (input === otherInput && output === otherOutput) return false;
  if (isDoubtful(one) !== isDoubtful(other)) return isDoubtful(one);
  return (input === undefined || output === undefined) && otherInput !== undefined && otherOutput !== undefined;
}

/** True if two reports agree in all tokens that both have. */
function agrees(one: BilledUnits, other: BilledUnits): boolean {
  return unitsIn(one).every((unit) => TOOLS.has(unit) || other[unit] === undefined || other[unit] === one[unit]);
}

/** True for a unit that fits into what is known: a part of a larger whole, or something that no other unit counts. */
function fits(unit: BilledUnit, quantity: number, units: BilledUnits): boolean {
  return unitsIn(units).every((whole) => !isPartOf(unit, whole) || quantity <= (units[whole] ?? 0));
}

function addMissing(units: BilledUnits, other: BilledUnits): void {
  for (const unit of unitsIn(other)) {
    const quantity = other[unit] ?? 0;
    if (TOOLS.has(unit)) units[unit] = Math.max(units[unit] ?? 0, quantity);
    else if (units[unit] === undefined && fits(unit, quantity, units)) units[unit] = quantity;
  }
}

/** Adds to a report what only another one on the same call states. */
function complete(report: NormalizedUsage, other: NormalizedUsage, isCloser: boolean): NormalizedUsage {
  const units = { ...report.units };
  if (agrees(units, other.units)) addMissing(units, other.units);
  const conditions = { ...other.conditions, ...report.conditions };
  const costUsd = report.costUsd ?? other.costUsd;
  const unknown = isCloser ? [...new Set([...(report.unknown ?? []), ...(other.unknown ?? [])])] : report.unknown;
  return {
    units,
    source: report.source,
    ...(report.issue === undefined ? {} : { issue: report.issue }),
    ...(unknown === undefined || unknown.length === 0 ? {} : { unknown }),
    ...(Object.keys(conditions).length === 0 ? {} : { conditions }),
    ...(costUsd === undefined ? {} : { costUsd }),
  };
}

/**
 * The most exact of several reports on one call, with what only the other ones state: parts that fit into its counts,
 * conditions, a cost. Counts of the provider win over those of a framework, whole ones over parts, and sound ones over
 * those that contradict each other or broke off.
 *
 * @param reports - those that are closest to what the provider wrote come first
 * @returns `undefined` if there is none
 */
export function mostExact(reports: readonly (NormalizedUsage | undefined)[]): NormalizedUsage | undefined {
  let best: NormalizedUsage | undefined;
  let place = -1;
  let count = 0;
  for (let index = 0; index < reports.length; index++) {
    const report = reports[index];
    if (report === undefined) continue;
    count++;
    if (best !== undefined && !isMoreExact(report, best)) continue;
    best = report;
    place = index;
  }
  if (count < 2) return best;
  reports.forEach((report, index) => {
    if (report !== undefined && best !== undefined && index !== place) best = complete(best, report, index < place);
  });
  return best;
}

/**
 * Adds up the usage of two requests or generations of one call. The number of requests is a unit, since some prices are
 * for a request, and others depend on its size.
 */
export function addUsage(one: NormalizedUsage | undefined, other: NormalizedUsage): NormalizedUsage {
  if (one === undefined) return other;
  const units: BilledUnits = { ...one.units };
  for (const unit of unitsIn(other.units)) units[unit] = (units[unit] ?? 0) + (other.units[unit] ?? 0);
  if (one.units.input_tokens !== undefined && other.units.input_tokens !== undefined)
    units.requests = (one.units.requests ?? 1) + (other.units.requests ?? 1);
  const issue = one.issue ?? other.issue;
  const unknown = [...new Set([...(one.unknown ?? []), ...(other.unknown ?? [])])];
  const conditions = { ...one.conditions, ...other.conditions };
  const isCostKnown = one.costUsd !== undefined && other.costUsd !== undefined;
  return {
    units,
    source: one.source === other.source ? one.source : 'estimated',
    ...(issue === undefined ? {} : { issue }),
    ...(unknown.length === 0 ? {} : { unknown }),
    ...(Object.keys(conditions).length === 0 ? {} : { conditions }),
    ...(isCostKnown ? { costUsd: (one.costUsd ?? 0) + (other.costUsd ?? 0) } : {}),
  };
}
