/** Scores of an experiment as text. */
import type { ScoreComparison } from '../experiment/compare.ts';
import type { ScoreSummary } from '../experiment/results.ts';

const short = (value: number): string => value.toFixed(3);
const signed = (value: number): string => `${value < 0 ? '' : '+'}${short(value)}`;

/** One line for each score. */
export function summaryText(scores: readonly ScoreSummary[]): string {
  return scores
    .map(({ name, mean, interval: { low, high }, items, runs }) => {
      return `${name} ${short(mean)} (${short(low)} to ${short(high)}), ${items} items, ${runs} runs`;
    })
    .join('\n');
}

/** One line for each score that both have. */
export function comparisonText(scores: readonly ScoreComparison[]): string {
  return scores
    .map(({ name, baseline, mean, difference, interval: { low, high }, p, items, verdict }) => {
      const change = `${signed(difference)} (${signed(low)} to ${signed(high)})`;
      return `${name} ${short(baseline)} → ${short(mean)}, ${change}, p ${short(p)}, ${items} items: ${verdict}`;
    })
    .join('\n');
}
