import type { SpanAttributes } from '@spanline/core';
import { type Run, text } from '@spanline/core/source';
import { retryAttempt } from './names.ts';
import type { RunData } from './run-data.ts';
import type { Start } from './start.ts';

/** One try of several at the same thing. */
export interface Attempt {
  /** 1 is the first. */
  readonly number: number;
  /** The span of this try; of a try that follows, that of the one before. */
  readonly spanId: string | undefined;
  readonly isFallback: boolean;
}

const MAX_FAILURES = 100;

/** What a run is an attempt of. LangGraph repeats a node under the same namespace; `withRetry` and `withFallbacks` have a run around their attempts. */
export function subjectOf({ metadata }: Start): string {
  const node = text(metadata['langgraph_node']);
  return node === undefined ? '' : `${node} ${text(metadata['langgraph_checkpoint_ns']) ?? ''}`;
}

/** Remembers in the run around it that a run failed. */
export function noteFailure(outer: RunData, failed: RunData, spanId: string | undefined): void {
  const failures = (outer.failures ??= new Map<string, Attempt>());
  if (failures.size >= MAX_FAILURES) failures.clear();
  failures.set(failed.subject, { number: failed.attempt?.number ?? 1, spanId, isFallback: false });
}

/** Which attempt a run is that starts inside of `outer`; `undefined` for a first one. A run without a span of its own hands its attempt on to those inside it. */
export function attemptOf(
  outer: Run<RunData> | undefined,
  subject: string,
  tags: readonly string[],
  isNode: boolean,
): Attempt | undefined {
  if (outer === undefined) return undefined;
  const { failures, triesFallbacks, attempt } = outer.data;
  const tagged = retryAttempt(tags);
  const failed = failures?.get(subject);
  if (tagged !== undefined) return { number: tagged, spanId: failed?.spanId, isFallback: false };
  if (failed === undefined || !(triesFallbacks || isNode)) return outer.owned ? undefined : attempt;
  failures?.delete(subject);
  return { number: failed.number + 1, spanId: failed.spanId, isFallback: triesFallbacks };
}

/** An attempt as it stands on its span. */
export function attemptAttributes({ number, spanId, isFallback }: Attempt): SpanAttributes {
  return {
    'spanline.retry.attempt': number,
    'spanline.retry.fallback': isFallback ? true : undefined,
    'spanline.retry.previous_span_id': spanId,
  };
}
