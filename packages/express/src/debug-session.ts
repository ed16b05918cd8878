import type { Request, RequestHandler } from 'express';
import { SpanlineError, type Tracer } from '@spanline/core';
import { amendContext, currentValues, sharedState } from '@spanline/instrumentation';
import { type DebugGrant, type DebugKey, requireAge, requireKey, verifyDebugToken } from './debug-token.ts';
import { type Exchange, exchangeOf } from './exchange.ts';

/** Options of {@link debugSession}. */
export interface DebugSessionOptions {
  /** At least 32 bytes, the same as that of `createDebugToken`. */
  key: DebugKey;
  /** Older tokens are refused, whatever they say themselves. @defaultValue 3600 */
  maxAgeSeconds?: number;
  /** Request header with the token. @defaultValue `x-spanline-debug` */
  header?: string;
  /** Cookie with the token, for browsers. @defaultValue `spanline_debug` */
  cookie?: string;
}

const DEFAULT_AGE = 3600;
const MAX_COOKIES = 16_384;
const HEADER_NAME = /^[\w-]+$/;

const refusals = sharedState('express.debug-refusals', () => new WeakMap<Tracer, { value: number }>());

/** Tokens that were refused; a gauge (`debug_tokens_refused`) on the tracer's stats line from the first on. */
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

/** True when the request is of whom the token is for, as the application identified it. */
function isFor({ subject, id }: DebugGrant): boolean {
  const { sessionId, userId } = currentValues();
  return id === (subject === 'session' ? sessionId : userId);
}

function raise({ span, tracer }: Exchange, { subject, issuedBy, expiresAt }: DebugGrant): void {
  amendContext(span, { capture: 'full', captureOverride: `debug_session:${issuedBy}` });
  const facts = {
    'event.name': 'spanline.audit',
    'spanline.capture.override': `debug_session:${issuedBy}`,
    'labels.debug_subject': subject,
    'labels.debug_expires': new Date(expiresAt * 1000).toISOString(),
  };
  tracer.logger.warn(facts, 'content capture raised for this request by a debug token');
}

/**
 * A debug switch for one session: a request with a valid token of `createDebugToken` is logged in full, though the tracer redacts or leaves content out. Mount it behind `spanlineExpress` and
 * behind whatever identifies the request, since a token holds for one session or user only. Its lines carry `spanline.capture.override`, and one audit line says who raised it. A token that is
 * forged, expired or of someone else changes nothing and is counted. Credentials are removed in every mode.
 *
 * @throws SpanlineError `ERR_INVALID_OPTION`
 */
export function debugSession(options: DebugSessionOptions): RequestHandler {
  const { key, maxAgeSeconds = DEFAULT_AGE, header = 'x-spanline-debug', cookie = 'spanline_debug' } = options;
  requireKey(key);
  requireAge(maxAgeSeconds);
  for (const [option, name] of Object.entries({ header, cookie })) {
    if (typeof name === 'string' && HEADER_NAME.test(name)) continue;
    throw new SpanlineError({ code: 'ERR_INVALID_OPTION', option, expected: 'a name of [A-Za-z0-9_-]', got: name });
  }
  const headerName = header.toLowerCase();

  function look(req: Request, exchange: Exchange): void {
    const token = tokenOf(req, headerName, cookie);
    if (token === undefined) return;
    const grant = verifyDebugToken(token, key, maxAgeSeconds);
    if (grant === undefined || !isFor(grant)) countRefusal(exchange.tracer);
    else raise(exchange, grant);
  }

  return function spanlineDebugSession(req, _res, next): void {
    const exchange = exchangeOf(req);
    exchange?.guard('express debug session', () => look(req, exchange));
    next();
  };
}
