/**
 * Converts the last `most` elements of a list. The result has the length of the list: its first places are empty if the
 * list is longer, so that the positions of elements and their number stay right.
 */
export function convertNewest<T>(values: readonly unknown[], most: number, convert: (value: unknown) => T): T[] {
  if (values.length <= most) return values.map(convert);
  const converted: T[] = [];
  converted.length = values.length;
  for (let index = values.length - most; index < values.length; index++) converted[index] = convert(values[index]);
  return converted;
}
