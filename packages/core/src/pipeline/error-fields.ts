/** The error fields of a span's record. */
import type { SpanRecord } from '@spanline/record';
import { describeFailure, isSameFailure, type SpanState } from '../trace/index.ts';

/** True if the span's error arose in a span below and passed through. */
export function isPropagated({ error, childFailures }: SpanState): boolean {
  return childFailures?.some((origin) => isSameFailure(error, origin.error)) ?? false;
}

/** Writes `error.*`. The message is on every span that the error passed, the stack only on the span where it arose. */
export function writeError(record: SpanRecord, state: SpanState): void {
  const hasFailed = state.status === 'error';
  if (state.error === undefined) {
    if (hasFailed) record['error.type'] = '_OTHER';
    return;
  }
  const failure = describeFailure(state.error);
  const hasPropagated = hasFailed && isPropagated(state);
  record['error.type'] = failure.type;
  record['error.message'] = failure.message;
  if (failure.cause !== undefined) record['error.cause'] = failure.cause;
  if (hasFailed && !hasPropagated && failure.stack !== undefined) record['error.stack'] = failure.stack;
  record['spanline.error.class'] = failure.class;
  if (failure.retryable !== undefined) record['spanline.error.retryable'] = failure.retryable;
  if (hasPropagated) record['spanline.error.propagated'] = true;
}
