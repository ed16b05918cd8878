/** Usage that was received within the span of a framework's call, by a provider's client or on the wire below it. */

import type { Span } from '@spanline/core';
import { addUsage, type AnswerUsage, type NormalizedUsage, spanNotes } from '@spanline/core/internal';

/** Who sees a request: the client that the application calls, or the HTTP connection below it. */
export type RequestLayer = 'client' | 'http';

/** Reads the usage that one request has had so far. */
export type RequestUsage = Pick<AnswerUsage, 'read'>;

/** Limit of requests that are kept of one call, for each layer. */
const MAX_REQUESTS = 10_000;

const requests = spanNotes<Record<RequestLayer, RequestUsage[]>>('usage.requests.2');

/** Adds the answer of one more request that a framework makes for the call of `span`. */
export function observeUsage(span: Span, usage: RequestUsage, layer: RequestLayer): void {
  const known = requests.of(span) ?? { client: [], http: [] };
  requests.put(span, known);
  if (known[layer].length < MAX_REQUESTS) known[layer].push(usage);
}

/**
 * The usage of all requests that were made for the call of `span` so far. `undefined` where nothing sees them. Both
 * layers see the same requests: those of HTTP count if they are at least as many. A client may have answers that came
 * another way.
 *
 * @param isBroken - the call ended early
 */
export function observedUsage(span: Span, isBroken = false): NormalizedUsage | undefined {
  const { client = [], http = [] } = requests.of(span) ?? {};
  let sum: NormalizedUsage | undefined;
  for (const request of http.length >= client.length ? http : client) {
    const usage = request.read(isBroken);
    if (usage !== undefined) sum = addUsage(sum, usage);
  }
  return sum;
}
