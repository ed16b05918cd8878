/** Raises the capture of requests that bring a debug token. */

import type { IncomingHttpHeaders } from 'node:http';
import type { Tracer } from '@spanline/core';
import { amendContext, checkOptions, currentValues, option, type Shape, sharedState } from '@spanline/instrumentation';
import type { Exchange } from '../exchange/exchange.ts';
import { exchangeOf } from '../exchange/request-state.ts';
import { type DebugGrant, type DebugKey, keyCheck, requireKey, secondsCheck, verifyDebugToken } from './debug-token.ts';

/** Options of a debug session. */
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

const refusals = sharedState('http-debug-refusals', () => new WeakMap<Tracer, { value: number }>());

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

function cookieOf(cookies: string | undefined, name: string): string | undefined {
  if (cookies === undefined || cookies.length > MAX_COOKIES) return undefined;
  const found = cookies.split(';').find((pair) => pair.trimStart().startsWith(`${name}=`));
  return found?.trim().slice(name.length + 1);
}

function tokenOf(headers: IncomingHttpHeaders, header: string, cookie: string): string | undefined {
  const value = headers[header];
  return typeof value === 'string' && value !== '' ? value : cookieOf(headers.cookie, cookie);
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
 * Raises the capture of a request, if its headers have a valid token. Runs in the context of the request. Does nothing
 * for a request without a span.
 *
 * @param message - the one that stands for the request: Node's, or the `Request` of the Web
 */
export type DebugSwitch = (message: object, headers: IncomingHttpHeaders) => void;

/**
 * Creates the switch of {@link DebugSessionOptions}. Never throws afterwards.
 *
 * @throws SpanlineError `ERR_INVALID_OPTION`
 */
export function createDebugSwitch(options: DebugSessionOptions): DebugSwitch {
  checkOptions(SHAPE, options);
  const { key, maxAgeSeconds = DEFAULT_AGE, header = 'x-spanline-debug', cookie = 'spanline_debug' } = options;
  requireKey(key);
  const headerName = header.toLowerCase();

  function apply(exchange: Exchange, headers: IncomingHttpHeaders): void {
    const token = tokenOf(headers, headerName, cookie);
    if (token === undefined) return;
    const grant = verifyDebugToken(token, key, maxAgeSeconds);
    if (grant === undefined || !isFor(grant)) countRefusal(exchange.tracer);
    else raiseCapture(exchange, grant);
  }

  return (message, headers) => {
    const exchange = exchangeOf(message);
    exchange?.guard('http debug session', () => apply(exchange, headers));
  };
}
