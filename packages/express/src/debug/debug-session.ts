/** Raises the capture of requests that bring a debug token. */

import type { Request, RequestHandler } from 'express';
import type { Tracer } from '@spanline/core';
import { amendContext, checkOptions, currentValues, option, type Shape, sharedState } from '@spanline/instrumentation';
import type { Exchange } from '../exchange/exchange.ts';
import { exchangeOf } from '../exchange/request-state.ts';
import { type DebugGrant, type DebugKey, keyCheck, requireKey, secondsCheck, verifyDebugToken } from './debug-token.ts';

/** Options of {@link debugSession}. */
export interface DebugSessionOptions {
  /** At least 32 bytes, the same as that of `createDebugToken`. */
  key: DebugKey;
  /** Seconds after which a token is refused, even if it has not expired. @defaultValue 3600 */
  maxAgeSeconds?: number;
  /** Request header with the token. @defaultValue `x-spanline-debug` */
  header?: string;
  /** Cookie with the token, for browsers. @defaultValue `spanline_debug` */
  cookie?: string;
}

const DEFAULT_AGE = 3600;
const MAX_COOKIES = 16_384;
const nameCheck = option.like<string>(
  'a name of [A-Za-z0-9_-]',
  (value) => typeof value === 'string' && /^[\w-]+$/.test(value),
);

const SHAPE: Shape<DebugSessionOptions> = {
  key: keyCheck,
  maxAgeSeconds: secondsCheck,
  header: nameCheck,
  cookie: nameCheck,
};

const refusals = sharedState('express.debug-refusals', () => new WeakMap<Tracer, { value: number }>());

/** Counts refused tokens: a gauge (`debug_tokens_refused`) on the stats line, from the first one on. */
function countRefusal(tracer: Tracer): void {
  let counter = refusals.get(tracer);
  if (counter === undefined) {
    const created = { value: 0 };
    tracer.gauge('debug_tokens_refused', () => created.value);
    refusals.set(tracer, created);
    counter = created;
  }
  counter.value++;
}

function cookieOf(req: Request, name: string): string | undefined {
  const cookies = req.headers.cookie;
  if (cookies === undefined || cookies.length > MAX_COOKIES) return undefined;
  const found = cookies.split(';').find((pair) => pair.trimStart().startsWith(`${name}=`));
  return found?.trim().slice(name.length + 1);
}

function tokenOf(req: Request, header: string, cookie: string): string | undefined {
  const value = req.headers[header];
  return typeof value === 'string' && value !== '' ? value : cookieOf(req, cookie);
}

/** True if the application identified the request as one of the token's session or user. */
function isFor({ subject, id }: DebugGrant): boolean {
  const { sessionId, userId } = currentValues();
  return id === (subject === 'session' ? sessionId : userId);
}

function raiseCapture({ span, tracer }: Exchange, { subject, issuedBy, expiresAt }: DebugGrant): void {
  amendContext(span, { capture: 'full', captureOverride: `debug_session:${issuedBy}` });
  const attributes = {
    'event.name': 'spanline.audit',
    'spanline.capture.override': `debug_session:${issuedBy}`,
    'labels.debug_subject': subject,
    'labels.debug_expires': new Date(expiresAt * 1000).toISOString(),
  };
  tracer.logger.warn(attributes, 'content capture raised for this request by a debug token');
}

/**
 * A debug switch for one session: a request with a valid token of `createDebugToken` is logged in full, although the
 * tracer redacts or omits content. Mount it behind `spanlineExpress` and behind the middleware that identifies the
 * request, because a token is for one session or user.
 *
 * - The lines carry `spanline.capture.override`, and one audit line names who issued the token.
 * - A token that is forged, expired or someone else's changes nothing and is counted.
 * - Credentials are removed in every mode.
 *
 * @throws SpanlineError `ERR_INVALID_OPTION`
 */
export function debugSession(options: DebugSessionOptions): RequestHandler {
  checkOptions(SHAPE, options);
  const { key, maxAgeSeconds = DEFAULT_AGE, header = 'x-spanline-debug', cookie = 'spanline_debug' } = options;
  requireKey(key);
  const headerName = header.toLowerCase();

  function apply(req: Request, exchange: Exchange): void {
    const token = tokenOf(req, headerName, cookie);
    if (token === undefined) return;
    const grant = verifyDebugToken(token, key, maxAgeSeconds);
    if (grant === undefined || !isFor(grant)) countRefusal(exchange.tracer);
    else raiseCapture(exchange, grant);
  }

  return function spanlineDebugSession(req, _res, next): void {
    const exchange = exchangeOf(req);
    exchange?.guard('express debug session', () => apply(req, exchange));
    next();
  };
}
