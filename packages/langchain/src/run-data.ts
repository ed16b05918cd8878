import type { Attempt } from './attempts.ts';
import { Flow } from './flow.ts';
import type { PromptName } from './prompts.ts';
import type { StreamedTokens } from './tokens.ts';

/** What is kept of a run between its start and its end. */
export interface RunData {
  readonly startedMs: number;
  /** Which of several handlers of a tracer tells it. */
  readonly teller: object;
  /** What it is an attempt of, where it fails and is tried again. */
  readonly subject: string;
  readonly flow: Flow;
  /** The run that the application called. */
  readonly isRoot: boolean;
  /** The run that tries one component after the other (`withFallbacks`). */
  readonly triesFallbacks: boolean;
  /** A streamed chain gets its input late; LangChain says so. */
  readonly defersInput: boolean;
  /** The answer is to come from LangChain's cache; versions before 0.3.34 say so at the start, later ones at the end. */
  cached: boolean;
  tokens: StreamedTokens | undefined;
  /** What a model call is aborted by; held weakly, because LangChain's own listeners on it hold the run. */
  signal: WeakRef<AbortSignal> | undefined;
  /** Which attempt this run is. */
  attempt: Attempt | undefined;
  /** The last failures of runs inside it, by what they were attempts of. */
  failures: Map<unknown, Attempt> | undefined;
  /** What is asked: the id of a tool call, or the message that a model is to answer. */
  readonly call: unknown;
  /** The prompt that was last written inside it; the model call that follows was asked with it. */
  prompt: PromptName | undefined;
  /** State that a graph's node was given. */
  nodeInput: unknown;
  /** Tools that failed inside it, where LangChain does not tell the id of their call. */
  failedTools: string[] | undefined;
  customEvents: number;
  /** The graph waits for a human. */
  interrupted: boolean;
}

/** How a run differs from most. */
export type RunTraits = Pick<RunData, 'triesFallbacks' | 'defersInput' | 'nodeInput' | 'call'>;

/** What most runs are. */
export const USUAL: RunTraits = { triesFallbacks: false, defersInput: false, nodeInput: undefined, call: undefined };

/** What is known of a run when it starts. */
export type RunOrigin = Pick<RunData, 'teller' | 'subject' | 'attempt' | 'prompt'>;

/** Data of a run that starts, inside of another where there is one. */
export function createRunData(outer: RunData | undefined, origin: RunOrigin, traits: RunTraits): RunData {
  return {
    startedMs: performance.now(),
    teller: origin.teller,
    subject: origin.subject,
    flow: outer === undefined ? new Flow() : outer.flow,
    isRoot: outer === undefined,
    triesFallbacks: traits.triesFallbacks,
    defersInput: traits.defersInput,
    cached: false,
    tokens: undefined,
    signal: undefined,
    attempt: origin.attempt,
    failures: undefined,
    call: traits.call,
    prompt: origin.prompt,
    nodeInput: traits.nodeInput,
    failedTools: undefined,
    customEvents: 0,
    interrupted: false,
  };
}
