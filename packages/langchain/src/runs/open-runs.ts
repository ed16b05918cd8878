/** The spans of runs: which handler records a run, and how its span starts and ends. */

import type { Span, SpanOptions, Tracer } from '@spanline/core';
import {
  createEnterSpan,
  type EnterSpan,
  onForcedEnd,
  type Run,
  setConversation,
  statusOfThrown,
} from '@spanline/instrumentation';
import { interruptsOf } from '../objects/graph-node.ts';
import type { RunStart } from '../objects/run-start.ts';
import { conversationId, userMetadata, userTags } from '../objects/tags.ts';
import { attemptAttributes, attemptOf, nodeKeyOf, noteFailure } from './attempts.ts';
import { endCall, runsOf, setPartialAnswer, type TracerRuns } from './registry.ts';
import { createRunData, DEFAULT_TRAITS, type RunData, type RunTraits } from './run-data.ts';

/** Arguments of every end callback. LangChain's run managers pass the same `tags` array as with the start. */
export type EndArguments = [runId: string, parentRunId?: string | undefined, tags?: string[] | undefined];

/** Options that all spans of a handler share. */
export type SpanDefaults = Pick<SpanOptions, 'scope' | 'capture'>;

/** Puts the application's tags and metadata on the root span. */
function describeRoot(span: Span, { tags, metadata }: RunStart): void {
  const own = userTags(tags);
  if (own.length > 0) span.tag(...own);
  for (const [key, value] of Object.entries(userMetadata(metadata))) span.label(key, value);
  span.set({ 'spanline.langgraph.thread_id': metadata['thread_id'] as string | undefined });
}

/** The runs inside a call have the metadata of its root. */
function conversationOf({ metadata }: RunStart, outer: Run<RunData> | undefined): string | undefined {
  return outer === undefined ? conversationId(metadata) : outer.data.conversation;
}

/**
 * Starts and ends the spans of runs, for one handler. The first handler of a tracer that sees a run owns it and records
 * it; the others skip it.
 */
export class OpenRuns {
  readonly #tracer: Tracer;
  readonly #defaults: SpanDefaults;
  readonly #runs: TracerRuns;
  readonly #enter: EnterSpan;

  constructor(tracer: Tracer, defaults: SpanDefaults) {
    this.#tracer = tracer;
    this.#defaults = defaults;
    this.#runs = runsOf(tracer);
    this.#enter = createEnterSpan(tracer);
  }

  /** The run, whichever handler owns it. */
  get(runId: string): Run<RunData> | undefined {
    return this.#runs.registry.get(runId);
  }

  /** The run, if this handler owns it. */
  own(runId: string): Run<RunData> | undefined {
    const run = this.#runs.registry.get(runId);
    return run?.data.owner === this ? run : undefined;
  }

  /** The enclosing run. */
  outer(parentRunId: string | undefined): Run<RunData> | undefined {
    return parentRunId === undefined ? undefined : this.#runs.registry.get(parentRunId);
  }

  /** The span of a run that another copy of this package records. */
  spanElsewhere(runId: string | undefined): Span | undefined {
    return runId === undefined ? undefined : this.#runs.findElsewhere(runId);
  }

