import type { Request } from 'express';
import type { Tracer } from '@spanline/core';
import type { ResolvedOptions } from './options.ts';
import { acceptRequestId, newRequestId } from './request-id.ts';

/** A remote caller's context, as the tracer reads it. */
type Remote = NonNullable<ReturnType<Tracer['extract']>>;

/** Where a request comes from, as far as its caller is believed. */
export interface Origin {
  readonly requestId: string;
  /** The trusted caller whose trace is continued. */
  readonly parent: Remote | undefined;
  /** The trace of a caller that is not trusted. */
  readonly link: { traceId: string } | undefined;
  /** Allow-listed baggage of a trusted caller. */
  readonly baggage: Record<string, string> | undefined;
}

/** Asks a predicate of the application; one that throws says no. */
export function says(predicate: (req: Request) => boolean, req: Request): boolean {
  try {
    return predicate(req);
  } catch {
    return false;
  }
}

function pick(baggage: Remote['baggage'], allowed: readonly string[]): Record<string, string> | undefined {
  if (baggage === undefined || allowed.length === 0) return undefined;
  const picked = allowed.filter((key) => Object.hasOwn(baggage, key)).map((key) => [key, baggage[key] ?? ''] as const);
  return picked.length === 0 ? undefined : Object.fromEntries(picked);
}

/** Reads the headers that say where a request comes from. */
export function originOf(req: Request, { tracer, trustIncoming, baggage, requestIdHeader }: ResolvedOptions): Origin {
  const requestId = acceptRequestId(req.headers[requestIdHeader]) ?? newRequestId();
  const remote = req.headers.traceparent === undefined ? undefined : tracer.extract(req.headers);
  if (remote === undefined) return { requestId, parent: undefined, link: undefined, baggage: undefined };
  if (!says(trustIncoming, req)) {
    return { requestId, parent: undefined, link: { traceId: remote.traceId }, baggage: undefined };
  }
  return { requestId, parent: remote, link: undefined, baggage: pick(remote.baggage, baggage) };
}
