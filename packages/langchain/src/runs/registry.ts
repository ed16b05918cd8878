/**
 * The open runs of one tracer, shared by its handlers, so that a run that two handlers see is recorded once.
 *
 * Each installed copy of this package has a registry of its own, since two versions may keep different data about a
 * run. Copies ask each other whether a run is recorded.
 */

import type { Span, Tracer } from '@spanline/core';
import { createRunRegistry, observedUsage, type Run, type RunRegistry, sharedState } from '@spanline/instrumentation';
import { readBrokenAnswer } from '../models/answer.ts';
import { Holders } from './holders.ts';
import type { RunData } from './run-data.ts';

/** Finds the span of an open run by run id. */
type FindSpan = (runId: string) => Span | undefined;

/** Open runs of one tracer. */
export interface TracerRuns {
  readonly registry: RunRegistry<RunData>;
  readonly holders: Holders;
  /** Finds a run that another copy of this package records. */
  readonly findElsewhere: FindSpan;
}

/** Lookup functions of all copies. Only functions are shared, because their shape is the same in all versions. */
const copies = sharedState('langchain.open-runs', () => new WeakMap<Tracer, Set<FindSpan>>());

const byTracer = new WeakMap<Tracer, TracerRuns>();

/** Sets what a model had streamed when its run ended without an answer. */
export function setPartialAnswer({ span, data }: Pick<Run<RunData>, 'span' | 'data'>): void {
  const observed = observedUsage(span, true);
  if (data.streamed !== undefined || observed !== undefined)
    span.set(readBrokenAnswer(data.streamed, data.startedMs, observed));
}

/** Ends the application's call if the run is its root. */
export function endCall({ isRoot, call }: RunData): void {
  if (isRoot) call.end();
}

function createTracerRuns(tracer: Tracer): TracerRuns {
  const holders = new Holders();
  const registry = createRunRegistry<RunData>({
    trustsHolders: () => holders.areTrusted,
    isAbandoned: ({ data }) => data.signal?.deref()?.aborted === true,
    onClose: (run) => {
      setPartialAnswer(run);
      endCall(run.data);
      return run.data.call.aborted ? 'aborted' : 'abandoned';
    },
  });
  const find: FindSpan = (runId) => registry.get(runId)?.span;
  const all = copies.get(tracer) ?? new Set();
  copies.set(tracer, all.add(find));
  const findElsewhere: FindSpan = (runId) => {
    if (all.size === 1) return undefined;
    for (const other of all) {
      const span = other === find ? undefined : other(runId);
      if (span !== undefined) return span;
    }
    return undefined;
  };
  return { registry, holders, findElsewhere };
}

/** The open runs of `tracer`. */
export function runsOf(tracer: Tracer): TracerRuns {
  let runs = byTracer.get(tracer);
  if (runs === undefined) {
    runs = createTracerRuns(tracer);
    byTracer.set(tracer, runs);
  }
  return runs;
}
