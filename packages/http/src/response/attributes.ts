/** Attributes that are known when a response has closed. */

import type { SpanAttributes } from '@spanline/core';
import type { Exchange } from '../exchange/exchange.ts';
import type { Ending } from './ending.ts';

/** True for responses that have no body, even if the handler writes one. */
export function isBodyless(method: string | undefined, status: number): boolean {
  return method === 'HEAD' || status === 204 || status === 304;
}

/** Attributes of a response. If its head was never sent, only the route is known. */
export function responseAttributes(
  { status, isStreamed }: Ending,
  { firstByteMs, startedMs, bodyBytes }: Exchange,
  method: string,
  route: string | undefined,
): SpanAttributes {
  if (firstByteMs === undefined) return { 'http.route': route };
  return {
    'http.route': route,
    'http.response.status_code': status,
    'http.response.body.size': isBodyless(method, status) ? 0 : bodyBytes,
    'spanline.http.ttfb_ms': Math.round((firstByteMs - startedMs) * 1000) / 1000,
    'spanline.http.streaming': isStreamed ? true : undefined,
  };
}
