/** Attributes that are known when a response has closed. */

import type { Response } from 'express';
import type { SpanAttributes } from '@spanline/core';
import type { Exchange } from '../exchange/exchange.ts';

/** True for responses that have no body, even if the handler writes one. */
function isBodyless(method: string, status: number): boolean {
  return method === 'HEAD' || status === 204 || status === 304;
}

/** Attributes of a response. If its head was never sent, only the route is known. */
export function responseAttributes(
  res: Response,
  exchange: Exchange,
  method: string,
  route: string | undefined,
): SpanAttributes {
  const { firstByteMs, startedMs, bodyBytes } = exchange;
  if (firstByteMs === undefined) return { 'http.route': route };
  return {
    'http.route': route,
    'http.response.status_code': res.statusCode,
    'http.response.body.size': isBodyless(method, res.statusCode) ? 0 : bodyBytes,
    'spanline.http.ttfb_ms': Math.round((firstByteMs - startedMs) * 1000) / 1000,
    'spanline.http.streaming': res.chunkedEncoding ? true : undefined,
  };
}
