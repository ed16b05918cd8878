/** Options and results of a replay. */
import type { RetrievedDocument } from '@spanline/record';
import type { MatchMode } from '../matching/difference.ts';

/** Parts of a program that may run for real. */
export type LivePart = 'model' | 'tools' | 'retriever';

/** Options of `replay`. */
export interface ReplayOptions {
  /** The trace to replay, where the lines are of several. */
  traceId?: string;
  /**
   * `strict`: model, messages, tools and parameters must be the recorded ones. `messages`: the messages alone, to try
   * another model with the recorded answers around it. @defaultValue `strict`
   */
  match?: MatchMode;
  /** How fast streams are sent: at once, or with the recorded times. @defaultValue `fast` */
  pace?: 'fast' | 'recorded';
  /** Parts that run for real. Without them nothing leaves the process. @defaultValue none */
  live?: readonly LivePart[];
  /** Sends the requests of a live model. @defaultValue the global `fetch` */
  fetch?: typeof fetch;
}

/** The state of a replay. */
export interface ReplayReport {
  readonly traceId: string;
  /** Calls that were answered from the recording, in order. */
  readonly answered: readonly ReplayedCall[];
  /** Why calls were not answered, in order. */
  readonly misses: readonly string[];
  /** Recorded calls that the program did not make. */
  readonly unused: readonly ReplayedCall[];
  /** Content that the recording does not have as it was: replaced, cut or not written. */
  readonly notes: readonly string[];
}

/** A recorded call. */
export interface ReplayedCall {
  readonly kind: 'model' | 'tool' | 'retriever';
  readonly name: string;
  readonly spanId: string;
}

/** A replay. */
export interface Replay {
  readonly traceId: string;
  /** Answers requests of OpenAI's and Anthropic's APIs. Hand it to a client as its `fetch`. */
  readonly fetch: typeof fetch;
  /**
   * Replaces a tool: calls get the recorded results, and recorded failures are thrown.
   *
   * @param name - as on the line of the tool
   * @param fn - the tool, which is called only if `live` names tools
   */
  tool<Args extends readonly unknown[], Result>(
    name: string,
    fn: (...args: Args) => Result,
  ): (...args: Args) => Promise<Awaited<Result>>;
  /**
   * Replaces a retriever: a query gets the recorded documents.
   *
   * @param toDocument - makes of a recorded document what the program reads. @defaultValue `{ id, score, content,
   *   metadata }`
   */
  retriever<Rest extends readonly unknown[], Document>(
    name: string,
    fn: (query: string, ...rest: Rest) => readonly Document[] | Promise<readonly Document[]>,
    toDocument?: (document: RetrievedDocument) => Document,
  ): (query: string, ...rest: Rest) => Promise<Document[]>;
  /** Puts {@link Replay.fetch} in the place of the global `fetch`. @returns a function that undoes it */
  install(): () => void;
  report(): ReplayReport;
  /** @throws SpanlineError `ERR_REPLAY_MISS` if a call had no recorded answer, or a recorded call was not made */
  verify(): void;
}
