import { kolmogorovSmirnovOfCounts } from '@spanline/record/statistics';
import type { ScoreCounts } from './score-counts.ts';

/**
 * A distance that is at least as likely by chance is none. A window is read up to 60 times, each with a bucket that is
 * new. So fewer than one in 1,000 windows has a distance by chance.
 */
const CHANCE = 1e-5;

/**
 * Distance of the scores of a window from the usual ones: the largest one of their distribution functions, 0 to 1, by
 * the two-sample Kolmogorov–Smirnov test. It is 0 if it may be chance.
 */
export function scoreDrift(scores: ScoreCounts, usual: ScoreCounts): number {
  const { statistic, p } = kolmogorovSmirnovOfCounts(usual.counts, scores.counts);
  return p < CHANCE ? statistic : 0;
}
