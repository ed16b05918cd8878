/** The events of `ai` 7, which name their call by an id, as spans. */

import type { Span, SpanOptions } from '@spanline/core';
import { type Props, props } from '@spanline/instrumentation';
import type { CallEnds } from '../calls/call-place.ts';
import { claim, release } from '../calls/claims.ts';
import { takenBack } from '../calls/cut.ts';
import { ModelCall } from '../calls/model-call.ts';
import { OpenOperations } from '../calls/open-operations.ts';
import {
  addCall,
  describeEnd,
  endOperation,
  NO_CALLS,
  type Operation,
  type OperationEnd,
  startOperation,
} from '../calls/operation.ts';
import {
  embeddingFacts,
  endTool,
  rankedDocuments,
  rankingFacts,
  startEmbedding,
  startTool,
  stepId,
} from '../calls/steps.ts';
import { toSeconds } from '../objects/answer.ts';
import { hiddenIn } from '../objects/hidden.ts';
import type { Tracing } from '../tracing.ts';

/** Work of the SDK that a hook runs. */
type Execute<T> = () => PromiseLike<T>;

const timeOf = ({ timestamp }: Props): number | undefined => (typeof timestamp === 'number' ? timestamp : undefined);

/** A durable run whose model calls were reported live reports itself once more when it has ended. */
const isReplay = ({ durableContext }: Props): boolean => props(durableContext)['phase'] === 'replay';

const NO_PARENT: Pick<SpanOptions, 'parent'> = Object.freeze({});

/** The run of a durable workflow, which may have begun in another process. */
function durableParent({ durableContext }: Props): Pick<SpanOptions, 'parent'> {
  if (durableContext === undefined) return NO_PARENT;
  const { traceId, rootSpanId, parentSpanContext, samplingDecision } = props(props(durableContext)['run']);
  const { spanId } = props(parentSpanContext);
  const known = isReplay({ durableContext }) ? (spanId ?? rootSpanId) : rootSpanId;
  if (typeof traceId !== 'string' || typeof known !== 'string') return {};
  return { parent: { traceId, spanId: known, traceFlags: samplingDecision === 0 ? 0 : 1 } };
}

/** The SDK does not report the failure of a request of `embedMany` that it sends again. */
function failRepeated({ steps }: Operation): void {
  steps?.forEach((span) => {
    if (span.type === 'embedding') span.fail(new Error('the request failed, and the SDK sent it again')).end();
  });
}

const NO_END: OperationEnd = Object.freeze({});

/** Describes an operation that the SDK reports as done. */
function describeRun(operation: Operation, event: Props): void {
  const { span, hidden, attempts } = operation;
  if (span.type === 'embedding') span.set(embeddingFacts(event));
  if (span.type === 'reranker') {
    span.set(rankingFacts(event));
    if (!hidden.outputs) span.output(rankedDocuments(event));
  }
  failRepeated(operation);
  if (attempts > 1 && span.type !== 'chain') span.set({ 'spanline.retry.attempt': attempts - 1 });
  describeEnd(operation, event);
}

