import type { SpanAttributes } from '@spanline/core';
import type { Request, Response } from 'express';

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

function sizeOf(header: unknown): number | undefined {
  const size = typeof header === 'string' || typeof header === 'number' ? Number(header) : Number.NaN;
  return Number.isSafeInteger(size) && size >= 0 ? size : undefined;
}

function pathOf(url: string): string {
  const query = url.indexOf('?');
  return query < 0 ? url : url.slice(0, query);
}

/** What is known when a request comes in. The query is left out: it holds tokens too often. */
export function requestAttributes(req: Request, method: string): SpanAttributes {
  return {
    'http.request.method': method,
    'url.scheme': req.protocol,
    'url.path': pathOf(req.originalUrl),
    'client.address': req.ip,
    'user_agent.original': req.headers['user-agent'],
    'network.protocol.version': req.httpVersion,
    'http.request.body.size': sizeOf(req.headers['content-length']),
  };
}

/** What is known when its response has closed. */
export function responseAttributes(
  res: Response,
  route: string | undefined,
  ttfbMs: number | undefined,
): SpanAttributes {
  const sent = res.headersSent;
  const streaming = sent && res.chunkedEncoding;
  return {
    'http.route': route,
    'http.response.status_code': sent ? res.statusCode : undefined,
    'http.response.body.size': sent && res.writableFinished ? sizeOf(res.getHeader('content-length')) : undefined,
    'spanline.http.ttfb_ms': ttfbMs,
    'spanline.http.streaming': streaming ? true : undefined,
  };
}
