import type { SpanOptions } from '@spanline/core';
import type { SpanAttributes } from '@spanline/record';

/** What a chunk of a stream is to its reader: the application's content, an event beside it, or one that the application did not ask for. */
export type ChunkKind = 'content' | 'event' | 'unasked';

/** Turns what a provider answers into attributes. One reader for each call. */
export interface AnswerReader {
  /** An answer that came whole. */
  whole(value: unknown): SpanAttributes;
  /** Notes a chunk. One that is `unasked` never reaches the application. */
  chunk(value: unknown): ChunkKind;
  /** What the chunks told until now. */
  gathered(): SpanAttributes;
  /** A failure that the answer tells in its body, where the client throws none. */
  failure?(): unknown;
}

/** How one HTTP call of a provider's client is traced. */
export interface ClientCall {
  readonly span: SpanOptions;
  readonly reader: AnswerReader;
  /** What is sent in place of the application's body. */
  readonly body?: unknown;
  /** The span is written only if this holds of what was answered. @defaultValue always */
  readonly isWritten?: (attributes: SpanAttributes) => boolean;
}

/** A call that the application makes on a client. */
export interface ClientRequest {
  readonly client: object;
  readonly method: 'get' | 'post';
  /** As the client's resource gives it: `/chat/completions`. */
  readonly path: string;
  /** What the application sends: an object, a form, or nothing. */
  readonly body: unknown;
}

/** Reads a call before it is made; `undefined` lets it pass untraced. */
export type ReadRequest = (request: ClientRequest) => ClientCall | undefined;
