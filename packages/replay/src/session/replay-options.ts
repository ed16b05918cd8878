/** Options and results of a replay. */
import type { RetrievedDocument } from '@spanline/record';
import type { MatchMode } from '../matching/difference.ts';
import type { ReplayServer } from './replay-server.ts';

/** Parts of a program that may run for real. */
export const LIVE_PARTS = ['model', 'tools', 'retriever'] as const;

/** A part of a program that may run for real. */
export type LivePart = (typeof LIVE_PARTS)[number];

/** Options of `replay`. */
export interface ReplayOptions {
  /** The trace to replay, where the lines are of several. */
  traceId?: string;
  /**
   * `strict`: model, messages, tools and parameters must be the recorded ones. `messages`: the messages alone, to try
   * another model with the recorded answers around it. @defaultValue `strict`
   */
  match?: MatchMode;
  /**
   * Parts of messages, tool arguments and queries that differ from run to run, such as the date of today. They are left
   * out on both sides before texts are compared. @defaultValue none
   */
  ignore?: readonly RegExp[];
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

/** A request of a function that asks a model, in the words of `llmSpan`. */
export interface AskedModel {
  /** Name of the model. */
  readonly model: string;
  /** A text, or messages of any provider. System instructions come first. */
  readonly messages: unknown;
  readonly temperature?: number | undefined;
  readonly topP?: number | undefined;
  readonly maxTokens?: number | undefined;
}

/** A recorded answer of a model. */
export interface RecordedAnswer {
  readonly text: string;
  readonly toolCalls: readonly { readonly id: string; readonly name: string; readonly arguments: unknown }[];
  readonly finishReason: string | undefined;
  /** Tokens; `undefined` where none were recorded. */
  readonly usage: { readonly input: number; readonly output: number } | undefined;
}

/** How a function asks a model. */
export interface ModelForm<Args extends readonly unknown[], Result> {
  /** Makes the request of the arguments. */
  readonly request: (...args: Args) => AskedModel;
  /** Makes the result of the function. */
  readonly answer: (recorded: RecordedAnswer) => Result;
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
  /**
   * Replaces a function that asks a model with a client of its own, as `llmSpan` of core traces it.
   *
   * @param fn - the function, which is called only if `live` names the model
   * @param form - how its arguments are a request, and how a recorded answer is its result
   */
  model<Args extends readonly unknown[], Result>(
    fn: (...args: Args) => Result,
    form: ModelForm<Args, Awaited<Result>>,
  ): (...args: Args) => Promise<Awaited<Result>>;
  /**
   * Serves {@link Replay.fetch} on a free port of the loopback interface, for a program in another process: its client
   * gets the address as its base URL.
   */
  listen(): Promise<ReplayServer>;
  /** Puts {@link Replay.fetch} in the place of the global `fetch`. @returns a function that undoes it */
  install(): () => void;
  report(): ReplayReport;
  /** @throws SpanlineError `ERR_REPLAY_MISS` if a call had no recorded answer, or a recorded call was not made */
  verify(): void;
}
