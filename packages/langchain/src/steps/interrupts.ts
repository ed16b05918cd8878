/** LangGraph interrupts: links the run that resumes to the trace that waits. */

import type { Span, Tracer } from '@spanline/core';
import { bag, linkTo, type Run, sharedState, text } from '@spanline/instrumentation';
import type { OpenRuns } from '../runs/open-runs.ts';
import type { RunData } from '../runs/run-data.ts';

/** LangGraph calls `handleInterrupt` and `handleResume` of handlers that have this property. */
export const GRAPH_HANDLER: symbol = Symbol.for('langgraph.graph_callback_handler');

const MAX_WAITING = 10_000;

/**
 * Trace ids of waiting runs by checkpoint id, per tracer: the request that resumes may have a handler of its own. A
 * trace that is resumed in another process, or after ten thousand others, is not found here; the checkpoint id on both
 * lines joins the two.
 */
const waitingByTracer = sharedState('langchain.interrupted', () => new WeakMap<Tracer, Map<string, string>>());

function waitingTraces(tracer: Tracer): Map<string, string> {
  let waiting = waitingByTracer.get(tracer);
  if (waiting === undefined) waitingByTracer.set(tracer, (waiting = new Map<string, string>()));
  return waiting;
}

function runOf(runs: OpenRuns, event: unknown): Run<RunData> | undefined {
  const run = runs.get(text(bag(event)['runId']) ?? '');
  return run?.owned === true ? run : undefined;
}

/** Sets and returns the checkpoint id of an event. */
function setCheckpoint(span: Span, event: unknown): string | undefined {
  const checkpointId = text(bag(event)['checkpointId']);
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
  if (checkpointId === undefined) return;
  const waiting = waitingTraces(tracer);
  waiting.delete(checkpointId);
  waiting.set(checkpointId, run.span.traceId);
  if (waiting.size <= MAX_WAITING) return;
  const [oldest] = waiting.keys();
  if (oldest !== undefined) waiting.delete(oldest);
}

/** Links a run that resumes at a checkpoint. Several may resume at the same one: LangGraph can fork a thread. */
export function recordResume(tracer: Tracer, runs: OpenRuns, event: unknown): void {
  const run = runOf(runs, event);
  if (run === undefined) return;
  const traceId = waitingTraces(tracer).get(setCheckpoint(run.span, event) ?? '');
  if (traceId !== undefined && traceId !== run.span.traceId) linkTo(run.span, traceId);
}
