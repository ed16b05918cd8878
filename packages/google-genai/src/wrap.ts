/** The public wrapper of Google's client. */

import {
  checkOptions,
  CLIENT_SHAPE,
  type ClientOptions,
  type ClientTracing,
  createClientWrapper,
  isObject,
  props,
} from '@spanline/instrumentation';
import { traceFunctionCalling } from './function-calling.ts';
import { readRequest } from './read-request.ts';
import { SCOPE } from './scope.ts';
import { traceApiClient } from './trace-api-client.ts';

/** Options of {@link wrapGoogleGenAI}. */
export type WrapOptions = ClientOptions;

/** A client of `@google/genai`, of any version and subclass. */
export interface GoogleGenAIClient {
  models: object;
  chats: object;
}

/** The object through which all resources of a client send their requests. */
function apiClientOf(client: unknown): object | undefined {
  const { apiClient } = props(client);
  return isObject(apiClient) && typeof props(apiClient)['requestStream'] === 'function' ? apiClient : undefined;
}

const clients = createClientWrapper({
  scope: SCOPE,
  what: 'a GoogleGenAI client of @google/genai 1 to 3',
  isClient: (client) => apiClientOf(client) !== undefined,
  install(client, tracing: ClientTracing): () => void {
    const { models } = props(client);
    const undo = [
      traceApiClient(apiClientOf(client) ?? client, tracing),
      isObject(models) ? traceFunctionCalling(models, tracing) : undefined,
    ];
    return () => {
      for (const each of undo) each?.();
    };
  },
});

/** Traces a client, or all clients by the prototypes of their `apiClient` and their `models`. */
export function traceCalls(target: object, options: WrapOptions): void {
  clients.trace(target, readRequest, options);
}

/**
 * Traces a Google Gen AI client in place, of the Gemini API and of Vertex AI. It stays the same object, and its
 * promises, streams and errors stay what they are. Each request for content, embeddings and pictures is one line, also
 * those that a chat sends. Where the client calls your functions itself, each call of a function is a line as well, and
 * one more stands around them. Wrapping again changes the options.
 *
 * @example
 * ```ts
 * import { GoogleGenAI } from '@google/genai';
 * import { createTracer } from '@spanline/core';
 * import { wrapGoogleGenAI } from '@spanline/google-genai';
 *
 * const ai = wrapGoogleGenAI(new GoogleGenAI({ apiKey: 'AIza…' }), { tracer: createTracer() });
 * ```
 *
 * @returns the same client
 * @throws SpanlineError `ERR_INVALID_OPTION`, also for a client of another package
 */
export function wrapGoogleGenAI<Client extends GoogleGenAIClient>(client: Client, options: WrapOptions = {}): Client {
  clients.check(client);
  checkOptions(CLIENT_SHAPE, options);
  traceCalls(client, options);
  return client;
}

/**
 * Undoes {@link wrapGoogleGenAI}.
 *
 * @returns the same client
 */
export function unwrapGoogleGenAI<Client extends GoogleGenAIClient>(client: Client): Client {
  clients.untrace(client);
  return client;
}
