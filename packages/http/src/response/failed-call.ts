/** The failed call of a model, a tool or another service that made a request fail. */

import type { SpanType } from '@spanline/core';
import type { ChildFailure } from '@spanline/instrumentation';
import type { Exchange } from '../exchange/exchange.ts';
import { isRefusal } from './upstream-error.ts';

/** Spans that are one call. An error that arose in another one may be the application's own, made for its client. */
const CALLS: ReadonlySet<SpanType> = new Set(['embedding', 'llm', 'reranker', 'retriever', 'tool']);

/** True if the failure arose in a call. */
export function isFailedCall({ type, error }: ChildFailure): boolean {
  return CALLS.has(type) || isRefusal(error);
}

function lastCall(failures: readonly ChildFailure[]): ChildFailure | undefined {
  return failures.findLast((failure) => !failure.isRecovered && isFailedCall(failure));
}

/**
 * Returns the failed call behind an answer, unless a later call made up for it:
 *
 * - of an answer that refuses the request (4xx, 5xx): one that failed before the head was written;
 * - of any other answer: one that failed behind the head, when the status could no longer say so.
 */
export function failedCall({ failuresAtHead, failuresAtEnd }: Exchange, status: number): ChildFailure | undefined {
  if (status >= 400) return lastCall(failuresAtHead);
  if (failuresAtEnd.length === 0) return undefined;
  return lastCall(failuresAtEnd.filter((failure) => !failuresAtHead.includes(failure)));
}