  #isRecorded(runId: string): boolean {
    return this.#runs.registry.get(runId) !== undefined || this.#runs.findElsewhere(runId) !== undefined;
  }

  /**
   * Starts a run's span and makes it current.
   *
   * @param options - the parent and the handler's defaults are filled in
   * @returns `undefined` if the run has started before
   */
  start(start: RunStart, options: SpanOptions, traits: RunTraits = DEFAULT_TRAITS): Span | undefined {
    if (!this.#tracer.enabled || this.#isRecorded(start.runId)) return undefined;
    const outer = this.outer(start.parentRunId);
    const nodeKey = nodeKeyOf(start);
    const isNode = traits.nodeInput !== undefined;
    const candidate = { nodeKey, tags: start.tags, spanName: options.name, isNode, retryKey: traits.retryKey };
    const attempt = attemptOf(outer, candidate);
    const parent = outer?.span ?? this.spanElsewhere(start.parentRunId);
    if (parent !== undefined) options.parent = parent;
    const span = this.#tracer.startSpan(Object.assign(options, this.#defaults));
    const conversation = conversationOf(start, outer);
    const origin = { owner: this, nodeKey, attempt, prompt: undefined, conversation };
    const data = createRunData(outer?.data, origin, traits);
    if (conversation !== undefined) setConversation(span, conversation);
    this.#runs.registry.start(start.runId, span, data, {
      parentId: start.parentRunId,
      holder: this.#runs.holders.of(start.holder),
    });
    if (options.type === 'llm') onForcedEnd(span, () => setPartialAnswer({ span, data }));
    if (start.parentRunId === undefined) describeRoot(span, start);
    if (attempt !== undefined) span.set(attemptAttributes(attempt));
    this.#enter(span);
    return span;
  }

  /** Starts a run without a span of its own: the runs inside it are children of `span`. */
  startHidden(start: RunStart, span: Span, traits: RunTraits): void {
    if (this.#isRecorded(start.runId)) return;
    const outer = this.outer(start.parentRunId);
    const nodeKey = nodeKeyOf(start);
    const attempt = attemptOf(outer, { nodeKey, tags: start.tags, spanName: span.name, isNode: false });
    const conversation = conversationOf(start, outer);
    const origin = { owner: this, nodeKey, attempt, prompt: outer?.data.prompt, conversation };
    this.#runs.registry.alias(start.runId, span, createRunData(outer?.data, origin, traits), {
      parentId: start.parentRunId,
      holder: this.#runs.holders.of(start.holder),
    });
  }

  /** Starts an instant span inside `parent`. The caller ends it at once. */
  startInstant(parent: Span, options: SpanOptions): Span {
    return this.#tracer.startSpan({ ...this.#defaults, ...options, parent });
  }

  #remove([runId, , tags]: EndArguments): Run<RunData> | undefined {
    const run = this.#runs.registry.end(runId);
    if (run === undefined) return undefined;
    endCall(run.data);
    this.#runs.holders.ended(tags);
    return run;
  }

  /** Ends a run's span. `describe` sets its result; if it throws, the span ends all the same. */
  end(end: EndArguments, describe: (run: Run<RunData>) => void): void {
    const run = this.#remove(end);
    if (run === undefined || !run.owned) return;
    try {
      describe(run);
    } finally {
      run.span.end(run.data.interrupted ? { status: 'interrupted' } : undefined);
    }
  }

  /** Ends a run that threw. */
  fail(end: EndArguments, error: unknown): void {
    const run = this.#remove(end);
    if (run === undefined) return;
    const verdict = statusOfThrown(error);
    if (verdict === 'aborted') run.data.call.reportAbort();
    if (run.owned) {
      setPartialAnswer(run);
      if (verdict === 'interrupted') run.span.output(interruptsOf(error));
      run.span.fail(error).end();
    }
    if (verdict === 'error') this.#noteFailure(end[1], run);
    if (verdict === 'interrupted') this.#noteInterrupt(end[1], run);
  }

  /** LangGraph before 1.7 reports no interrupt: the node throws, and the graph around it ends normally. */
  #noteInterrupt(graphRunId: string | undefined, { data }: Run<RunData>): void {
    const graph = data.nodeInput === undefined ? undefined : this.outer(graphRunId);
    if (graph !== undefined) graph.data.interrupted = true;
  }

  #noteFailure(parentRunId: string | undefined, { owned, span, data }: Run<RunData>): void {
    const outer = this.outer(parentRunId)?.data;
    if (outer === undefined) return;
    const innermost = [...(data.failures?.values() ?? [])].at(-1)?.spanId;
    noteFailure(outer, data, owned ? span.spanId : innermost, span.name);
  }
}
