/** The origin of a request: its id, and the caller's trace as far as the caller is trusted. */

import type { IncomingHttpHeaders } from 'node:http';
import type { Tracer } from '@spanline/core';
import { type Guard, holds, type RemoteCaller, remoteCaller } from '@spanline/instrumentation';
import type { RequestReader } from './reader.ts';
import { acceptRequestId, newRequestId } from './request-id.ts';

/** Rules for trusting callers. */
export interface TrustRules<Req> {
  readonly tracer: Tracer;
  readonly trustIncoming: (req: Req) => boolean;
  /** Keys of baggage to pass on. */
  readonly baggage: readonly string[];
  /** Lower case. */
  readonly requestIdHeader: string;
  readonly requestId: ((req: Req) => string | undefined) | undefined;
}

/** The origin of a request. */
export interface Origin extends RemoteCaller {
  readonly requestId: string;
  readonly headers: IncomingHttpHeaders;
}

/** An id as text. Those of pino-http are whole numbers. */
function textOf(id: unknown): unknown {
  return Number.isSafeInteger(id) ? String(id) : id;
}

/**
 * The id of a request. The first of these that is acceptable: the application's, that of an earlier middleware (on the
 * request, or in the header of the response), the caller's, a new one.
 */
function requestIdOf<Req, Res>(
  req: Req,
  res: Res,
  read: RequestReader<Req, Res>,
  headers: IncomingHttpHeaders,
  { requestId, requestIdHeader }: TrustRules<Req>,
  guard: Guard,
): string {
  const own = requestId === undefined ? undefined : guard('http requestId', () => requestId(req));
  return (
    acceptRequestId(textOf(own)) ??
    acceptRequestId(textOf(read.givenId(req))) ??
    acceptRequestId(textOf(read.givenHeader(res, requestIdHeader))) ??
    acceptRequestId(headers[requestIdHeader]) ??
    newRequestId()
  );
}

/** Reads the request id and the trace context of a request. */
export function originOf<Req, Res>(
  req: Req,
  res: Res,
  read: RequestReader<Req, Res>,
  rules: TrustRules<Req>,
  guard: Guard,
): Origin {
  const { tracer, trustIncoming, baggage } = rules;
  const headers = read.headers(req);
  const requestId = requestIdOf(req, res, read, headers, rules, guard);
  if (headers.traceparent === undefined) {
    return { requestId, headers, parent: undefined, link: undefined, baggage: undefined };
  }
  const remote = tracer.extract(headers);
  const { parent, link, baggage: kept } = remoteCaller(remote, () => holds(trustIncoming, req), baggage);
  return { requestId, headers, parent, link, baggage: kept };
}
