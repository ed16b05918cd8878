/** Conditions of a filter. */

/** A value of a filter, as a text in quotes. */
export const quoted = (value: string): string => `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;

/** The condition that a field has a value; null: that it has none. */
export const conditionOf = (field: string, value: string | null): string =>
  value === null ? `-exists:${field}` : `${field}:${quoted(value)}`;
