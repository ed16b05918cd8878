/**
 * The recording that a trace of the SDK belongs to, where several are registered: two processors, or two copies of this
 * package. Only one writes to a log, which is known by its logger: the default tracer stands for the application's.
 */

import type { Tracer } from '@spanline/core';
import { BoundedMap, sharedState } from '@spanline/instrumentation';

/** More traces and spans than these are not open at once. */
const MAX_IDS = 50_000;

/** Owners by the SDK's id of a trace or span, for each log. */
const owners = sharedState('openai-agents.owners', () => new WeakMap<object, BoundedMap<string, object>>());

function ownersOf({ logger }: Tracer): BoundedMap<string, object> {
  let known = owners.get(logger);
  if (known === undefined) owners.set(logger, (known = new BoundedMap(MAX_IDS)));
  return known;
}

/** Claims a trace. The first owner that asks has it until it is released. @returns true if the trace is the owner's */
export function claimTrace(tracer: Tracer, traceId: string, owner: object): boolean {
  const known = ownersOf(tracer);
  const first = known.get(traceId);
  if (first === undefined) known.set(traceId, owner);
  return first === undefined || first === owner;
}

/** Releases a trace that has ended. Another one may have the same id. */
export function releaseTrace(tracer: Tracer, traceId: string): void {
  ownersOf(tracer).delete(traceId);
}

/** Claims a span, which has one start. @returns true the first time */
export function claimSpan(tracer: Tracer, spanId: string, owner: object): boolean {
  const known = ownersOf(tracer);
  if (known.get(spanId) !== undefined) return false;
  known.set(spanId, owner);
  return true;
}
