/** Errors that are aborts though nothing in them says so: an instrumentation saw that the caller aborted. */
import { isObject } from '@spanline/record';
import { sharedState } from '../context/index.ts';

const aborts = sharedState('core.aborts', () => new WeakSet());

/**
 * Reports that an error was thrown because the caller aborted. Some libraries throw an error of their own then, or the
 * application's reason. Every span that ends with this error is `aborted`. A value that is no object is ignored.
 */
export function reportAbort(error: unknown): void {
  if (isObject(error)) aborts.add(error);
}

/** True for an error that {@link reportAbort} was called with. */
export function isReportedAbort(error: unknown): boolean {
  return isObject(error) && aborts.has(error);
}
