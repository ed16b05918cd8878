/** The price of a call before it is made. */
import type { Tracer } from '../api/index.ts';
import type { BilledCall } from '../usage/index.ts';
import { isOwning, OWNER } from './guard.ts';

/**
 * The price of a call by the tracer's prices and the catalogue, in US dollars. A model on a machine of one's own
 * costs 0.
 *
 * @returns `undefined` if no price is known
 */
export function priceOf(tracer: Tracer, call: BilledCall): number | undefined {
  return isOwning(tracer) ? tracer[OWNER].priceOf(call) : undefined;
}
