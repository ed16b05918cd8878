/** Mastra's spans as spans of the log. */

import type { CaptureSetting, Span, SpanOptions, Tracer } from '@spanline/core';
import {
  adoptSpan,
  callerSpan,
  createRunRegistry,
  enterAgent,
  type Guard,
  isSpanId,
  isTraceId,
  labelAdopted,
  props,
  type Run,
  setConversation,
  text,
  usageAttributes,
} from '@spanline/instrumentation';
import { claim, enterCall, remember } from '../recorded.ts';
import { SCOPE } from '../scope.ts';
import { failureOf } from '../sdk/failure.ts';
import { interruptionOf, lateTime, type MastraSpan } from '../sdk/objects.ts';
import { describeEnd, plainStart, startOf } from '../sdk/span-types.ts';
import { usageOf } from '../sdk/usage.ts';
import { endAnsweredCalls, endFailedCalls, endModelCall, notePiece } from './model-calls.ts';
import { createStep, enclosing, isAroundCalls, type Recording, type Step, type Steps } from './step.ts';

/** W3C trace flags: Mastra decides on sampling. A span that it does not sample is not reported. */
const SAMPLED = 1;
const CALL = 'model_inference';
/** A piece of an answer. It has no line. */
const CHUNK = 'model_chunk';

/** Metadata that have a place of their own on a line. */
const THREAD = 'threadId';

function wasAborted({ attributes, output }: MastraSpan): boolean {
  const { status } = props(attributes);
  return status === 'canceled' || status === 'aborted' || interruptionOf(output) === 'aborted';
}

function setContent(span: Span, { input, output }: MastraSpan): void {
  if (input !== undefined) span.input(input);
  const { text: answer, object } = props(output);
  const content = span.type === 'agent' ? (object ?? text(answer) ?? output) : output;
  if (content !== undefined && interruptionOf(output) === undefined) span.output(content);
}

/** Records the spans that Mastra reports to one bridge. */
export class Recorder {
  readonly #tracer: Tracer;
  readonly #capture: CaptureSetting | undefined;
  readonly #steps: Steps = createRunRegistry<Step>();
  readonly #guard: Guard;
  readonly #recording: Recording;

  constructor(tracer: Tracer, capture: CaptureSetting | undefined, guard: Guard) {
    this.#tracer = tracer;
    this.#guard = guard;
    this.#recording = { steps: this.#steps, guard };
    this.#capture = capture;
  }

