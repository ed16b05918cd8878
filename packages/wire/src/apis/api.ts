/** An HTTP request as its transport gives it, and who reads it. */

import type { ClientRequest, ReadRequest } from '@spanline/instrumentation';

/** The start of an HTTP request, as its client has it. */
export interface RequestStart {
  readonly origin: string | URL;
  /** Path and query. */
  readonly path: string;
  /** In upper case. @defaultValue `GET` */
  readonly method?: string | undefined;
}

/** The first line of an HTTP request, and where it goes. */
export interface RequestLine {
  /** `https://api.openai.com`, with the port if it is not the usual one. */
  readonly origin: string;
  /** Path and query: `/v1/chat/completions`. */
  readonly path: string;
  readonly method: 'get' | 'post';
}

/** The API that a request goes to. */
export interface Api {
  /** The part of the API that the request calls, as the reader of its provider's clients gets it. */
  readonly request: Omit<ClientRequest, 'body'>;
  readonly read: ReadRequest;
  /** The request's JSON, in the form that the reader gets. @defaultValue as it is */
  input?(body: unknown): unknown;
  /** An answer's JSON, in the form that the reader gets. @defaultValue as it is */
  output?(answer: unknown, headers: Readonly<Record<string, string>>): unknown;
  /**
   * True for the JSON of a request to this API. Servers with unknown names are recognised by it.
   */
  isShape(body: unknown): boolean;
}

/** Finds the API of a request; `undefined` for a path that no model answers. */
export type FindApi = (line: RequestLine) => Api | undefined;
