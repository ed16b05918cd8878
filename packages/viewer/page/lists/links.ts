/** Addresses of the traces behind a figure. */

import { addressOf, scope } from '../route.ts';

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
