import { Cell } from '../metrics/cell.ts';
import type { ScoreCounts } from '../metrics/score-counts.ts';
import { breaks, isUpward } from '../rules/compare.ts';
import type { ResolvedRule } from '../rules/types.ts';
import type { Baseline, Baselines } from './baselines.ts';
import type { Observation } from './transition.ts';
import type { Watch } from './watch.ts';

const EMPTY = new Cell();

/** The baseline of a rule: pinned or learned; `undefined` if the rule has none, or none yet. */
export function baselineOf({ rule, reader, key }: Watch, baselines: Baselines, epochMs: number): Baseline | undefined {
  const { baseline, relativeTo, minSamples, comparison } = rule;
  if (relativeTo === undefined) return undefined;
  if (baseline !== undefined) return { median: baseline, deviation: 0, values: 0 };
  const learned = baselines.get(key, epochMs);
  if (learned === undefined || !reader.isShare || !isUpward(comparison)) return learned;
  // A share of few samples is not known more exactly. Without this, a share of 0 would have no multiple.
  return { ...learned, median: Math.max(learned.median, 1 / minSamples) };
}

/** The scores that a rule's window is compared with: those of windows that ended before it began. */
export function usualScoresOf(
  { rule, reader, key }: Watch,
  baselines: Baselines,
  from: number,
): ScoreCounts | undefined {
  const usual = reader.scores === undefined ? undefined : baselines.scores.before(key, from);
  return usual !== undefined && usual.total >= rule.minSamples ? usual : undefined;
}

/** A threshold in the metric's unit. */
function scale(rule: ResolvedRule, threshold: number | undefined, baseline: Baseline | undefined): number | undefined {
  const { relativeTo, comparison } = rule;
  if (threshold === undefined || relativeTo === undefined) return threshold;
  const unit = relativeTo === 'baseline' ? baseline?.median : baseline?.deviation;
  // Every value would break a multiple of 0.
  if (baseline === undefined || unit === undefined || unit === 0) return undefined;
  if (relativeTo === 'baseline') return threshold * unit;
  return baseline.median + (isUpward(comparison) ? threshold : -threshold) * unit;
}

/** Usual values that a rule has learned. */
export interface Usual {
  readonly baseline: Baseline | undefined;
  readonly scores: ScoreCounts | undefined;
}

/**
 * Reads a rule's metric and thresholds from its window.
 *
 * @param usual - what the rule has learned
 * @param isWhole - the window was watched from its start, so that an empty one means 0, and a low count is low
 */
export function observe(
  { rule, reader }: Watch,
  cell: Cell = EMPTY,
  { baseline, scores }: Usual,
  isWhole: boolean,
): Observation {
  const isComparable = reader.scores === undefined || scores !== undefined;
  const value = reader.read(cell, scores);
  const samples = reader.samples(cell);
  const threshold = isComparable ? scale(rule, rule.threshold, baseline) : undefined;
  const warningThreshold = scale(rule, rule.warningThreshold, baseline);
  const isOver = (limit: number | undefined): boolean =>
    value !== undefined && limit !== undefined && breaks(value, rule.comparison, limit);
  // The count of a part of a window may be higher: it shows that a limit is exceeded, and never that one is kept.
  const isTelling = !reader.isTally || (isUpward(rule.comparison) && (isOver(threshold) || isOver(warningThreshold)));
  return {
    value,
    samples,
    isWhole,
    isEnough: isWhole
      ? samples >= rule.minSamples || (samples === 0 && reader.isTally)
      : samples >= rule.minSamples && isTelling,
    threshold,
    warningThreshold,
    recoveryThreshold: scale(rule, rule.recoveryThreshold, baseline),
  };
}
