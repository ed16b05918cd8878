/** The one place of an instrumentation that catches its own faults. */
import type { Span, SpanOptions, Tracer } from '../api/index.ts';
import type { AdoptedIds } from './adopted-ids.ts';
import type { SpanOwner } from './span-state.ts';

/** The key under which a tracer carries its {@link SpanOwner}, for all copies of this package. */
export const OWNER: unique symbol = Symbol.for('spanline.tracer.1');

/** The key of a tracer's way to record a span that another tracer started. */
export const ADOPT: unique symbol = Symbol.for('spanline.tracer.adopt.1');

/** A tracer of any copy of this package. */
export interface OwningTracer extends Tracer {
  readonly [OWNER]: SpanOwner;
  readonly [ADOPT]: (options: SpanOptions, ids: AdoptedIds) => Span;
}

/** True for a tracer of this package, in any of its copies. */
export function isOwning(tracer: Tracer): tracer is OwningTracer {
  return OWNER in tracer;
}

/**
 * Runs an instrumentation's own code. If it throws, the result is `undefined`. Arguments are for code that runs for
 * each call: a closure would be made for each.
 */
export type Guard = <T, A = undefined, B = undefined, C = undefined>(
  where: string,
  fn: (first: A, second: B, third: C) => T,
  first?: A,
  second?: B,
  third?: C,
) => T | undefined;

/**
 * Creates a guard. A fault is counted in `stats().internalErrors`, the first of each kind is reported once, and the
 * program goes on.
 */
export function createGuard(tracer: Tracer): Guard {
  // The owner of the default tracer changes.
  const owning = isOwning(tracer) ? tracer : undefined;
  return (where, fn, first, second, third) => {
    try {
      return fn(first as never, second as never, third as never);
    } catch (error) {
      owning?.[OWNER].internalError(where, error);
      return undefined;
    }
  };
}
