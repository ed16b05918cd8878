/** One call of the application: `generateText`, `embedMany`. Its model calls and tools are children of its span. */

import type { Span, SpanStatus } from '@spanline/core';
import { activeState, type Props, text } from '@spanline/instrumentation';
import { describeContext } from '../objects/context.ts';
import { type Hidden, hiddenIn, shownError } from '../objects/hidden.ts';
import type { Tracing } from '../tracing.ts';
import { withdraw } from './enclosing.ts';
import type { OpenCall } from './open-call.ts';
import { OPERATION_KINDS, type OperationKind } from './operation-kinds.ts';
import type { StepPlace } from './steps.ts';

/** Watches whether the caller of an operation takes it back. */
export interface CallerWatch {
  /** To be called whenever a tool has ended: the operation of a caller that is gone ends with its last tool. */
  check(): void;
  /** Ends the watch. */
  release(): void;
}

/** An open operation. */
export interface Operation {
  /** The SDK's id. Others may have it as well. */
  readonly id: string;
  /** The id among the open operations. */
  key: string;
  readonly kind: OperationKind;
  readonly span: Span;
  readonly hidden: Hidden;
  /** Model calls that have not ended. */
  calls: readonly OpenCall[];
  /** Spans of tools, embeddings and rankings that have not ended, by the SDK's id. Most operations have none. */
  steps: Map<string, Span> | undefined;
  /** Requests of the one provider call that the operation itself stands for. */
  attempts: number;
  /** A durable run whose model calls were recorded live. */
  readonly isReplay: boolean;
  /** A model call was recorded. */
  hasCalls: boolean;
  /** A model call that was reported as started, and that nobody has run yet. */
  pending: Props | undefined;
  /** When that was reported, in milliseconds since the epoch. */
  pendingSince: number | undefined;
  /** Whoever may still read the answer is watched. */
  isWatched: boolean;
  caller: CallerWatch | undefined;
}

/** No model call is open. */
export const NO_CALLS: readonly OpenCall[] = Object.freeze([]);

/**
 * Starts the span of an operation.
 *
 * @param operationId - the SDK's name: `ai.generateText`
 * @param isReplay - its model calls were recorded live
 * @returns `undefined` for an operation that has no span
 */
export function startOperation(
  tracing: Tracing,
  operationId: string,
  event: Props,
  place: StepPlace,
  isReplay = false,
): Operation | undefined {
  const kind = OPERATION_KINDS.get(operationId);
  if (kind === undefined) return undefined;
  const hidden = hiddenIn(event);
  const span = kind.start(tracing, operationId, event, { ...place, hidden });
  tracing.guard('context', describeContext, span, event);
  const id = text(event['callId']) ?? span.spanId;
  return {
    id,
    key: id,
    kind,
    span,
    hidden,
    calls: NO_CALLS,
    steps: undefined,
    attempts: 0,
    isReplay,
    hasCalls: false,
    pending: undefined,
    pendingSince: undefined,
    isWatched: false,
    caller: undefined,
  };
}

/** True while a model, a tool or another step of an operation is at work. */
export function hasOpenChildren({ calls, steps }: Operation): boolean {
  return (steps?.size ?? 0) > 0 || calls.some(({ isOpen }) => isOpen);
}

/** True for code that a model call of the operation runs: the SDK runs the same call once more inside of itself. */
export function isInsideOfCall(operation: Operation | undefined): boolean {
  if (operation === undefined || operation.calls.length === 0) return false;
  const span = activeState()?.span;
  return span !== undefined && operation.calls.some((call) => call.isOpen && call.span === span);
}

/** Adds a model call. Those that have ended are forgotten. */
export function addCall(operation: Operation, call: OpenCall): void {
  operation.hasCalls = true;
  const open = operation.calls.filter(({ isOpen }) => isOpen);
  operation.calls = open.length === 0 ? [call] : [...open, call];
}

/** Takes the model call that was reported as started, if there is one. Nobody else is to make it. */
export function takePending(operation: Operation): Props | undefined {
  const { pending, span } = operation;
  operation.pending = undefined;
  withdraw(span);
  return pending;
}

/** Forgets the steps of an operation, which have ended. */
function forgetChildren(operation: Operation): void {
  operation.calls = NO_CALLS;
  operation.steps = undefined;
}

/** Ends the open steps of an operation that nobody waits for any more. */
export function leaveChildren(operation: Operation, status: 'abandoned' | 'aborted'): void {
  for (const call of operation.calls) call.leave(status);
  operation.steps?.forEach((span) => span.end({ status }));
  forgetChildren(operation);
}

/** Ends the open steps of an operation that failed. */
function failChildren(operation: Operation, error: unknown): void {
  for (const call of operation.calls) call.fail(error);
  operation.steps?.forEach((span) => span.fail(shownError(error, operation.hidden)).end());
  forgetChildren(operation);
}

/** Options of {@link endOperation}. */
export interface OperationEnd {
  readonly status?: SpanStatus | undefined;
  readonly failure?: { readonly error: unknown } | undefined;
  readonly endTime?: number | undefined;
}

/** Ends an operation, and what is open inside of it. */
export function endOperation(operation: Operation, { status, failure, endTime }: OperationEnd = {}): void {
  const { span, hidden, caller } = operation;
  caller?.release();
  if (failure === undefined) leaveChildren(operation, status === 'aborted' ? status : 'abandoned');
  else failChildren(operation, failure.error);
  if (failure !== undefined) span.fail(shownError(failure.error, hidden));
  span.end({ status, endTime });
}

/** Describes an operation that came to its end. */
export function describeEnd({ kind, span, hidden }: Operation, event: Props): void {
  kind.describe(span, event, hidden);
}
