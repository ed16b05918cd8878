/** The events of `ai` 7, which name their call by an id, as spans. */

import type { Span } from '@spanline/core';
import { epochMs, type Props, props } from '@spanline/instrumentation';
import type { CallEnds } from '../calls/call-place.ts';
import { watchCaller } from '../calls/caller.ts';
import { claim, claimStart, release } from '../calls/claims.ts';
import { takenBack } from '../calls/cut.ts';
import { offer } from '../calls/enclosing.ts';
import { ModelCall } from '../calls/model-call.ts';
import { OpenOperations } from '../calls/open-operations.ts';
import {
  addCall,
  endOperation,
  hasOpenChildren,
  isInsideOfCall,
  NO_CALLS,
  type Operation,
  type OperationEnd,
  startOperation,
  takePending,
} from '../calls/operation.ts';
import { enterStart } from '../calls/starts.ts';
import { embeddingFacts, endTool, startEmbedding, startTool, stepId } from '../calls/steps.ts';
import { toSeconds } from '../objects/answer.ts';
import { hiddenIn } from '../objects/hidden.ts';
import type { Tracing } from '../tracing.ts';
import { durableParent, failureIn, idOf, isReplay, timeOf, toolResult } from './event.ts';
import { describeRun, requestOfStep, unseenSteps } from './run-end.ts';

/** Work of the SDK that a hook runs. */
type Execute<T> = () => PromiseLike<T>;

type Describe = (runs: RunEvents, operation: Operation, event: Props) => void;

const NO_END: OperationEnd = Object.freeze({});

