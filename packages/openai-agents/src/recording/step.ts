/** Facts of an open trace or span of the SDK, beside its span in the log. */

/** An open trace or span. */
export interface Step {
  /** The SDK's id. */
  readonly id: string;
  readonly parent: Step | undefined;
  /** Type of the SDK's span, or `trace`. */
  readonly type: string;
  /** The question of the first model call inside is known. */
  isAsked: boolean;
  /** The last model call inside was aborted. */
  isAborted: boolean;
  /** Model calls of a turn that are over, and whose usage the turn reports. */
  readonly uncounted: UncountedCall[];
  /** Present on traces. */
  readonly workflow: Workflow | undefined;
}

/** Facts of an open trace. */
interface Workflow {
  /** Starts that have not ended. The application may give several traces one id. */
  starts: number;
  /** Runs that have not ended. */
  runs: number;
  /** How the last run ended; `undefined` if it was well. */
  failure: unknown;
  /** Ids of open agents. A run that waits for an approval leaves them open. */
  readonly agents: Set<string>;
}

/** A model call that is over, and that the application keeps from traces. */
interface UncountedCall {
  readonly id: string;
  readonly endTime: number;
}

/** Creates the state of a trace or span. */
export function createStep(id: string, type: string, parent: Step | undefined): Step {
  const workflow = type === 'trace' ? { starts: 1, runs: 0, failure: undefined, agents: new Set<string>() } : undefined;
  return { id, parent, type, isAsked: false, isAborted: false, uncounted: [], workflow };
}

/** The nearest step of a type, from `step` upwards. */
export function enclosing(type: string, step: Step | undefined): Step | undefined {
  let candidate = step;
  while (candidate !== undefined && candidate.type !== type) candidate = candidate.parent;
  return candidate;
}