  start(source: MastraSpan): void {
    if (source.type === CHUNK || !this.#tracer.enabled || !claim(this.#tracer, source.id)) return;
    const around = source.parentSpanId === undefined ? undefined : this.#steps.get(source.parentSpanId);
    const step = createStep(source, around?.data);
    const place = { parentId: around?.data.id };
    if (isAroundCalls(source.type) && around !== undefined) {
      this.#steps.alias(source.id, around.span, step, place);
      remember(this.#tracer, source.id, around.span);
      return;
    }
    const span = this.#startSpan(source, around);
    this.#steps.start(source.id, span, step, place);
    remember(this.#tracer, source.id, span);
    if (source.type !== CALL) return;
    for (let above = step.parent; above !== undefined; above = above.parent) above.calls++;
    if (around !== undefined) enterCall(around.span, span);
  }

  update(source: MastraSpan): void {
    const run = this.#steps.get(source.id);
    if (run !== undefined) run.data.latest = source;
  }

  end(source: MastraSpan): void {
    if (source.type === CHUNK) {
      const call = source.parentSpanId === undefined ? undefined : this.#steps.get(source.parentSpanId)?.data;
      if (call !== undefined) notePiece(call, source);
      return;
    }
    // Events have no start, and of a run that is resumed elsewhere the end may come alone.
    if (this.#steps.get(source.id) === undefined) this.start(source);
    const run = this.#steps.get(source.id);
    if (run === undefined) return;
    run.data.latest = source;
    remember(this.#tracer, source.id, undefined);
    if (source.type === CALL) endModelCall(this.#recording, run.data, source);
    else if (isAroundCalls(source.type)) this.#endAroundCalls(run, source);
    else this.#endStep(run, source);
  }

  /** An application may exclude the spans of calls. The nearest one around a call then is the call. */
  #endAroundCalls({ span, data: step, owned }: Run<Step>, source: MastraSpan): void {
    endAnsweredCalls(this.#recording, step, source);
    this.#steps.end(source.id);
    if (step.calls === 0) {
      for (let above: Step | undefined = step; above !== undefined; above = above.parent) above.calls++;
      const call = { ...createStep(source, step.parent), calls: 1 };
      this.#steps.start(source.id, this.#startSpan(source, { span, data: call }, false), call);
      endModelCall(this.#recording, call, source);
    }
    if (owned) span.end({ endTime: lateTime(source.endTime) });
  }

  #endStep({ span, data: step }: Run<Step>, source: MastraSpan): void {
    this.#steps.end(source.id);
    const failure = failureOf(source, this.#guard);
    endFailedCalls(this.#steps, step, failure);
    this.#guard('mastra hidden calls', () => this.#countHidden(span, source));
    this.#guard('mastra facts', () => this.#describe(span, source));
    this.#guard('mastra content', () => setContent(span, source));
    if (failure !== undefined) span.fail(failure);
    const isAborted = step.isAborted || this.#guard('mastra outcome', () => wasAborted(source)) === true;
    span.end({ endTime: lateTime(source.endTime), status: isAborted && failure === undefined ? 'aborted' : undefined });
  }

  #describe(span: Span, source: MastraSpan): void {
    const { usage } = props(source.attributes);
    const counted = span.type === 'llm' || span.type === 'embedding' ? usageOf(usage, {}) : undefined;
    if (counted !== undefined) span.set(usageAttributes(counted));
    describeEnd(span, source);
  }

  /** Calls that Mastra makes for itself have no spans. It adds their tokens up on the span around them. */
  #countHidden(span: Span, source: MastraSpan): void {
    const usage = usageOf(props(source.attributes)['internalUsage'], {});
    if (usage === undefined) return;
    const options = this.#optionsOf(source, { type: 'llm', name: 'chat internal', parent: span });
    const call = this.#tracer.startSpan(options);
    call.set(usageAttributes(usage));
    call.end({ endTime: lateTime(source.endTime) });
  }

  #optionsOf(source: MastraSpan, options: SpanOptions): SpanOptions {
    const capture = this.#capture;
    const startTime = lateTime(source.startTime);
    return { ...options, startTime, scope: SCOPE, ...(capture === undefined ? {} : { capture }) };
  }

  /** @param isAdopted - the span has Mastra's id; not one of a call that an enclosing span of Mastra stands for */
  #startSpan(source: MastraSpan, around: Pick<Run<Step>, 'span' | 'data'> | undefined, isAdopted = true): Span {
    const { id, traceId, parentSpanId, externalParentSpanId } = source;
    const parent = around?.span ?? callerSpan();
    const link = parent === undefined || parent.traceId === traceId ? undefined : { traceId };
    const request = enclosing('model_generation', around?.data)?.latest.attributes;
    const { type, name, attributes } =
      this.#guard('mastra start', () => startOf(source, request)) ?? plainStart(source);
    const options = this.#optionsOf(source, { type, name, attributes, parent, ...(link && { link }) });
    const remote = externalParentSpanId ?? parentSpanId;
    const span =
      isAdopted && isSpanId(id) && isTraceId(traceId)
        ? adoptSpan(this.#tracer, options, {
            traceId,
            spanId: id,
            parentSpanId: isSpanId(remote) ? remote : undefined,
            isRemote: remote !== undefined,
            traceFlags: SAMPLED,
            traceState: undefined,
          })
        : this.#tracer.startSpan(options);
    this.#guard('mastra context', () => this.#surround(span, source, around === undefined));
    return span;
  }

  #surround(span: Span, { type, attributes, metadata, tags }: MastraSpan, isRoot: boolean): void {
    const { [THREAD]: named, ...labels } = props(metadata);
    const thread = named ?? props(attributes)['conversationId'];
    if (type === 'agent_run') enterAgent(span, span.name.replace(/^invoke_agent /, ''));
    if (text(thread) !== undefined) setConversation(span, String(thread));
    if (!isRoot) return;
    for (const [key, value] of Object.entries(labels)) {
      if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
        labelAdopted(span, key, value);
      }
    }
    if (tags !== undefined && tags.length > 0) span.tag(...tags);
  }
}
