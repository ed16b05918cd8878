/** The user and session of a request. */

import type { ContextValues } from '@spanline/core';
import { amendContext, props } from '@spanline/instrumentation';
import { exchangeOf } from '../exchange/request-state.ts';

/** User, session and labels of a request. */
export interface Identity {
  /** Written as `user.id`. */
  userId?: string | number | undefined;
  /** Written as `session.id`. */
  sessionId?: string | number | undefined;
  /** Written as `labels.<key>`. Up to 32; values that are not scalars are left out. */
  labels?: Readonly<Record<string, string | number | boolean | null | undefined>> | undefined;
}

const FIELDS = ['userId', 'sessionId', 'labels'] as const satisfies readonly (keyof Identity)[];

/** The values that an identity has. The context checks them. */
export function identityValues(identity: unknown): ContextValues {
  const given = props(identity);
  const values: Record<string, unknown> = {};
  for (const key of FIELDS) {
    const value = given[key];
    if (value !== undefined && value !== null && value !== '') values[key] = value;
  }
  return values;
}

/**
 * Sets the user and session of a request, once they are known. The identity is written on the line of the request, on
 * spans that are still open, and on all later spans and application lines. Does nothing for a request without a span.
 * Never throws.
 *
 * @param key - the message of the request: Node's, or the `Request` of the Web
 */
export function identifyRequest(key: object, identity: Identity): void {
  const exchange = exchangeOf(key);
  if (exchange === undefined) return;
  exchange.guard('http identify', () => amendContext(exchange.span, identityValues(identity)));
}
