/** The user and session of a request. */

import type { Request } from 'express';
import type { ContextValues, Labels } from '@spanline/core';
import { amendContext } from '@spanline/instrumentation';
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

const MAX_LABELS = 32;

function idOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value;
  return typeof value === 'number' || typeof value === 'bigint' ? String(value) : undefined;
}

function isLabel(entry: [string, unknown]): entry is [string, Labels[string]] {
  const [, value] = entry;
  return typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value);
}

function labelsOf(given: Readonly<Record<string, unknown>>): Labels {
  return Object.fromEntries(Object.entries(given).filter(isLabel).slice(0, MAX_LABELS));
}

/** An identity as values of the context. Anything else gives no values. */
export function identityValues(identity: unknown): ContextValues {
  if (typeof identity !== 'object' || identity === null) return {};
  const { userId, sessionId, labels } = identity as Identity;
  const values: ContextValues = {};
  const user = idOf(userId);
  const session = idOf(sessionId);
  if (user !== undefined) values.userId = user;
  if (session !== undefined) values.sessionId = session;
  if (typeof labels === 'object' && labels !== null) values.labels = labelsOf(labels);
  return values;
}

/**
 * Sets the user and session of a request, once they are known: behind the middleware that authenticates. The identity
 * is written on the line of the request, on spans that are still open, and on all later spans and application lines.
 * May be called again: later values replace earlier ones, and labels are merged. Does nothing for a request without a
 * span. Never throws.
 *
 * @example
 * ```ts
 * import { identify } from '@spanline/express';
 * import express from 'express';
 *
 * const app = express();
 * app.use((req, res, next) => {
 *   identify(req, { userId: res.locals['user']?.id, labels: { tenant: 'acme' } });
 *   next();
 * });
 * ```
 */
export function identify(req: Request, identity: Identity): void {
  const exchange = exchangeOf(req);
  if (exchange === undefined) return;
  exchange.guard('express identify', () => amendContext(exchange.span, identityValues(identity)));
}
