/** LangGraph interrupts: links the run that resumes to the trace that waits. */

import type { Span, Tracer } from '@spanline/core';
import { props, linkTo, type Run, sharedState, text } from '@spanline/instrumentation';
import { BoundedMap } from '@spanline/record';
import type { OpenRuns } from '../runs/open-runs.ts';
import type { RunData } from '../runs/run-data.ts';

/** LangGraph calls `handleInterrupt` and `handleResume` of handlers that have this property. */
export const GRAPH_HANDLER: symbol = Symbol.for('langgraph.graph_callback_handler');

/** The last 10,000 traces are always kept. */
const MAX_WAITING = 20_000;

/**
 * Trace ids of waiting runs by checkpoint id, per tracer: the request that resumes may have a handler of its own. A
 * trace that is resumed in another process, or after ten thousand others, is not found here; the checkpoint id on both
 * lines joins the two.
 */
const waitingByTracer = sharedState('langchain.interrupted', () => new WeakMap<Tracer, BoundedMap<string, string>>());

function waitingTraces(tracer: Tracer): BoundedMap<string, string> {
  const waiting = waitingByTracer.get(tracer) ?? new BoundedMap<string, string>(MAX_WAITING);
  waitingByTracer.set(tracer, waiting);
  return waiting;
}

function runOf(runs: OpenRuns, event: unknown): Run<RunData> | undefined {
  const run = runs.get(text(props(event)['runId']) ?? '');
  return run?.owned === true ? run : undefined;
}

/** Sets and returns the checkpoint id of an event. */
function setCheckpoint(span: Span, event: unknown): string | undefined {
  const checkpointId = text(props(event)['checkpointId']);
  span.set({ 'spanline.langgraph.checkpoint_id': checkpointId });
  return checkpointId;
}

/**
 * Records that a graph waits for a human. Its run ends normally a little later.
 *
 * @param event - `{ runId, checkpointId, … }`
 */
export function recordInterrupt(tracer: Tracer, runs: OpenRuns, event: unknown): void {
  const run = runOf(runs, event);
  if (run === undefined) return;
  run.data.interrupted = true;
  const checkpointId = setCheckpoint(run.span, event);
  if (checkpointId !== undefined) waitingTraces(tracer).set(checkpointId, run.span.traceId);
}

/** Links a run that resumes at a checkpoint. Several may resume at the same one: LangGraph can fork a thread. */
export function recordResume(tracer: Tracer, runs: OpenRuns, event: unknown): void {
  const run = runOf(runs, event);
  if (run === undefined) return;
  const traceId = waitingTraces(tracer).get(setCheckpoint(run.span, event) ?? '');
  if (traceId !== undefined && traceId !== run.span.traceId) linkTo(run.span, traceId);
}
