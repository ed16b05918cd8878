/** The value that divides bad traces from good ones. */

/** Share of the variance that lies between two groups. Values without groups reach 0.75 if they are spread evenly. */
const MIN_SEPARATION = 0.85;
const WORST_SHARE = 0.1;
const MIN_BAD = 2;

/** A limit, and how it was found. */
export interface Limit {
  /** Values above it are bad. */
  readonly above: number;
  /**
   * - `given`: it came with the question
   * - `groups`: the values fall into two groups
   * - `share`: the worst tenth is bad
   */
  readonly from: 'given' | 'groups' | 'share';
}

/** Positive values are compared by their ratio, all others by their difference. */
function scaled(values: readonly number[]): readonly number[] {
  return (values[0] ?? 0) > 0 ? values.map(Math.log) : values;
}

/** Otsu's limit: the one that leaves the least variance within the two groups. The bad group is the smaller one. */
function groups(sorted: readonly number[]): { index: number; separation: number } | undefined {
  const values = scaled(sorted);
  const count = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const total = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  if (!(total > 0)) return undefined;
  let best: { index: number; separation: number } | undefined;
  let left = 0;
  for (let index = 1; index < count; index++) {
    left += values[index - 1] ?? 0;
    if (index * 2 < count || count - index < MIN_BAD || sorted[index] === sorted[index - 1]) continue;
    const apart = left / index - (mean * count - left) / (count - index);
    const separation = (index * (count - index) * apart ** 2) / (count * total);
    if (separation > (best?.separation ?? 0)) best = { index, separation };
  }
  return best;
}

/**
 * Finds the limit of values of which high ones are bad. It looks at the values alone, so that it cannot favour a cause.
 *
 * @returns `undefined` if all values are the same
 */
export function findLimit(values: readonly number[]): Limit | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  const found = groups(sorted);
  if (found !== undefined && found.separation >= MIN_SEPARATION) {
    return { above: sorted[found.index - 1] ?? 0, from: 'groups' };
  }
  const from = sorted.length - Math.max(MIN_BAD, Math.floor(sorted.length * WORST_SHARE));
  for (let index = Math.max(1, from); index < sorted.length; index++) {
    const [below, value] = [sorted[index - 1] ?? 0, sorted[index] ?? 0];
    if (below < value) return { above: below, from: 'share' };
  }
  return undefined;
}
