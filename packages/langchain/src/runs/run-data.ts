/**
 * State of an open run, grouped by the file that writes it. All fields exist from the start, so that the object keeps
 * one shape.
 */

import type { StreamedAnswer } from '../models/streamed-answer.ts';
import type { PromptName } from '../objects/prompt.ts';
import type { TracePolicy } from '../objects/trace-policy.ts';
import type { AttemptState } from './attempts.ts';
import { Call } from './call.ts';

/** Fixed when the run starts. */
interface FixedState {
  /** On the clock of `performance.now()`. */
  readonly startedMs: number;
  /** The handler's `OpenRuns` that records the run. */
  readonly owner: object;
  readonly call: Call;
  /** True for the run that the application called. */
  readonly isRoot: boolean;
  /** True for a streamed chain: LangChain reports its input with its end. */
  readonly defersInput: boolean;
  /** The conversation that the application's call names in its metadata. */
  readonly conversation: string | undefined;
  /** The policy for the payloads of a chain. */
  readonly policy: TracePolicy | undefined;
}

/** Model calls. Written by `steps/model.ts`. */
interface ModelState {
  /** LangChain answers from its cache. Core before 0.3.34 reports it with the start, later versions with the end. */
  isCached: boolean;
  streamed: StreamedAnswer | undefined;
  /** Sound was sent to Google. */
  hasSound: boolean;
  /** Signal that aborts the call. Held weakly: LangChain's listeners on it hold the run. */
  signal: WeakRef<AbortSignal> | undefined;
}

/**
 * Graphs and their nodes. `interrupted` is written by `steps/interrupts.ts` and, before LangGraph 1.7, by
 * `open-runs.ts`.
 */
interface GraphState {
  /** Input state of a graph node; `undefined` for other runs. */
  readonly nodeInput: unknown;
  /** The graph waits for a human. */
  interrupted: boolean;
}

/** Notes from the runs inside this one. */
interface InnerState {
  /** Name of the last prompt; the next model call uses that prompt. Written by `steps/chain.ts`. */
  prompt: PromptName | undefined;
  /** Span names of failed tools whose call id LangChain does not report. Written by `steps/tool-calls.ts`. */
  failedTools: string[] | undefined;
  /** Number of dispatched events. Written by `steps/custom-event.ts`. */
  customEvents: number;
}

/** State of an open run. */
export interface RunData extends FixedState, AttemptState, ModelState, GraphState, InnerState {}

/** Properties that most kinds of runs leave at their default. */
export type RunTraits = Pick<RunData, 'triesFallbacks' | 'defersInput' | 'nodeInput' | 'retryKey' | 'policy'>;

/** Traits of most runs. */
export const DEFAULT_TRAITS: RunTraits = {
  triesFallbacks: false,
  defersInput: false,
  nodeInput: undefined,
  retryKey: undefined,
  policy: undefined,
};

/** Fields computed from the start callback and the enclosing run. */
export type RunOrigin = Pick<RunData, 'owner' | 'nodeKey' | 'attempt' | 'prompt' | 'conversation'>;

/** State of a run that starts inside `outer`, or at the top. */
export function createRunData(outer: RunData | undefined, origin: RunOrigin, traits: RunTraits): RunData {
  return {
    startedMs: performance.now(),
    owner: origin.owner,
    call: outer === undefined ? new Call() : outer.call,
    isRoot: outer === undefined,
    defersInput: traits.defersInput,
    conversation: origin.conversation,
    policy: traits.policy,
    nodeKey: origin.nodeKey,
    retryKey: traits.retryKey,
    triesFallbacks: traits.triesFallbacks,
    attempt: origin.attempt,
    failures: undefined,
    isCached: false,
    streamed: undefined,
    hasSound: false,
    signal: undefined,
    nodeInput: traits.nodeInput,
    interrupted: false,
    prompt: origin.prompt,
    failedTools: undefined,
    customEvents: 0,
  };
}
