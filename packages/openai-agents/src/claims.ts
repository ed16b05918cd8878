/**
 * The recording that a trace of the SDK belongs to, where several are registered: two processors, or two copies of this
 * package. Only one writes to a log, which is known by its logger: the default tracer stands for the application's.
 */

import type { Tracer } from '@spanline/core';
import { BoundedMap, sharedState } from '@spanline/instrumentation';

/** More traces than these are not open at once. */
const MAX_OPEN = 50_000;
/** A processor behind a slow one gets spans after another one has ended their trace. */
const MAX_ENDED = 1000;
/** The starts of one span are not further apart than this many spans of its trace. */
const MAX_SPANS = 10_000;

/** A trace in one log. */
interface Claim {
  readonly owner: object;
  /** The SDK's ids of spans that have started. */
  readonly spans: Set<string>;
}

/** The traces in one log, by the SDK's id. */
interface Claims {
  readonly open: BoundedMap<string, Claim>;
  readonly ended: BoundedMap<string, Claim>;
}

const logs = sharedState('openai-agents.claims', () => new WeakMap<object, Claims>());

function claimsOf({ logger }: Tracer): Claims {
  let known = logs.get(logger);
  if (known === undefined)
    logs.set(logger, (known = { open: new BoundedMap(MAX_OPEN), ended: new BoundedMap(MAX_ENDED) }));
  return known;
}

/** The claim of a trace. The first owner that asks has it until it is released. */
function claimOf(tracer: Tracer, traceId: string, owner: object): Claim {
  const { open, ended } = claimsOf(tracer);
  let claim = open.get(traceId);
  if (claim === undefined) open.set(traceId, (claim = { owner, spans: ended.get(traceId)?.spans ?? new Set() }));
  return claim;
}

/** Claims a trace. @returns true if the trace is the owner's */
export function claimTrace(tracer: Tracer, traceId: string, owner: object): boolean {
  return claimOf(tracer, traceId, owner).owner === owner;
}

/** Releases a trace that has ended. Another one may have the same id. */
export function releaseTrace(tracer: Tracer, traceId: string): void {
  const { open, ended } = claimsOf(tracer);
  const claim = open.get(traceId);
  open.delete(traceId);
  if (claim !== undefined) ended.set(traceId, claim);
}

/** Claims a span of the owner's traces, which has one start. @returns true the first time */
export function claimSpan(tracer: Tracer, traceId: string, spanId: string, owner: object): boolean {
  const { owner: first, spans } = claimOf(tracer, traceId, owner);
  if (first !== owner || spans.has(spanId)) return false;
  if (spans.size >= MAX_SPANS) spans.clear();
  spans.add(spanId);
  return true;
}
