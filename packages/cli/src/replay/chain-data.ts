/** A decision chain as data for programs. */

import type { Chain, ChainStep, Divergence, Explanation, InputSource } from '@spanline/query';

/** The step to blame, and the evidence of the log. */
export interface Reason {
  readonly step: ChainStep;
  readonly sources: readonly InputSource[];
  /** `undefined` where the log was not asked. */
  readonly explanation: Explanation | undefined;
}

/** A step with its content. */
export function stepData({ number, record, step, atMs, got, gave, faults, problem }: ChainStep): object {
  return {
    number,
    step,
    type: record['span.type'],
    spanId: record.span_id,
    atMs,
    durationMs: record.duration_ms,
    status: record['span.status'],
    problem,
    got,
    gave,
    missing: faults.map(({ reason }) => reason),
  };
}

function reasonData({ step, sources, explanation }: Reason): object {
  return {
    number: step.number,
    step: step.step,
    problem: step.problem,
    inputs: sources.map(({ from, pieces, of }) => ({ number: from.number, step: from.step, pieces, of })),
    causes: explanation?.causes ?? [],
  };
}

/** The steps, and the one to blame. */
export function chainData({ root, steps }: Chain, reason?: Reason): { traceId: unknown; steps: object[] } {
  return {
    traceId: root?.record.trace_id,
    ...(root === undefined ? {} : { asked: root.got, answered: root.gave, status: root.record['span.status'] }),
    steps: steps.map(stepData),
    ...(reason === undefined ? {} : { blamed: reasonData(reason) }),
  };
}

/** A step that differs between two traces. */
export function divergenceData({ before, after, what, changes }: Divergence): object {
  const side = (step: ChainStep | undefined): object | undefined => (step === undefined ? undefined : stepData(step));
  return { what, before: side(before), after: side(after), changes };
}
