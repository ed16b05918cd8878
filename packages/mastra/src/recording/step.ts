/** Facts of an open span of Mastra, beside its span in the log. */

import type { Guard, RunRegistry } from '@spanline/instrumentation';
import type { MastraSpan } from '../sdk/objects.ts';

/** An open span of Mastra. */
export interface Step {
  readonly id: string;
  readonly parent: Step | undefined;
  /** Mastra's type of the span. */
  readonly type: string;
  /** The span as Mastra last reported it. */
  latest: MastraSpan;
  /** Calls of a model that have started inside. */
  calls: number;
  /** The last model call inside was aborted. */
  isAborted: boolean;
  /** When the first piece of an answer came, and the last one, in epoch milliseconds. */
  firstPiece: number | undefined;
  lastPiece: number | undefined;
  /** Model calls that are over. The model step around them has more facts of them. */
  readonly answered: AnsweredCall[];
  /** Failed calls whose error only the step around them reports. */
  readonly failed: FailedCall[];
}

/** A model call that is over. */
export interface AnsweredCall {
  readonly step: Step;
  readonly source: MastraSpan;
}

/** A model call that is over and whose error is not known yet. */
interface FailedCall {
  readonly id: string;
  readonly endTime: number;
}

/** Open steps by Mastra's ids. */
export type Steps = RunRegistry<Step>;

/** Open steps, and what keeps a value that cannot be read from costing more than itself. */
export interface Recording {
  readonly steps: Steps;
  readonly guard: Guard;
}

/** Creates the state of a span. */
export function createStep(source: MastraSpan, parent: Step | undefined): Step {
  const { id, type } = source;
  return {
    id,
    parent,
    type,
    latest: source,
    calls: 0,
    isAborted: false,
    firstPiece: undefined,
    lastPiece: undefined,
    answered: [],
    failed: [],
  };
}

/** The nearest step of a type, from `step` upwards. */
export function enclosing(type: string, step: Step | undefined): Step | undefined {
  let candidate = step;
  while (candidate !== undefined && candidate.type !== type) candidate = candidate.parent;
  return candidate;
}

/** Mastra reports one call of a model as three nested spans. Only the innermost one is the call. */
const AROUND_CALLS: ReadonlySet<string> = new Set(['model_generation', 'model_step']);

/** True for a span that only stands around model calls. */
export const isAroundCalls = (type: string): boolean => AROUND_CALLS.has(type);

/** The nearest step above that has a span of its own: the agent, tool or workflow that asks the model. */
export function asker({ parent }: Step): Step | undefined {
  let candidate = parent;
  while (candidate !== undefined && isAroundCalls(candidate.type)) candidate = candidate.parent;
  return candidate;
}
