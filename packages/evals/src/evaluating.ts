/** Where evaluators run: outside of every request. What they call, such as models, is not scored itself. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { runInContext } from '@spanline/core/internal';

const evaluating = new AsyncLocalStorage<true>();

/** True in an evaluator, and in what it started. */
export const isEvaluating = (): boolean => evaluating.getStore() === true;

/** Runs an evaluator outside of the request that it is called in. */
export type Outside = <T>(run: () => T) => T;

/**
 * Creates a way out of requests. Evaluators run in the async context of the caller of this function, for frameworks'
 * contexts too, without a current span, session or user.
 */
export function createOutside(): Outside {
  const enter = AsyncLocalStorage.snapshot() as Outside;
  return (run) =>
    enter(() => {
      const nothing = { span: undefined, functionSpan: undefined, values: {}, entering: false };
      return runInContext(nothing, () => evaluating.run(true, run));
    });
}
