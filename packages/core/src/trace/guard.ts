import type { Tracer } from '../api/index.ts';
import type { SpanHost } from './span.ts';

/** Runs a source's own code so that the host never sees a fault of it. */
export type Guard = <T>(where: string, fn: () => T) => T | undefined;

/**
 * The one place of a source that swallows: a fault is counted in `stats().internalErrors`, the first of each kind is reported once, and the host goes on.
 */
export function createGuard(tracer: Tracer): Guard {
  const { internals } = tracer as Tracer & { internals?: SpanHost };
  return (where, fn) => {
    try {
      return fn();
    } catch (error) {
      internals?.internalError(where, error);
      return undefined;
    }
  };
}
