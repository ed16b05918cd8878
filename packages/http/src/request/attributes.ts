/** Attributes that are known when a request arrives. */

import type { IncomingHttpHeaders } from 'node:http';
import type { SpanAttributes } from '@spanline/core';
import type { RequestReader } from './reader.ts';

function sizeOf(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  const size = Number(header);
  return Number.isSafeInteger(size) && size >= 0 ? size : undefined;
}

const SLASH = 0x2f;
/** Scheme and authority. The authority ends where a path, a query or a fragment begins. */
const AUTHORITY = /^[^/?#]*:\/\/[^/?#]*/;

/**
 * The path of a request's target. Of a target in absolute form (`GET http://user:password@host/path`), only the path is
 * kept.
 */
function pathOf(target: string): string {
  const local = target.charCodeAt(0) === SLASH ? target : target.replace(AUTHORITY, '');
  const query = local.indexOf('?');
  const path = query < 0 ? local : local.slice(0, query);
  const fragment = path.indexOf('#');
  return (fragment < 0 ? path : path.slice(0, fragment)) || '/';
}

const MAPPED = '::ffff:';

/** A dual-stack socket shows an IPv4 address as an IPv6 one. */
function plainAddress(address: string | undefined): string | undefined {
  return address?.startsWith(MAPPED) && address.includes('.') ? address.slice(MAPPED.length) : address;
}

/** Attributes of a request. The query is left out: it often holds tokens. */
export function requestAttributes<Req>(
  req: Req,
  read: RequestReader<Req, never>,
  method: string,
  headers: IncomingHttpHeaders,
): SpanAttributes {
  return {
    'http.request.method': method,
    'url.scheme': read.scheme(req),
    'url.path': pathOf(read.target(req)),
    'client.address': plainAddress(read.address(req)),
    'user_agent.original': headers['user-agent'],
    'network.protocol.version': read.version(req),
    'http.request.body.size': sizeOf(headers['content-length']),
  };
}
