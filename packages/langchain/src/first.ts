/** The first value that is there; `0` and `false` are. */
export function first(...values: unknown[]): unknown {
  return values.find((value) => value !== undefined && value !== null);
}
