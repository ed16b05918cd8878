/** The part of a client's instrumentation that knows the provider: it reads requests and answers. */

import type { SpanOptions } from '@spanline/core';
import type { SpanAttributes } from '@spanline/record';

/**
 * Turns an answer of a provider into attributes, other than its usage, which is read for all providers alike. Each call
 * has a reader of its own. Readers change nothing of what they are given.
 */
export interface AnswerReader {
  /** Reads an answer that came whole. */
  whole(value: unknown): SpanAttributes;
  /** Collects a chunk of a stream. @returns `content` for a piece of the answer, `event` for anything else */
  chunk(value: unknown): 'content' | 'event';
  /** Attributes from the chunks so far. */
  gathered(): SpanAttributes;
  /** Attributes of further lines, for answers that several models have given: the results of a batch. */
  more?(): readonly SpanAttributes[];
  /** A failure that the answer reports in its body, where the client throws nothing. */
  failure?(): unknown;
}

/**
 * A request that is sent in place of the application's, and how the application still gets the stream that it asked
 * for.
 */
export interface RequestRewrite {
  readonly body: unknown;
  /**
   * Called with each chunk after the reader. May take out of the chunk what the application did not ask for.
   *
   * @returns false for a chunk that the application must not get
   */
  restore(chunk: unknown): boolean;
}

/** The tracing of one HTTP call of a provider's client. */
export interface ClientCall {
  readonly span: SpanOptions;
  /** `performance.now()` when the request was made, if that was before the call is begun. @defaultValue now */
  readonly startedMs?: number;
  readonly reader: AnswerReader;
  /** Passes on chunks that have come and were kept. Called before an answer is read that has not come to its end. */
  readonly catchUp?: () => void;
  readonly rewrite?: RequestRewrite;
  /** The answer is an iterable that the client makes of the response, such as the lines of a file. */
  readonly isDecoded?: boolean;
  /**
   * Decides by the attributes of the answer whether a span is written. `isBroken` is true if the answer did not come to
   * its end. @defaultValue always
   */
  readonly isWritten?: (attributes: SpanAttributes, isBroken: boolean) => boolean;
}

/** A call that the application makes on a client. */
export interface ClientRequest {
  readonly client: object;
  readonly method: 'get' | 'post';
  /** The path as the client's resource gives it: `/chat/completions`. */
  readonly path: string;
  /** The application's body: an object, a form, or nothing. */
  readonly body: unknown;
}

/** Reads a call before it is made; `undefined` lets it pass untraced. */
export type ReadRequest = (request: ClientRequest) => ClientCall | undefined;
