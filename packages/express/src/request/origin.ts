/** The origin of a request: its id, and the caller's trace as far as the caller is trusted. */

import type { Request, Response } from 'express';
import type { Tracer } from '@spanline/core';
import type { Guard } from '@spanline/instrumentation';
import { acceptRequestId, newRequestId } from './request-id.ts';

/** A remote caller's context, as the tracer reads it. */
type RemoteCaller = NonNullable<ReturnType<Tracer['extract']>>;

/** Rules for trusting callers. */
export interface TrustRules {
  readonly tracer: Tracer;
  readonly trustIncoming: (req: Request) => boolean;
  /** Keys of baggage to pass on. */
  readonly baggage: readonly string[];
  /** Lower case. */
  readonly requestIdHeader: string;
  readonly requestId: ((req: Request) => string | undefined) | undefined;
}

/** The origin of a request. */
export interface Origin {
  readonly requestId: string;
  /** The trusted caller whose trace is continued. */
  readonly parent: RemoteCaller | undefined;
  /** The trace of a caller that is not trusted. */
  readonly link: { traceId: string } | undefined;
  /** Allow-listed baggage of a trusted caller. */
  readonly baggage: Record<string, string> | undefined;
}

/** Calls a predicate of the application. One that throws counts as false. */
export function holds(predicate: (req: Request) => boolean, req: Request): boolean {
  try {
    return predicate(req);
  } catch {
    return false;
  }
}

function pick(baggage: RemoteCaller['baggage'], allowed: readonly string[]): Record<string, string> | undefined {
  if (baggage === undefined || allowed.length === 0) return undefined;
  const picked = allowed.filter((key) => Object.hasOwn(baggage, key)).map((key) => [key, baggage[key] ?? ''] as const);
  return picked.length === 0 ? undefined : Object.fromEntries(picked);
}

/** An id as text. Those of pino-http are whole numbers. */
function textOf(id: unknown): unknown {
  return Number.isSafeInteger(id) ? String(id) : id;
}

/**
 * The id of a request. The first of these that is acceptable: the application's, that of an earlier middleware
 * (`req.id` or the header of the response), the caller's, a new one.
 */
function requestIdOf(req: Request, res: Response, { requestId, requestIdHeader }: TrustRules, guard: Guard): string {
  const own = requestId === undefined ? undefined : guard('express requestId', () => requestId(req));
  return (
    acceptRequestId(textOf(own)) ??
    acceptRequestId(textOf((req as { id?: unknown }).id)) ??
    acceptRequestId(textOf(res.getHeader(requestIdHeader))) ??
    acceptRequestId(req.headers[requestIdHeader]) ??
    newRequestId()
  );
}

/** Reads the request id and the trace context of a request. */
export function originOf(req: Request, res: Response, rules: TrustRules, guard: Guard): Origin {
  const { tracer, trustIncoming, baggage } = rules;
  const requestId = requestIdOf(req, res, rules, guard);
  const remote = req.headers.traceparent === undefined ? undefined : tracer.extract(req.headers);
  if (remote === undefined) return { requestId, parent: undefined, link: undefined, baggage: undefined };
  if (!holds(trustIncoming, req)) {
    return { requestId, parent: undefined, link: { traceId: remote.traceId }, baggage: undefined };
  }
  return { requestId, parent: remote, link: undefined, baggage: pick(remote.baggage, baggage) };
}
