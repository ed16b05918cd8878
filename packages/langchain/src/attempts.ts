import type { SpanAttributes } from '@spanline/core';
import { bag, type Run, text } from '@spanline/instrumentation';
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
  /** Name of the span of this try. */
  readonly name?: string | undefined;
}

const MAX_FAILURES = 100;

/** What a run is an attempt of. LangGraph repeats a node under the same namespace; `withRetry` and `withFallbacks` have a run around their attempts. */
export function subjectOf({ metadata }: Start): string {
  const node = text(metadata['langgraph_node']);
  return node === undefined ? '' : `${node} ${text(metadata['langgraph_checkpoint_ns']) ?? ''}`;
}

/** What a call is known by when it is made again: the id of a tool's call; a model's question is the same message, or has the same id where LangChain copies it. */
function keyOf(call: unknown): unknown {
  return typeof call === 'string' ? call : (text(bag(call)['id']) ?? call);
}

/** Remembers in the run around it that a run failed. */
export function noteFailure(outer: RunData, failed: RunData, spanId: string | undefined, name: string): void {
  const failures = (outer.failures ??= new Map<unknown, Attempt>());
  if (failures.size >= MAX_FAILURES) failures.clear();
  const attempt = { number: failed.attempt?.number ?? 1, spanId, isFallback: false, name };
  failures.set(failed.subject, attempt);
  if (failed.call !== undefined) failures.set(keyOf(failed.call), attempt);
}

/** A run that may be another attempt. */
export interface Candidate {
  readonly subject: string;
  readonly tags: readonly string[];
  readonly name: string;
  readonly isNode: boolean;
  readonly call?: unknown;
}

/**
 * Which attempt a run is that starts inside of `outer`; `undefined` for a first one. A run without a span of its own hands its attempt on to those inside it. The middleware of agents and code that tries again by itself leave no
 * mark: there the same call of a tool, or the same question to a model, that failed before in the same run is the attempt before.
 */
export function attemptOf(outer: Run<RunData> | undefined, candidate: Candidate): Attempt | undefined {
  if (outer === undefined) return undefined;
  const { failures, triesFallbacks, attempt } = outer.data;
  const { subject, tags, name, isNode, call } = candidate;
  const tagged = retryAttempt(tags);
  if (tagged !== undefined) return { number: tagged, spanId: failures?.get(subject)?.spanId, isFallback: false };
  const inherited = outer.owned ? undefined : attempt;
  if (failures === undefined) return inherited;
  const key = triesFallbacks || isNode ? subject : keyOf(call);
  const failed = failures.get(key);
  if (failed === undefined) return inherited;
  failures.delete(key);
  const isFallback = triesFallbacks || (!isNode && failed.name !== name);
  return { number: failed.number + 1, spanId: failed.spanId, isFallback };
}

/** An attempt as it stands on its span. */
export function attemptAttributes({ number, spanId, isFallback }: Attempt): SpanAttributes {
  return {
    'spanline.retry.attempt': number,
    'spanline.retry.fallback': isFallback ? true : undefined,
    'spanline.retry.previous_span_id': spanId,
  };
}
