/**
 * The recording that a call belongs to, where several are registered: two objects, or two copies of this package. Only
 * one writes to a log. A log is known by its logger, since the default tracer stands for the application's.
 */

import type { Tracer } from '@spanline/core';
import { BoundedMap, sharedState } from '@spanline/instrumentation';
import { isStarted } from './starts.ts';

/** More calls than these are not open at once. */
const MAX_CALLS = 20_000;

/** Owners by the id of a call, for each log. */
const owners = sharedState('ai-sdk.owners', () => new WeakMap<object, BoundedMap<string, object>>());

/**
 * Claims a call for `owner`. The first one that asks has it.
 *
 * @returns true if the call is the owner's
 */
export function claim(tracer: Tracer, callId: string, owner: object): boolean {
  let known = owners.get(tracer.logger);
  if (known === undefined) owners.set(tracer.logger, (known = new BoundedMap(MAX_CALLS)));
  const first = known.get(callId);
  if (first === undefined) known.set(callId, owner);
  return first === undefined || first === owner;
}

/**
 * Claims a call that starts. Two calls at once may have one id: each start is somebody's.
 *
 * @returns true if the call is the owner's, which then enters its span by `enterStart`
 */
export function claimStart(tracer: Tracer, callId: string, owner: object): boolean {
  if (isStarted(tracer, callId)) return false;
  if (claim(tracer, callId, owner)) return true;
  owners.get(tracer.logger)?.set(callId, owner);
  return true;
}

/** Gives back the claim of a call that has ended. Calls that end without a report keep theirs, within the limit. */
export function release(tracer: Tracer, callId: string, owner: object): void {
  const known = owners.get(tracer.logger);
  if (known?.get(callId) === owner) known.delete(callId);
}

/** Events that a recording has taken, for each log. `ai` 6 gives all recordings one object, which has no id. */
const events = sharedState('ai-sdk.events', () => new WeakMap<object, WeakMap<object, object>>());

/** Claims an event, as {@link claim} does a call. */
export function claimEvent(tracer: Tracer, event: object, owner: object): boolean {
  let known = events.get(tracer.logger);
  if (known === undefined) events.set(tracer.logger, (known = new WeakMap()));
  const first = known.get(event);
  if (first === undefined) known.set(event, owner);
  return first === undefined || first === owner;
}
