/** Usage that a provider's client received within the span of a framework's call. */

import type { Span } from '@spanline/core';
import { addUsage, type AnswerUsage, type NormalizedUsage, sharedState } from '@spanline/core/internal';

/** Limit of requests that are kept of one call. */
const MAX_REQUESTS = 10_000;

const requests = sharedState('usage.requests', () => new WeakMap<Span, AnswerUsage[]>());

/** Adds the answer of one more request that a framework makes for the call of `span`. */
export function observeUsage(span: Span, usage: AnswerUsage): void {
  const known = requests.get(span);
  if (known === undefined) requests.set(span, [usage]);
  else if (known.length < MAX_REQUESTS) known.push(usage);
}

/**
 * The usage of all requests that clients have made for the call of `span` so far. `undefined` where no client is
 * traced.
 *
 * @param isBroken - the call ended early
 */
export function observedUsage(span: Span, isBroken = false): NormalizedUsage | undefined {
  let sum: NormalizedUsage | undefined;
  for (const request of requests.get(span) ?? []) {
    const usage = request.read(isBroken);
    if (usage !== undefined) sum = addUsage(sum, usage);
  }
  return sum;
}