/** Records the calls of one telemetry object. */
export class RunEvents {
  /** True once an operation has started whose model calls are known by their events only. A recorded one has a time. */
  reportsCalls = false;
  readonly #tracing: Tracing;
  readonly #operations = new OpenOperations((operation) => this.#leavePending(operation));
  readonly #ends: CallEnds = {
    onCut: (operation, how) => this.#operations.cut(operation, how),
    onAnswered: (operation, holder, signal) => {
      this.#operations.answered(operation, holder);
      watchCaller(signal, operation, (how) => {
        // A model call that is still open sees the signal itself.
        if (!hasOpenChildren(operation)) this.#tracing.guard('end', () => this.#operations.cut(operation, how));
      });
    },
  };

  constructor(tracing: Tracing) {
    this.#tracing = tracing;
  }

  #owns(event: Props): boolean {
    const { tracer } = this.#tracing;
    return tracer.enabled && claim(tracer, String(event['callId']), this);
  }

  #find(event: Props): Operation | undefined {
    const id = idOf(event);
    const operation = this.#operations.find(id);
    if (operation === undefined && this.#operations.isLost(id)) {
      throw new Error('an event of the AI SDK does not say which call it belongs to, and came outside of its context');
    }
    return operation;
  }

  start(event: Props): void {
    const { tracer } = this.#tracing;
    const id = String(event['callId']);
    if (!tracer.enabled || !claimStart(tracer, id, this)) return;
    const place = { startTime: timeOf(event), parent: durableParent(event).parent };
    const operation = startOperation(this.#tracing, String(event['operationId']), event, place, isReplay(event));
    if (operation === undefined) return;
    if (operation.kind.reportsCalls === true || place.startTime !== undefined) this.reportsCalls = true;
    enterStart(this.#tracing, id, operation.span);
    this.#operations.start(operation);
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
    if (operation === undefined) return;
    operation.pending = event;
    operation.pendingSince = timeOf(event) ?? epochMs(this.#tracing.tracer);
    offer(operation.span, {
      isByEvent: true,
      run: (execute, isStreamed) => this.#attemptOf(operation, event).run(execute, isStreamed),
    });
  }

  /** A wrapped model makes the call that was reported. Workflow agents run no call inside of our context. */
  #attemptOf(operation: Operation, request: Props): ModelCall {
    operation.pending = undefined;
    return this.#startCall(operation, request, true);
  }

  /** Runs a model call. Each attempt of the SDK is one. */
  call<T>(event: Props, execute: Execute<T>): PromiseLike<T> {
    const call = this.#tracing.guard('model call', RunEvents.#attempt, this, event);
    return call === undefined ? execute() : call.run(execute);
  }

  /** An operation that is known here is owned. */
  static #attempt(this: void, runs: RunEvents, event: Props): ModelCall | undefined {
    if (!runs.#tracing.tracer.enabled) return undefined;
    const operation = runs.#operations.find(idOf(event));
    if (operation === undefined && !runs.#owns(event)) return undefined;
    if (operation !== undefined) takePending(operation);
    return isInsideOfCall(operation) ? undefined : runs.#startCall(operation, event, false);
  }

  /** A call that is reported after it happened was never run here. A call of an unknown run counts as well. */
  callEnd(event: Props): void {
    const id = idOf(event);
    const operation = this.#operations.find(id);
    const pending = operation === undefined ? undefined : takePending(operation);
    const request = operation === undefined && this.#operations.isLost(id) ? event : pending;
    if (request === undefined) return;
    if (operation?.isReplay === true || isReplay(event) || isReplay(request)) return;
    const { modelId, responseId, performance: measured } = event;
    const { timeToFirstOutputMs: first } = props(measured);
    const answer = { ...event, response: { id: responseId, modelId } };
    const call = this.#startCall(operation, request, true, operation?.pendingSince);
    call.end(answer, { 'gen_ai.response.time_to_first_chunk': toSeconds(first) }, timeOf(event));
  }

  /** A call whose end is not reported ends with its operation. */
  #leavePending(operation: Operation): void {
    const pending = takePending(operation);
    if (pending === undefined || operation.isReplay || isReplay(pending)) return;
    this.#tracing.guard('model call', () => this.#startCall(operation, pending, true, operation.pendingSince));
  }

  toolStart(event: Props): void {
    const operation = this.#find(event);
    if (operation === undefined || operation.steps?.has(stepId(props(event['toolCall'])['toolCallId'])) === true)
      return;
    startTool(this.#tracing, operation, event, timeOf(event));
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
    const { toolCallId } = props(event['toolCall']);
    endTool(operation, stepId(toolCallId), toolResult(event), timeOf(event));
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
    this.#end(event, NO_END, RunEvents.#describe);
  }

  static #describe(this: void, runs: RunEvents, operation: Operation, event: Props): void {
    for (const step of unseenSteps(operation, event)) {
      runs.#startCall(operation, requestOfStep(step), true, timeOf(event)).end(step);
    }
    describeRun(operation, event);
  }

  abort(event: Props): void {
    this.#end(event, takenBack(event['reason']));
  }

  fail(event: Props): void {
    this.#end(event, failureIn(event));
  }

  #end(event: Props, { status, failure }: OperationEnd, describe?: Describe): void {
    const operation = this.#find(event);
    if (operation === undefined || !this.#operations.end(operation)) return;
    release(this.#tracing.tracer, operation.id, this);
    if (describe !== undefined) this.#tracing.guard('end', describe, this, operation, event);
    endOperation(operation, { status, failure, endTime: timeOf(event) });
  }

  #startCall(
    operation: Operation | undefined,
    request: Props,
    isByEvent: boolean,
    startTime = timeOf(request),
  ): ModelCall {
    // The SDK may start a call after it has reported the end of its operation.
    const around = operation ?? this.#operations.around(idOf(request));
    const hidden = around?.hidden ?? hiddenIn(request);
    const parent = around?.span ?? durableParent(request).parent;
    const place = { operation, ends: this.#ends, parent, startTime };
    const call = new ModelCall(this.#tracing, request, hidden, isByEvent, place);
    if (operation !== undefined) addCall(operation, call);
    return call;
  }
}
