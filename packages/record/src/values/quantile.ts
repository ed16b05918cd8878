/**
 * The quantile of all figures: between the two nearest values, in proportion (type 7 of Hyndman and Fan). It is
 * `quantile_cont` of SQL and DuckDB, `quantile` of PromQL, and the default of NumPy and R.
 *
 * @param sorted - values in ascending order
 * @param share - 0 to 1
 * @returns `undefined` if there is no value
 */
export function quantileOf(sorted: ArrayLike<number>, share: number): number | undefined {
  if (sorted.length === 0) return undefined;
  return betweenRanks(share, sorted.length, (rank) => sorted[rank] ?? 0);
}

/**
 * The same for values that are known by their rank, such as those of a sketch.
 *
 * @param count - number of values, at least 1
 * @param valueAt - the value of a rank, from 0
 */
export function betweenRanks(share: number, count: number, valueAt: (rank: number) => number): number {
  const place = share * (count - 1);
  const low = Math.floor(place);
  const below = valueAt(low);
  return low === place ? below : below + (valueAt(low + 1) - below) * (place - low);
}
