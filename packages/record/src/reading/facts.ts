/** Facts of a span that every list, tree and sum states in the same way. */

import type { SpanRecord } from '../schema/index.ts';
import { number, text } from '../values/props.ts';

/** The name of a span in a list. A request without a route has its path, because its name is the method alone. */
export function titleOf(record: SpanRecord): string | undefined {
  const name = text(record['span.name']);
  const path = text(record['url.path']);
  const isBare = record['span.type'] === 'http' && text(record['http.route']) === undefined;
  if (!isBare || name === undefined || path === undefined || name.includes(path)) return name;
  return `${name} ${path}`;
}

/** An error that arose in this span; not one that a child passed on. */
export function isOwnError(record: SpanRecord): boolean {
  return record['span.status'] === 'error' && record['spanline.error.propagated'] !== true;
}

/** Values of `spanline.cost.reason` of calls for which nobody sends a bill: they leave a sum exact. */
export const UNBILLED_REASONS: readonly string[] = ['self_hosted', 'not_billed'];

/** A model call whose cost is not known. Sums with one are lower bounds. */
export function hasUnknownCost(record: SpanRecord): boolean {
  const reason = record['spanline.cost.reason'];
  if (number(record['spanline.cost.usd']) !== undefined) return false;
  return typeof reason === 'string' && !UNBILLED_REASONS.includes(reason);
}
