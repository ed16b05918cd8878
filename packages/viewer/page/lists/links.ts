/** Addresses of the traces behind a figure. */

import { addressOf, scope } from '../route.ts';

/** A value of a filter, as a text in quotes. */
export const quoted = (value: string): string => `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;

/** The condition that a field has a value; an empty one is missing. */
export const conditionOf = (field: string, value: string): string =>
  value === '' ? `-exists:${field}` : `${field}:${quoted(value)}`;

/** The traces that fulfil conditions, beside the filter of the page. */
export function tracesWith(...conditions: readonly string[]): string {
  const { filter = '', ...rest } = scope();
  const own = filter === '' ? [] : [`(${filter})`];
  return addressOf({ page: 'traces', parameters: { ...rest, filter: [...own, ...conditions].join(' ') } });
}

/** A trace, and one of its spans. */
export function traceAt(id: string, span = ''): string {
  return addressOf({ page: 'trace', id, parameters: { ...scope(), span } });
}