/** Records the calls of one telemetry object. */
export class RunEvents {
  readonly #tracing: Tracing;
  readonly #operations = new OpenOperations();
  readonly #ends: CallEnds = {
    onCut: (operation, how) => this.#operations.cut(operation, how),
    onAnswered: (operation, holder) => this.#operations.answered(operation, holder),
  };

  constructor(tracing: Tracing) {
    this.#tracing = tracing;
  }

  #owns(event: Props): boolean {
    const { tracer } = this.#tracing;
    return tracer.enabled && claim(tracer, String(event['callId']), this);
  }

  #find(event: Props): Operation | undefined {
    return this.#operations.get(String(event['callId']));
  }

  start(event: Props): void {
    if (!this.#owns(event)) return;
    const place = { startTime: timeOf(event), parent: durableParent(event).parent };
    const operation = startOperation(this.#tracing, String(event['operationId']), event, place);
    if (operation === undefined) return;
    this.#operations.start(operation);
    this.#tracing.enter(operation.span);
  }

  /** `generateObject` reports its one model call by events. */
  objectStart(event: Props): void {
    const operation = this.#find(event);
    if (operation === undefined) return;
    const call = this.#startCall(operation, { ...event, responseFormat: { type: 'json' } }, true);
    this.#tracing.enter(call.span);
  }

  objectEnd(event: Props): void {
    const operation = this.#find(event);
    if (operation === undefined) return;
    const { objectText, msToFirstChunk } = event;
    const answer = { ...event, content: [{ type: 'text', text: objectText }] };
    const first = toSeconds(msToFirstChunk);
    for (const call of operation.calls) call.end(answer, { 'gen_ai.response.time_to_first_chunk': first });
    operation.calls = NO_CALLS;
  }

  callStart(event: Props): void {
    const operation = this.#find(event);
    if (operation !== undefined) operation.pending = event;
  }

  /** Runs a model call. Each attempt of the SDK is one. */
  call<T>(event: Props, execute: Execute<T>): PromiseLike<T> {
    const call = this.#tracing.guard('model call', RunEvents.#attempt, this, event);
    return call === undefined ? execute() : call.run(execute);
  }

  /** An operation that is known here is owned. */
  static #attempt(this: void, runs: RunEvents, event: Props): ModelCall | undefined {
    if (!runs.#tracing.tracer.enabled) return undefined;
    const operation = runs.#find(event);
    if (operation === undefined && !runs.#owns(event)) return undefined;
    if (operation !== undefined) operation.pending = undefined;
    return runs.#startCall(operation, event, false);
  }

  /** A call that is reported after it happened was never run here. */
  callEnd(event: Props): void {
    const operation = this.#find(event);
    const request = operation?.pending;
    if (operation === undefined || request === undefined) return;
    operation.pending = undefined;
    if (isReplay(event) || isReplay(request)) return;
    const { modelId, responseId, performance: measured } = event;
    const { timeToFirstOutputMs: first } = props(measured);
    const answer = { ...event, response: { id: responseId, modelId } };
    const call = this.#startCall(operation, request, true);
    call.end(answer, { 'gen_ai.response.time_to_first_chunk': toSeconds(first) }, timeOf(event));
  }

  toolStart(event: Props): void {
    const operation = this.#find(event);
    if (operation !== undefined) startTool(this.#tracing, operation, event, timeOf(event));
  }

  /** Runs a tool inside of its span. */
  tool<T>(event: Props, execute: Execute<T>): PromiseLike<T> {
    const span = this.#tracing.guard('tool', RunEvents.#toolSpan, this, event);
    return span === undefined ? execute() : this.#tracing.tracer.run(span, execute);
  }

  static #toolSpan(this: void, runs: RunEvents, event: Props): Span | undefined {
    return runs.#find(event)?.steps?.get(stepId(event['toolCallId']));
  }

  toolEnd(event: Props): void {
    const operation = this.#find(event);
    if (operation === undefined) return;
    const { type, output, error } = props(event['toolOutput']);
    const { toolCallId } = props(event['toolCall']);
    const failure = type === 'tool-error' ? { error } : undefined;
    endTool(operation, stepId(toolCallId), { output, failure }, timeOf(event));
  }

  embedStart(event: Props): void {
    const operation = this.#find(event);
    if (operation === undefined) return;
    operation.attempts++;
    if (operation.span.type !== 'chain') return;
    const { span: parent, hidden } = operation;
    const span = startEmbedding(this.#tracing, event, { parent, hidden, startTime: timeOf(event) });
    (operation.steps ??= new Map()).set(stepId(event['embedCallId']), span);
    this.#tracing.enter(span);
  }

  embedEnd(event: Props): void {
    const operation = this.#find(event);
    const id = stepId(event['embedCallId']);
    const span = operation?.steps?.get(id);
    operation?.steps?.delete(id);
    span?.set(embeddingFacts(event)).end({ endTime: timeOf(event) });
  }

  rerankStart(event: Props): void {
    const operation = this.#find(event);
    if (operation !== undefined) operation.attempts++;
  }

  end(event: Props): void {
    this.#end(event, NO_END, describeRun);
  }

  abort(event: Props): void {
    this.#end(event, takenBack(event['reason']));
  }

  fail(event: Props): void {
    this.#end(event, { failure: { error: event['error'] } });
  }

  #end(event: Props, { status, failure }: OperationEnd, describe?: typeof describeRun): void {
    const operation = this.#operations.end(String(event['callId']));
    if (operation === undefined) return;
    release(this.#tracing.tracer, operation.id, this);
    if (describe !== undefined) this.#tracing.guard('end', describe, operation, event);
    endOperation(operation, { status, failure, endTime: timeOf(event) });
  }

  #startCall(operation: Operation | undefined, request: Props, isByEvent: boolean): ModelCall {
    const hidden = operation?.hidden ?? hiddenIn(request);
    const parent = operation === undefined ? durableParent(request).parent : operation.span;
    const place = { operation, ends: this.#ends, parent, startTime: timeOf(request) };
    const call = new ModelCall(this.#tracing, request, hidden, isByEvent, place);
    if (operation !== undefined) addCall(operation, call);
    return call;
  }
}
