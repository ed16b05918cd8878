/**
 * Mastra's spans that have a record, by log, which is known by its logger. Several bridges may report one span: one
 * that is listed twice, or two copies of this package. The first one records it, and all run work inside of it.
 */

import type { Span, Tracer } from '@spanline/core';
import { activeState, BoundedMap, nearestOpen, sharedState } from '@spanline/instrumentation';

/** More spans than these are not open at once. */
const MAX_IDS = 50_000;

/** `undefined` stands for a span that has no record yet, or has ended. */
type Records = BoundedMap<string, { span: Span | undefined }>;

const logs = sharedState('mastra.recorded', () => new WeakMap<object, Records>());

function recordsOf({ logger }: Tracer): Records {
  let known = logs.get(logger);
  if (known === undefined) logs.set(logger, (known = new BoundedMap(MAX_IDS)));
  return known;
}

/** Claims a span, which is recorded once. @returns true the first time */
export function claim(tracer: Tracer, id: string): boolean {
  const records = recordsOf(tracer);
  if (records.get(id) !== undefined) return false;
  records.set(id, { span: undefined });
  return true;
}

/** Says which span work inside of one of Mastra's belongs to; `undefined` once it has ended. */
export function remember(tracer: Tracer, id: string, span: Span | undefined): void {
  recordsOf(tracer).set(id, { span });
}

/** The open span that work inside of one of Mastra's belongs to. */
export function recordOf(tracer: Tracer, id: string): Span | undefined {
  return nearestOpen(recordsOf(tracer).get(id)?.span);
}

/** Open model calls, by the span of the agent that makes them. */
const calls = sharedState('mastra.calls', () => new WeakMap<Span, Span>());

/** Says that an agent has begun to ask a model. */
export function enterCall(asker: Span, call: Span): void {
  calls.set(asker, call);
}

/** The model call that the running code belongs to. Mastra runs calls in the context of their agent. */
export function currentCall(): Span | undefined {
  const asker = activeState()?.span;
  const call = asker === undefined ? undefined : calls.get(asker);
  return call?.isRecording === true ? call : undefined;
}
