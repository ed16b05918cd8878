/** The figures that answers compare: one row for each, and how it is estimated. */

import type { Figure } from './figures.ts';
import { type Estimate, estimateMean, estimateQuantile, estimateShare, type Sample } from './intervals.ts';

/** The unit of a figure, which decides how a value is written. */
export type FigureUnit = 'ms' | 'share' | 'tokens' | 'usd' | 'score';

/** Name and unit of a figure, as answers have them. */
export interface NamedFigure {
  /** `p50_ms`, `p95_ms`, `error_rate`, `tokens`, `cost_usd`, or the name of a score. */
  readonly figure: string;
  /** For people: `p50`, `errors`. */
  readonly title: string;
  readonly unit: FigureUnit;
}

/** A figure of a sample. */
export interface FigureKind extends NamedFigure {
  /** The observations that it is estimated from. */
  readonly of: Figure;
  readonly better: 'lower' | 'higher';
  /** @param z - normal quantile of the interval */
  estimate(sample: Sample, z: number): Estimate | undefined;
}

/** Normal quantile of a two-sided interval of 95 %. */
export const Z95 = 1.959_963_985;

const quantile =
  (share: number): FigureKind['estimate'] =>
  (sample, z) =>
    estimateQuantile(sample, share, z);

const FIGURES: readonly FigureKind[] = [
  { figure: 'p50_ms', title: 'p50', unit: 'ms', of: 'durationMs', better: 'lower', estimate: quantile(0.5) },
  { figure: 'p95_ms', title: 'p95', unit: 'ms', of: 'durationMs', better: 'lower', estimate: quantile(0.95) },
  { figure: 'error_rate', title: 'errors', unit: 'share', of: 'error', better: 'lower', estimate: estimateShare },
  { figure: 'tokens', title: 'tokens', unit: 'tokens', of: 'tokens', better: 'lower', estimate: estimateMean },
  { figure: 'cost_usd', title: 'cost', unit: 'usd', of: 'costUsd', better: 'lower', estimate: estimateMean },
];

const SCORE = 'score ';

/** The figures of observations: those of the table, then scores by their names. */
export function figureKinds(observed: ReadonlyMap<Figure, unknown>): FigureKind[] {
  const scores = [...observed.keys()].filter((of) => of.startsWith(SCORE)).toSorted();
  const kinds = scores.map((of): FigureKind => {
    const name = of.slice(SCORE.length);
    return { figure: name, title: name, unit: 'score', of, better: 'higher', estimate: estimateMean };
  });
  return [...FIGURES, ...kinds].filter(({ of }) => observed.has(of));
}

/** The change that a difference shows, by its interval. */
export interface Change {
  /** The interval leaves 0 out. */
  readonly isChange: boolean;
  /** A change to more errors, time, tokens or cost, or to a lower score. */
  readonly isWorse: boolean;
}

/** Reads a change from a difference. */
export function changeOf({ better }: FigureKind, { low = 0, high = 0 }: Estimate): Change {
  const [isRise, isFall] = [low > 0, high < 0];
  return { isChange: isRise || isFall, isWorse: better === 'lower' ? isRise : isFall };
}
