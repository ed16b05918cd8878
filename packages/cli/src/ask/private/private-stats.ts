/** Figures of groups with noise: what one user did, or whether they are in the log, cannot be inferred from them. */

import type { Value } from '@spanline/query';
import { type Bounds, type GroupSums, MICRO } from './bounded-groups.ts';

/** Figures that are published. Each gets an equal part of epsilon. */
const FIGURES = ['users', 'spans', 'errors', 'tokens', 'microUsd'] as const;
type Figure = (typeof FIGURES)[number];

/** Probability with which a group of one user is published, at most. */
export const DELTA = 1e-6;
/** The noise of a figure is below so many times its scale, in 19 of 20 cases: `ln(20)`. */
const OF_95_PERCENT = Math.log(20);

/** A group with noise. Counts are whole numbers from 0. */
export interface PrivateRow {
  readonly by: readonly (Value | undefined)[];
  readonly users: number;
  readonly spans: number;
  readonly errors: number;
  /** Errors by spans, both with noise, 0 to 1. */
  readonly errorRate: number;
  /** Input and output tokens, of each span up to the bound. */
  readonly tokens: number;
  readonly costUsd: number;
}

/** How much noise there is. */
export interface NoisePlan {
  /** Scale of the noise of each figure, in its unit. */
  readonly scales: Readonly<Record<Figure, number>>;
  /** Users that a group needs, with noise, to be published. */
  readonly leastUsers: number;
}

/** The most by which a user changes all groups of a figure, in sum. */
const sensitivities = ({ spans, groups, spanTokens, spanCostUsd }: Bounds): Readonly<Record<Figure, number>> => ({
  users: groups,
  spans,
  errors: spans,
  tokens: spans * spanTokens,
  microUsd: spans * Math.round(spanCostUsd * MICRO),
});

/** Plans the noise of an epsilon, for all figures together. */
export function planNoise(epsilon: number, bounds: Bounds): NoisePlan {
  const most = sensitivities(bounds);
  const scale = (figure: Figure): number => (most[figure] * FIGURES.length) / epsilon;
  const scales = {
    users: scale('users'),
    spans: scale('spans'),
    errors: scale('errors'),
    tokens: scale('tokens'),
    microUsd: scale('microUsd'),
  };
  // A user has at most `groups` groups of their own. Each is published with probability exp(-(leastUsers - 1) / scale).
  return { scales, leastUsers: 1 + Math.ceil(scales.users * Math.log(bounds.groups / DELTA)) };
}

/** How far a figure is from the exact one in 19 of 20 cases. */
export const reachOf = ({ scales }: NoisePlan, figure: Figure): number => scales[figure] * OF_95_PERCENT;

/** Adds noise, and leaves out groups of too few users. The order of the rows comes from figures with noise alone. */
export function addNoise(
  groups: readonly GroupSums[],
  { scales, leastUsers }: NoisePlan,
  noise: (scale: number) => number,
): PrivateRow[] {
  const noisy = (group: GroupSums, figure: Figure): number => Math.max(0, group[figure] + noise(scales[figure]));
  const rows = groups.flatMap((group): PrivateRow[] => {
    const users = noisy(group, 'users');
    if (users < leastUsers) return [];
    const spans = noisy(group, 'spans');
    const errors = noisy(group, 'errors');
    const errorRate = spans === 0 ? 0 : Math.min(1, errors / spans);
    const [tokens, costUsd] = [noisy(group, 'tokens'), noisy(group, 'microUsd') / MICRO];
    return [{ by: group.by, users, spans, errors, errorRate, tokens, costUsd }];
  });
  return rows.toSorted((a, b) => b.spans - a.spans || (JSON.stringify(a.by) < JSON.stringify(b.by) ? -1 : 1));
}
