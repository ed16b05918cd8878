/** The part of a span that every installed copy of this package can read. */
import { isObject } from '@spanline/record';
import type { RemoteContext, Span } from '../api/index.ts';

/**
 * The key under which a span carries its state. Its version covers everything reachable from there: the span's own
 * state, its local root, the roll-up and the memory of capture. Copies of this package with the same version share
 * traces. A span of any other implementation is known by its public ids only.
 */
export const STATE: unique symbol = Symbol.for('spanline.span-state.1');

/** The position of a span among the spans of this process. */
export interface TreePosition {
  readonly parent: TracedSpan | undefined;
  /** 0 for a local root. */
  readonly depth: number;
}

/** A span that was started by this package, in any of its copies. */
export interface TracedSpan extends Span {
  readonly [STATE]: TreePosition;
}

/** True for a span that was started by this package, in any of its copies. */
export function isTraced(span: Span | RemoteContext): span is TracedSpan {
  return isObject(span) && STATE in span;
}
