/** Traces and spans of the SDK as spans of the log. */

import { type CaptureSetting, currentSpan, type Span, type SpanOptions, type Tracer } from '@spanline/core';
import {
  createRunRegistry,
  enterAgent,
  nearestOpen,
  parentOf,
  props,
  type Run,
  setConversation,
  sharedState,
  text,
} from '@spanline/instrumentation';
import { claimSpan, claimTrace, releaseTrace } from '../claims.ts';
import { SCOPE } from '../scope.ts';
import { failureOf } from '../sdk/failure.ts';
import { activeContext, type AgentsSpan, type AgentsTrace, lateTime } from '../sdk/objects.ts';
import { describeStep, startOf } from '../sdk/span-data.ts';
import { endModelCall, endTurn, type Steps } from './model-calls.ts';
import { createStep, enclosing, type Step } from './step.ts';

/** Steps without a span of their own. Those inside are children of the span around them. */
const TRANSPARENT: ReadonlySet<string> = new Set(['task', 'turn']);
const MODEL_CALLS: ReadonlySet<string> = new Set(['response', 'generation']);

/** Ids of the SDK's traces by their spans. Another processor, with a log of its own, starts beside such a span. */
const traces = sharedState('openai-agents.traces', () => new WeakMap<Span, string>());

/** The parent of a trace; `undefined` for the span that is current. */
function parentOfTrace(traceId: string): SpanOptions['parent'] {
  const current = currentSpan();
  return current === undefined || traces.get(current) !== traceId ? undefined : (parentOf(current) ?? null);
}

function setLabels(span: Span, metadata: unknown): void {
  for (const [key, value] of Object.entries(props(metadata))) {
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') span.label(key, value);
  }
}

/** Records the traces of one processor. */
export class Recorder {
  readonly #tracer: Tracer;
  readonly #capture: CaptureSetting | undefined;
  readonly #steps: Steps = createRunRegistry<Step>();
  #isStarting = false;

  constructor(tracer: Tracer, capture: CaptureSetting | undefined) {
    this.#tracer = tracer;
    this.#capture = capture;
  }

  startTrace(trace: AgentsTrace): void {
    const { traceId } = trace;
    if (!this.#tracer.enabled || !claimTrace(this.#tracer, traceId, this)) return;
    const open = this.#steps.get(traceId)?.data.workflow;
    if (open !== undefined) {
      open.starts++;
      return;
    }
    const span = this.#startSpan({ name: trace.name, type: 'chain', parent: parentOfTrace(traceId) });
    traces.set(span, traceId);
    this.#steps.start(traceId, span, createStep(traceId, 'trace', undefined), { holder: trace });
    if (text(trace.groupId) !== undefined) setConversation(span, String(trace.groupId));
    setLabels(span, trace.metadata);
  }

  endTrace({ traceId }: AgentsTrace): void {
    const open = this.#steps.get(traceId);
    const workflow = open?.data.workflow;
    if (open === undefined || workflow === undefined || --workflow.starts > 0) return;
    this.#steps.end(traceId);
    releaseTrace(this.#tracer, traceId);
    this.#close(open);
  }

  startSpan(source: AgentsSpan): void {
    if (!this.#tracer.enabled || !claimSpan(this.#tracer, source.traceId, source.spanId, this)) return;
    this.#start(source);
    // The SDK can report work that was done elsewhere.
    if (source.endedAt !== null) this.endSpan(source);
  }

  endSpan(source: AgentsSpan): void {
    const run = this.#steps.get(source.spanId);
    if (run === undefined) return;
    try {
      this.#end(source, run);
    } catch (fault) {
      // A value that cannot be read costs the facts, and not the line.
      this.#steps.end(source.spanId);
      if (run.owned) run.span.end();
      throw fault;
    }
  }

  #end(source: AgentsSpan, run: Run<Step>): void {
    const { data: step, span } = run;
    if (MODEL_CALLS.has(step.type)) return endModelCall(this.#steps, step, span, source);
    this.#steps.end(step.id);
    const failure = failureOf(source);
    if (step.type === 'turn') endTurn(this.#steps, step, source);
    if (step.type === 'task') this.#endRun(step, failure);
    if (!run.owned) return;
    enclosing('trace', step)?.workflow?.agents.delete(step.id);
    describeStep(span, props(source.spanData));
    if (failure !== undefined) span.fail(failure);
    span.end({ endTime: lateTime(source.endedAt), status: this.#statusOf(step, failure) });
  }

  /**
   * Returns the span of the SDK's context. It starts here if the SDK has not reported it yet, because another processor
   * comes first. A start reads the current span itself.
   */
  current(): Span | undefined {
    const { trace, span: source } = activeContext() ?? {};
    if (source === undefined) return trace === undefined ? undefined : this.#steps.get(trace.traceId)?.span;
    const known = this.#steps.get(source.spanId);
    if (known !== undefined || this.#isStarting) return nearestOpen(known?.span);
    if (source.startedAt === null || source.endedAt !== null) return undefined;
    this.#isStarting = true;
    try {
      this.startSpan(source);
    } finally {
      this.#isStarting = false;
    }
    return nearestOpen(this.#steps.get(source.spanId)?.span);
  }

  #statusOf({ isAborted }: Step, failure: unknown): 'aborted' | undefined {
    return isAborted && failure === undefined ? 'aborted' : undefined;
  }

  /** Ends the span of a trace, with the failure of its last run, and agents in it that wait for an approval. */
  #close({ data: step, span }: Run<Step>): void {
    const { agents = [], failure } = step.workflow ?? {};
    for (const id of agents) this.#steps.end(id)?.span.end();
    if (failure !== undefined) span.fail(failure);
    span.end({ status: this.#statusOf(step, failure) });
  }

  /**
   * Notes how a run of a trace ended: one inside of a tool failed for the tool. The SDK does not end a trace whose work
   * throws. If nobody has gone on with it in the next turn of the event loop, it is over.
   */
  #endRun({ parent }: Step, failure: unknown): void {
    const { id, workflow } = parent ?? {};
    if (id === undefined || workflow === undefined) return;
    workflow.runs--;
    workflow.failure = failure;
    if (failure === undefined) return;
    setImmediate(() => {
      const open = this.#steps.get(id);
      if (open?.data.workflow === workflow && workflow.runs === 0 && workflow.failure !== undefined) this.#close(open);
    });
  }

  #start(source: AgentsSpan): void {
    const { traceId, spanId, parentId } = source;
    const around = this.#steps.get(parentId ?? traceId) ?? this.#steps.get(traceId);
    const data = props(source.spanData);
    const step = createStep(spanId, text(data['type']) ?? 'span', around?.data);
    const place = { parentId: around?.data.id, holder: source };
    if (TRANSPARENT.has(step.type)) {
      if (around !== undefined) this.#steps.alias(spanId, around.span, step, place);
      if (step.type === 'task' && around?.data.workflow !== undefined) around.data.workflow.runs++;
      return;
    }
    const { type, name, attributes } = startOf(data);
    const startTime = lateTime(source.startedAt);
    const span = this.#startSpan({ name, type, attributes, startTime, parent: around?.span });
    if (step.type === 'agent') {
      enterAgent(span, String(attributes['gen_ai.agent.name']));
      enclosing('trace', step)?.workflow?.agents.add(spanId);
    }
    this.#steps.start(spanId, span, step, place);
  }

  #startSpan(options: SpanOptions): Span {
    const capture = this.#capture;
    options.scope = SCOPE;
    if (capture !== undefined) options.capture = capture;
    return this.#tracer.startSpan(options);
  }
}
