import type { Span, SpanAttributes, Tracer } from '@spanline/core';
import { bag, type Bag, linkTo, text } from '@spanline/instrumentation';
import { readable } from './messages.ts';
import type { OpenRuns } from './open-runs.ts';

/** How LangGraph finds handlers that want to hear of interrupts, without a class of its own to extend. */
export const GRAPH_HANDLER: symbol = Symbol.for('langgraph.graph_callback_handler');

/** What a node's metadata says about it. */
export function nodeAttributes(node: string, metadata: Bag): SpanAttributes {
  const step = Number(metadata['langgraph_step']);
  return {
    'spanline.langgraph.node': node,
    'spanline.langgraph.step': Number.isInteger(step) ? step : undefined,
    'spanline.langgraph.checkpoint_id': text(metadata['checkpoint_id']),
    'spanline.langgraph.thread_id': text(metadata['thread_id']),
  };
}

/** What a node asked the human for, from the error that LangGraph interrupts it with. */
export function interruptsOf(error: unknown): unknown {
  const { interrupts } = bag(error);
  return Array.isArray(interrupts) && interrupts.length > 0 ? readable(interrupts) : undefined;
}

const MAX_INTERRUPTED = 10_000;

/** Traces that wait for a human, by the checkpoint they wait at. What is resumed elsewhere, or later than ten thousand others, is found by the checkpoint's id on both lines. */
class InterruptedTraces {
  readonly #traces = new Map<string, string>();

  /** A run waits: `{ runId, checkpointId, … }`. */
  interrupt(runs: OpenRuns, event: unknown): void {
    const run = runs.get(text(bag(event)['runId']) ?? '');
    if (run?.owned !== true) return;
    run.data.interrupted = true;
    const checkpointId = describe(run.span, event);
    if (checkpointId === undefined) return;
    this.#traces.delete(checkpointId);
    this.#traces.set(checkpointId, run.span.traceId);
    if (this.#traces.size <= MAX_INTERRUPTED) return;
    const [oldest] = this.#traces.keys();
    if (oldest !== undefined) this.#traces.delete(oldest);
  }

  /** A run goes on where another waited. Several may: LangGraph can fork a thread. */
  resume(runs: OpenRuns, event: unknown): void {
    const run = runs.get(text(bag(event)['runId']) ?? '');
    if (run?.owned !== true) return;
    const waiting = this.#traces.get(describe(run.span, event) ?? '');
    if (waiting !== undefined && waiting !== run.span.traceId) linkTo(run.span, waiting);
  }
}

const byTracer = new WeakMap<Tracer, InterruptedTraces>();

/** The traces that wait, of all handlers of a tracer: the request that goes on may have a handler of its own. */
export function interruptedTraces(tracer: Tracer): InterruptedTraces {
  const known = byTracer.get(tracer) ?? new InterruptedTraces();
  byTracer.set(tracer, known);
  return known;
}

/** @returns the checkpoint's id */
function describe(span: Span, event: unknown): string | undefined {
  const checkpointId = text(bag(event)['checkpointId']);
  span.set({ 'spanline.langgraph.checkpoint_id': checkpointId });
  return checkpointId;
}
