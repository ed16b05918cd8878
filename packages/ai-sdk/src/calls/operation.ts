/** One call of the application: `generateText`, `embedMany`. Its model calls and tools are children of its span. */

import type { Span, SpanAttributes, SpanStatus } from '@spanline/core';
import { enterAgent, failuresBelow, isObject, list, number, type Props, props, text } from '@spanline/instrumentation';
import { MODEL_FAILURE } from '../objects/answer.ts';
import { describeContext } from '../objects/context.ts';
import { type Hidden, hiddenIn, shownError } from '../objects/hidden.ts';
import { questionOf } from '../objects/messages.ts';
import { requestAttributes } from '../objects/request.ts';
import { spanOptions, type Tracing } from '../tracing.ts';
import type { OpenCall } from './open-call.ts';
import { startEmbedding, type StepPlace } from './steps.ts';

/** An open operation. */
export interface Operation {
  /** The SDK's id. Others may have it as well. */
  readonly id: string;
  /** The id among the open operations. */
  key: string;
  readonly span: Span;
  readonly hidden: Hidden;
  /** Model calls that have not ended. */
  calls: readonly OpenCall[];
  /** Spans of tools, embeddings and rankings that have not ended, by the SDK's id. Most operations have none. */
  steps: Map<string, Span> | undefined;
  /** Requests of the one provider call that the operation itself stands for. */
  attempts: number;
  /** A model call that was reported as started, and that nobody has run yet. */
  pending: Props | undefined;
  /** When that was reported, in milliseconds since the epoch. */
  pendingSince: number | undefined;
  /** Whoever may still read the answer is watched. */
  isWatched: boolean;
  /** Ends what watches the caller. */
  release: (() => void) | undefined;
}

/** No model call is open. */
export const NO_CALLS: readonly OpenCall[] = Object.freeze([]);

/** The SDK's class of agents tags the requests that it makes. */
const AGENT = /\bai-sdk-agent\//;

/** True for a call that offers tools, and for one of an agent's class. */
function hasAgent(operationId: string, { tools, headers }: Props): boolean {
  if (operationId === 'ai.workflowAgent.stream') return true;
  if (Array.isArray(tools) ? tools.length > 0 : isObject(tools) && Object.keys(tools).length > 0) return true;
  const agent = text(props(headers)['user-agent']);
  return agent !== undefined && AGENT.test(agent);
}

/** Starts the span of a request to rank documents. */
function startRanking(tracing: Tracing, event: Props, { hidden, ...place }: StepPlace & { hidden: Hidden }): Span {
  const { topN, documents, query } = event;
  const attributes: SpanAttributes = {
    ...requestAttributes(event),
    'gen_ai.retrieval.top_k': number(topN),
    'spanline.rerank.input_count': list(documents).length,
  };
  const name = `rerank ${attributes['gen_ai.request.model'] ?? 'model'}`;
  const span = tracing.tracer.startSpan(spanOptions(tracing, { name, type: 'reranker', attributes, ...place }));
  return hidden.inputs ? span : span.input(query);
}

/** Starts the span of a call that may ask a model several times. */
function startSteps(
  tracing: Tracing,
  operationId: string,
  event: Props,
  { hidden, ...place }: StepPlace & { hidden: Hidden },
): Span {
  const agentName = text(event['functionId']);
  const { guard } = tracing;
  const isAgent = guard('request', hasAgent, operationId, event) ?? false;
  const name = isAgent ? `invoke_agent ${agentName ?? 'agent'}` : (agentName ?? operationId.slice('ai.'.length));
  const attributes: SpanAttributes | undefined = isAgent ? { 'gen_ai.agent.name': agentName } : undefined;
  const type = isAgent ? 'agent' : 'chain';
  const span = tracing.tracer.startSpan(spanOptions(tracing, { name, type, attributes, ...place }));
  if (isAgent && agentName !== undefined) enterAgent(span, agentName);
  return hidden.inputs ? span : span.input(guard('messages', questionOf, event));
}

/** How the span of an operation starts, by the SDK's name of it. Others have no span. */
const STARTS: ReadonlyMap<string, typeof startSteps> = new Map([
  ...['generateText', 'streamText', 'generateObject', 'streamObject', 'embedMany', 'workflowAgent.stream'].map(
    (name) => [`ai.${name}`, startSteps] as const,
  ),
  ['ai.embed', (tracing, _operationId, event, place) => startEmbedding(tracing, event, place)],
  ['ai.rerank', (tracing, _operationId, event, place) => startRanking(tracing, event, place)],
]);

/**
 * Starts the span of an operation.
 *
 * @param operationId - the SDK's name: `ai.generateText`
 * @returns `undefined` for an operation that has no span
 */
export function startOperation(
  tracing: Tracing,
  operationId: string,
  event: Props,
  place: StepPlace,
): Operation | undefined {
  const start = STARTS.get(operationId);
  if (start === undefined) return undefined;
  const hidden = hiddenIn(event);
  const span = start(tracing, operationId, event, { ...place, hidden });
  tracing.guard('context', describeContext, span, event);
  const id = text(event['callId']) ?? span.spanId;
  return {
    id,
    key: id,
    span,
    hidden,
    calls: NO_CALLS,
    steps: undefined,
    attempts: 0,
    pending: undefined,
    pendingSince: undefined,
    isWatched: false,
    release: undefined,
  };
}

/** True while a model, a tool or another step of an operation is at work. */
export function hasOpenChildren({ calls, steps }: Operation): boolean {
  return (steps?.size ?? 0) > 0 || calls.some(({ isOpen }) => isOpen);
}

/** Adds a model call. Those that have ended are forgotten. */
export function addCall(operation: Operation, call: OpenCall): void {
  const open = operation.calls.filter(({ isOpen }) => isOpen);
  operation.calls = open.length === 0 ? [call] : [...open, call];
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
  const { span, hidden, release } = operation;
  release?.();
  if (failure === undefined) leaveChildren(operation, status === 'aborted' ? status : 'abandoned');
  else failChildren(operation, failure.error);
  if (failure !== undefined) span.fail(shownError(failure.error, hidden));
  span.end({ status, endTime });
}

/** Describes an operation that came to its end: its output, and an answer that broke off with the provider's error. */
export function describeEnd({ span, hidden }: Operation, event: Props): void {
  const { text: answer, object, finishReason } = event;
  if (!hidden.outputs && span.type !== 'embedding' && span.type !== 'reranker') span.output(object ?? answer);
  if (finishReason !== 'error') return;
  const failure = failuresBelow(span).at(-1);
  span.fail(failure?.error ?? MODEL_FAILURE);
}
