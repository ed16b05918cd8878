/** Runs work inside of a span and reports how it ended. */

import type { Span, Tracer } from '@spanline/core';
import { isObject } from '@spanline/instrumentation';

/** How a request ended. */
export type Outcome = { readonly result: unknown } | { readonly error: unknown };

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return isObject(value) && 'then' in value && typeof value.then === 'function';
}

/**
 * Runs `work` with `span` as the current one. Results and errors are passed on as they are.
 *
 * @param ended - called once; must not throw
 * @param isHandled - somebody handles a rejection for certain, so that the promise is returned as it is. Otherwise a
 *   promise of the same outcome is returned, so that a rejection that nobody handles stays unhandled.
 */
export function settle(
  tracer: Tracer,
  span: Span,
  work: () => unknown,
  ended: (outcome: Outcome) => void,
  isHandled: boolean,
): unknown {
  let result: unknown;
  try {
    result = tracer.run(span, work);
  } catch (error) {
    ended({ error });
    throw error;
  }
  if (!isThenable(result)) {
    ended({ result });
    return result;
  }
  const watched = result.then(
    (value) => {
      ended({ result: value });
      return value;
    },
    (error: unknown) => {
      ended({ error });
      if (!isHandled) throw error;
    },
  );
  return isHandled ? result : watched;
}
