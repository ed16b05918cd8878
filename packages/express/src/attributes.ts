import type { Request, Response } from 'express';
import type { SpanAttributes } from '@spanline/core';
import type { Exchange } from './exchange.ts';

/** Methods of OpenTelemetry's HTTP conventions; any other is `_OTHER`, so that callers cannot invent values. */
const METHODS: ReadonlySet<string> = new Set([
  'CONNECT',
  'DELETE',
  'GET',
  'HEAD',
  'OPTIONS',
  'PATCH',
  'POST',
  'PUT',
  'QUERY',
  'TRACE',
]);

/** The method as an attribute. */
export function methodOf(req: Request): string {
  return METHODS.has(req.method) ? req.method : '_OTHER';
}

/** The name of a request's span: `POST /ask/:id`, or the method alone where no route is known. */
export function spanName(method: string, route: string | undefined): string {
  const verb = method === '_OTHER' ? 'HTTP' : method;
  return route === undefined ? verb : `${verb} ${route}`;
}

function sizeOf(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  const size = Number(header);
  return Number.isSafeInteger(size) && size >= 0 ? size : undefined;
}

const SLASH = 0x2f;

/** The path of a request's target. A target in absolute form (`GET http://user:password@host/path`) loses what stands before its path. */
function pathOf(target: string): string {
  let from = 0;
  if (target.charCodeAt(0) !== SLASH) {
    const authority = target.indexOf('://');
    if (authority >= 0) from = target.indexOf('/', authority + 3);
    if (from < 0) return '/';
  }
  const query = target.indexOf('?', from);
  return query < 0 ? target.slice(from) : target.slice(from, query);
}

const MAPPED = '::ffff:';

/** A dual-stack socket shows an IPv4 address as an IPv6 one. */
function plainAddress(address: string | undefined): string | undefined {
  return address?.startsWith(MAPPED) && address.includes('.') ? address.slice(MAPPED.length) : address;
}

/** What is known when a request comes in. The query is left out: it holds tokens too often. */
export function requestAttributes(req: Request, method: string): SpanAttributes {
  return {
    'http.request.method': method,
    'url.scheme': req.protocol,
    'url.path': pathOf(req.originalUrl),
    'client.address': plainAddress(req.ip),
    'user_agent.original': req.headers['user-agent'],
    'network.protocol.version': req.httpVersion,
    'http.request.body.size': sizeOf(req.headers['content-length']),
  };
}

/** Responses that have no body whatever the handler writes. */
function isBodyless(method: string, status: number): boolean {
  return method === 'HEAD' || status === 204 || status === 304;
}

/** What is known when its response has closed. Of a response whose head never left, only the route is. */
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
