/**
 * Single requests of copies of undici that publish no bodies: those before 7.11, and so that of Node before 24.4. Only
 * calls of models are touched.
 */

import type { ExchangeEvents } from '../exchange/index.ts';
import { lookOn } from './look-on.ts';
import { headersOf } from './transport.ts';

/** Methods by which a connection of undici reports to a request. They are the same in versions 5 to 7. */
const METHODS = ['onBodySent', 'onRequestSent', 'onHeaders', 'onData', 'onComplete', 'onError'] as const;

/** A request whose progress can be looked on at. */
export type Reported = Readonly<Record<(typeof METHODS)[number], unknown>>;

/** True for a request that has the methods. */
export function isReported(request: Partial<Reported>): request is Reported {
  return METHODS.every((name) => typeof request[name] === 'function');
}

/** Follows one request, by methods of its own that look on. */
export function followRequest(request: Reported, exchange: ExchangeEvents): void {
  const seen: Readonly<Record<keyof Reported, Parameters<typeof lookOn>[2]>> = {
    onBodySent: (chunk) => exchange.sent(chunk as Uint8Array | string),
    onRequestSent: () => exchange.sentAll(),
    onHeaders: (status, headers) => exchange.responded(status as number, headersOf(headers as Uint8Array[])),
    onData: (chunk) => exchange.received(chunk as Uint8Array),
    onComplete: () => exchange.ended(),
    onError: (error) => exchange.failed(error),
  };
  for (const name of METHODS) lookOn(request, name, seen[name]);
}
