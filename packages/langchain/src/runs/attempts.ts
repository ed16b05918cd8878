/** Retries and fallbacks: links a run to the failed run it repeats. */

import type { SpanAttributes } from '@spanline/core';
import { props, type Run, text } from '@spanline/instrumentation';
import type { RunStart } from '../objects/run-start.ts';
import { retryAttempt } from '../objects/tags.ts';

/** A run that failed and may be tried again. */
interface FailedAttempt {
  readonly number: number;
  readonly spanId: string | undefined;
  readonly spanName: string;
}

/** A run that tries again. */
export interface Attempt {
  /** 1 is the first. */
  readonly number: number;
  readonly previousSpanId: string | undefined;
  readonly isFallback: boolean;
}

/** Attempt state of a run. `failures` is written by {@link noteFailure}; the rest is fixed at the start. */
export interface AttemptState {
  /** Graph node and namespace that the run belongs to; empty outside of a graph. */
  readonly nodeKey: string;
  /** Identifies the call when it is repeated: the id of a tool call, or the last message of a model call. */
  readonly retryKey: unknown;
  /** True for `withFallbacks`, which runs one component after the other. */
  readonly triesFallbacks: boolean;
  readonly attempt: Attempt | undefined;
  /** The last failures of runs inside this one, by node key and by retry key. */
  failures: Map<unknown, FailedAttempt> | undefined;
}

const MAX_FAILURES = 100;

/**
 * The graph node of a run, or an empty string. LangGraph repeats a node under the same namespace; `withRetry` and
 * `withFallbacks` have a run around their attempts and need no key.
 */
export function nodeKeyOf({ metadata }: RunStart): string {
  const node = text(metadata['langgraph_node']);
  return node === undefined ? '' : `${node} ${text(metadata['langgraph_checkpoint_ns']) ?? ''}`;
}

/** A repeated model call is asked the same message object, or a copy with the same id. */
function mapKey(retryKey: unknown): unknown {
  return typeof retryKey === 'string' ? retryKey : (text(props(retryKey)['id']) ?? retryKey);
}

/** Records on the enclosing run that a run inside it failed. */
export function noteFailure(outer: AttemptState, failed: AttemptState, spanId: string | undefined, name: string): void {
  const failures = (outer.failures ??= new Map<unknown, FailedAttempt>());
  if (failures.size >= MAX_FAILURES) failures.clear();
  const attempt = { number: failed.attempt?.number ?? 1, spanId, spanName: name };
  failures.set(failed.nodeKey, attempt);
  if (failed.retryKey !== undefined) failures.set(mapKey(failed.retryKey), attempt);
}

/** A run that may be a repeated attempt. */
export interface Candidate {
  readonly nodeKey: string;
  readonly tags: readonly string[];
  readonly spanName: string;
  readonly isNode: boolean;
  readonly retryKey?: unknown;
}

/**
 * The attempt that a run inside `outer` is, or `undefined` for a first one. A run without a span passes its attempt on
 * to the runs inside it.
 *
 * - `withRetry` numbers its attempts with a tag.
 * - `withFallbacks` and graph nodes are matched by node key.
 * - Agent middleware and application code leave no mark. There, a tool call with the same id or a model call with the
 *   same last message is a repetition if the earlier one failed in the same run.
 */
export function attemptOf(outer: Run<AttemptState> | undefined, candidate: Candidate): Attempt | undefined {
  if (outer === undefined) return undefined;
  const { failures, triesFallbacks, attempt } = outer.data;
  const { nodeKey, tags, spanName, isNode, retryKey } = candidate;
  const tagged = retryAttempt(tags);
  if (tagged !== undefined)
    return { number: tagged, previousSpanId: failures?.get(nodeKey)?.spanId, isFallback: false };
  const inherited = outer.owned ? undefined : attempt;
  if (failures === undefined) return inherited;
  const key = triesFallbacks || isNode ? nodeKey : mapKey(retryKey);
  const failed = failures.get(key);
  if (failed === undefined) return inherited;
  failures.delete(key);
  const isFallback = triesFallbacks || (!isNode && failed.spanName !== spanName);
  return { number: failed.number + 1, previousSpanId: failed.spanId, isFallback };
}

/** The attributes of a repeated attempt. */
export function attemptAttributes({ number, previousSpanId, isFallback }: Attempt): SpanAttributes {
  return {
    'spanline.retry.attempt': number,
    'spanline.retry.fallback': isFallback ? true : undefined,
    'spanline.retry.previous_span_id': previousSpanId,
  };
}
