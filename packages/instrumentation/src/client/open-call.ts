/** A call under way, and the events that the client reports of it. */

import type { Span } from '@spanline/core';
import type { LateContext, NormalizedUsage } from '@spanline/core/internal';
import type { SpanAttributes } from '@spanline/record';

/** Events of the promise that a client's method returned. */
export interface AnswerEvents {
  /** The headers have arrived. */
  responded(response: unknown): void;
  /** The application gets the parsed body. */
  parsed(value: unknown): void;
  /** The application took the response itself, and may read it. */
  taken(response: unknown): void;
  failed(error: unknown): void;
  /** The promise was garbage-collected, and nobody had asked for the body. */
  forgotten(): void;
}

/** Events of a client's stream. */
export interface SdkStreamEvents {
  /**
   * @param atMs - `performance.now()` when the chunk came. @defaultValue now
   * @param count - chunks that `value` is made of. @defaultValue 1
   * @returns false for a chunk that the application must not get
   */
  chunk(value: unknown, atMs?: number, count?: number): boolean;
  done(isAborted: boolean): void;
  abandoned(): void;
  failed(error: unknown): void;
}

/** A call that has begun. */
export interface OpenCall {
  /** The open span of the call, its own or a framework's. `undefined` for one that starts at the end. */
  readonly span: Span | undefined;
  readonly events: AnswerEvents;
  /** Where the pieces of an answer go that a client gives as a stream of its own kind. */
  stream(): SdkStreamEvents;
  /** The answer is an iterable that the client makes of the response. */
  readonly isDecoded: boolean;
  /** Adds what is known only once the request was made: the server. */
  note(attributes: SpanAttributes): void;
  /** The usage of the answer so far. @param isBroken - the answer ended early */
  usage(isBroken: boolean): NormalizedUsage | undefined;
  /** Runs the client's method inside of the span. */
  run<T>(fn: () => T): T;
  /** Makes the span current in a context in which the method runs already. */
  enter(context: LateContext): void;
  /**
   * An HTTP request is made for the call. Called twice with the same request if both a class and its instance are
   * traced.
   */
  attempted(request: unknown): void;
  fail(error: unknown): void;
  end(): void;
  /** Nothing more of it is seen: it ends as `unfinished`, with what has come. */
  unfinished(): void;
}
