/** The first value that is neither `undefined` nor `null`. */
export function first(...values: unknown[]): unknown {
  return values.find((value) => value !== undefined && value !== null);
}
