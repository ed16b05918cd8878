import { Cell } from '../metrics/cell.ts';
import { isUpward } from '../rules/compare.ts';
import type { ResolvedRule } from '../rules/types.ts';
import type { Baselines, Usual } from './baselines.ts';
import type { Observation } from './state.ts';
import type { Watch } from './watch.ts';

/** What is usual for what is watched; `undefined` where nothing is, or it is not known yet. */
export function usualOf({ rule, reader, key }: Watch, baselines: Baselines, epochMs: number): Usual | undefined {
  const { baseline, relativeTo, minSamples, comparison } = rule;
  if (relativeTo === undefined) return undefined;
  if (baseline !== undefined) return { median: baseline, deviation: 0, values: 0 };
  const usual = baselines.usual(key, epochMs);
  if (usual === undefined || !reader.isShare || !isUpward(comparison)) return usual;
  // A share of so few is known no finer than this: what never happens would otherwise have no multiple.
  return { ...usual, median: Math.max(usual.median, 1 / minSamples) };
}

/** A threshold in the metric's unit. */
function scaled(rule: ResolvedRule, threshold: number | undefined, usual: Usual | undefined): number | undefined {
  if (threshold === undefined || rule.relativeTo === undefined) return threshold;
  const unit = rule.relativeTo === 'baseline' ? usual?.median : usual?.deviation;
  // A multiple of nothing is nothing.
  if (usual === undefined || unit === undefined || unit === 0) return undefined;
  if (rule.relativeTo === 'baseline') return threshold * unit;
  return usual.median + (isUpward(rule.comparison) ? threshold : -threshold) * unit;
}

const NOTHING = new Cell();

/**
 * What a window shows of a rule.
 *
 * @param isWhole - it was watched from its beginning: nothing in it means that nothing was
 */
export function observe(
  { rule, reader }: Watch,
  cell: Cell = NOTHING,
  usual: Usual | undefined,
  isWhole: boolean,
): Observation {
  const samples = reader.samples(cell);
  return {
    value: reader.read(cell),
    samples,
    isEnough: samples >= rule.minSamples || (isWhole && samples === 0 && reader.isTally),
    threshold: scaled(rule, rule.threshold, usual),
    warningThreshold: scaled(rule, rule.warningThreshold, usual),
    recoveryThreshold: scaled(rule, rule.recoveryThreshold, usual),
  };
}
