import type { Span, SpanOptions, Tracer } from '@spanline/core';
import {
  createRunRegistry,
  enterSpan,
  judge,
  onLeftOpen,
  type Run,
  type RunRegistry,
  text,
} from '@spanline/instrumentation';
import { attemptAttributes, attemptOf, noteFailure, subjectOf } from './attempts.ts';
import { interruptsOf } from './graph.ts';
import { Holders } from './holders.ts';
import { readBrokenAnswer } from './model-output.ts';
import { userMetadata, userTags } from './names.ts';
import { createRunData, type RunData, type RunTraits, USUAL } from './run-data.ts';
import type { Start } from './start.ts';

/** What was streamed until the end that did not come. */
function keepPartial({ span, data: { startedMs, tokens } }: Pick<Run<RunData>, 'span' | 'data'>): void {
  if (tokens !== undefined) span.set(readBrokenAnswer(tokens, startedMs));
}

function endFlow({ isRoot, flow }: RunData): void {
  if (isRoot) flow.end();
}

/** What the application said about the whole run stands on its root. */
function describeRoot(span: Span, { tags, metadata }: Start): void {
  const own = userTags(tags);
  if (own.length > 0) span.tag(...own);
  for (const [key, value] of Object.entries(userMetadata(metadata))) span.label(key, value);
  span.set({ 'spanline.langgraph.thread_id': text(metadata['thread_id']) });
}

/** What LangChain passes with every end. The tags are the very array of the start where its own manager reports. */
export type EndArguments = [runId: string, parentRunId?: string | undefined, tags?: string[] | undefined];

/** What all handlers of a tracer know of open runs. */
interface Known {
  readonly registry: RunRegistry<RunData>;
  readonly holders: Holders;
}

const byTracer = new WeakMap<Tracer, Known>();

function knownTo(tracer: Tracer): Known {
  const known = byTracer.get(tracer);
  if (known !== undefined) return known;
  const holders = new Holders();
  const registry = createRunRegistry<RunData>({
    trustsHolders: () => holders.areTrusted,
    isLeft: ({ data }) => data.signal?.deref()?.aborted === true,
    onClose: (run) => {
      keepPartial(run);
      endFlow(run.data);
      return run.data.flow.aborted ? 'aborted' : 'abandoned';
    },
  });
  const made = { registry, holders };
  byTracer.set(tracer, made);
  return made;
}

/** The runs that have started and not ended, and the spans they are told as. Handlers of one tracer share them, so that a run that two of them hear (one of the model's, one of the call's) is told once, by the first. */
export class OpenRuns {
  readonly #tracer: Tracer;
  readonly #defaults: Pick<SpanOptions, 'scope' | 'capture'>;
  readonly #registry: RunRegistry<RunData>;
  readonly #holders: Holders;

  constructor(tracer: Tracer, defaults: Pick<SpanOptions, 'scope' | 'capture'>) {
    this.#tracer = tracer;
    this.#defaults = defaults;
    const { registry, holders } = knownTo(tracer);
    this.#registry = registry;
    this.#holders = holders;
  }

  /** The run, where this handler is the one that tells it. */
  told(runId: string): Run<RunData> | undefined {
    const run = this.#registry.get(runId);
    return run?.data.teller === this ? run : undefined;
  }

  get(runId: string): Run<RunData> | undefined {
    return this.#registry.get(runId);
  }

  /** The run around one that names it. */
  outerOf(parentRunId: string | undefined): Run<RunData> | undefined {
    return parentRunId === undefined ? undefined : this.#registry.get(parentRunId);
  }

  /**
   * Starts a run's span and enters it.
   *
   * @param options - its parent and what all spans of the handler share are filled in
   * @returns `undefined` when the run has started before
   */
  begin(start: Start, options: SpanOptions, traits: RunTraits = USUAL): Span | undefined {
    if (!this.#tracer.enabled || this.get(start.runId) !== undefined) return undefined;
    const outer = this.outerOf(start.parentRunId);
    const subject = subjectOf(start);
    const isNode = traits.nodeInput !== undefined;
    const attempt = attemptOf(outer, { subject, tags: start.tags, name: options.name, isNode, call: traits.call });
    if (outer !== undefined) options.parent = outer.span;
    const span = this.#tracer.startSpan(Object.assign(options, this.#defaults));
    const data = createRunData(outer?.data, { teller: this, subject, attempt, prompt: undefined }, traits);
    this.#registry.start(start.runId, span, data, {
      parentId: start.parentRunId,
      holder: this.#holders.of(start.holder),
    });
    onLeftOpen(span, () => keepPartial({ span, data }));
    if (start.parentRunId === undefined) describeRoot(span, start);
    if (attempt !== undefined) span.set(attemptAttributes(attempt));
    enterSpan(span);
    return span;
  }

  /** Starts a run that has no span of its own. */
  alias(start: Start, span: Span, traits: RunTraits): void {
    const outer = this.outerOf(start.parentRunId);
    const subject = subjectOf(start);
    const attempt = attemptOf(outer, { subject, tags: start.tags, name: span.name, isNode: false });
    const origin = { teller: this, subject, attempt, prompt: outer?.data.prompt };
    const data = createRunData(outer?.data, origin, traits);
    this.#registry.alias(start.runId, span, data, {
      parentId: start.parentRunId,
      holder: this.#holders.of(start.holder),
    });
  }

  /** A span inside of another that begins and ends at once. */
  moment(parent: Span, options: SpanOptions): Span {
    return this.#tracer.startSpan({ ...this.#defaults, ...options, parent });
  }

  #take([runId, , tags]: EndArguments): Run<RunData> | undefined {
    const run = this.#registry.end(runId);
    if (run === undefined) return undefined;
    endFlow(run.data);
    this.#holders.ended(tags);
    return run;
  }

  /** Ends a run's span. `describe` says what came of it; when that throws the span ends all the same. */
  end(end: EndArguments, describe: (run: Run<RunData>) => void): void {
    const run = this.#take(end);
    if (run === undefined || !run.owned) return;
    try {
      describe(run);
    } finally {
      run.span.end(run.data.interrupted ? { status: 'interrupted' } : undefined);
    }
  }

  /** Ends a run that threw. */
  fail(end: EndArguments, error: unknown): void {
    const run = this.#take(end);
    if (run === undefined) return;
    const verdict = judge(error);
    if (verdict === 'aborted') run.data.flow.abort();
    if (run.owned) {
      keepPartial(run);
      if (verdict === 'interrupted') run.span.output(interruptsOf(error));
      run.span.fail(error).end();
    }
    if (verdict === 'error') this.#noteFailure(end[1], run);
    if (verdict === 'interrupted') this.#noteInterrupt(end[1], run);
  }

  /** A graph one of whose nodes waits for a human ends well, and versions of LangGraph before 1.7 tell no interrupt of it. */
  #noteInterrupt(graphRunId: string | undefined, { data }: Run<RunData>): void {
    const graph = data.nodeInput === undefined ? undefined : this.outerOf(graphRunId);
    if (graph !== undefined) graph.data.interrupted = true;
  }

  #noteFailure(parentRunId: string | undefined, { owned, span, data }: Run<RunData>): void {
    const outer = this.outerOf(parentRunId)?.data;
    if (outer === undefined) return;
    const innermost = [...(data.failures?.values() ?? [])].at(-1)?.spanId;
    noteFailure(outer, data, owned ? span.spanId : innermost, span.name);
  }
}
