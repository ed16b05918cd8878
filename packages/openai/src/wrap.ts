/** The public wrapper of OpenAI's client. */

import {
  checkOptions,
  CLIENT_SHAPE,
  type ClientOptions,
  createClientWrapper,
  option,
  type Shape,
  stainlessClient,
} from '@spanline/instrumentation';
import { createRequestReader } from './read-request.ts';
import { SCOPE } from './scope.ts';

/** Options of {@link wrapOpenAI}. */
export interface WrapOptions extends ClientOptions {
  /**
   * Asks for the token counts of streamed completions (`stream_options.include_usage`), which the API sends only if
   * asked. The chunk with the counts is kept from the application. Nothing is asked if the application sets
   * `include_usage` itself, or of providers that refuse the parameter.
   *
   * @defaultValue true
   */
  streamUsage?: boolean;
}

/** A client of the `openai` package, of any version and subclass. */
export interface OpenAIClient {
  baseURL: string;
  chat: object;
  embeddings: object;
}

const SHAPE: Shape<WrapOptions> = { ...CLIENT_SHAPE, streamUsage: option.boolean() };

const clients = createClientWrapper({
  scope: SCOPE,
  ...stainlessClient('an OpenAI client', 'chat', 'Anthropic: wrapAnthropic of @spanline/anthropic'),
});

/** Traces a client, or all clients by the prototype of their class. */
export function traceCalls(target: object, { streamUsage = true, ...options }: WrapOptions): void {
  clients.trace(target, createRequestReader(streamUsage), options);
}

/**
 * Traces an OpenAI client in place. It stays the same object of the same class, and its promises, streams and errors
 * stay what they are. Each call of chat completions, responses, completions, embeddings, moderations, images and audio,
 * through any helper, is one line. Clients made by its `withOptions()` are traced as well. Wrapping again changes the
 * options.
 *
 * @example
 * ```ts
 * import { createTracer } from '@spanline/core';
 * import { wrapOpenAI } from '@spanline/openai';
 * import OpenAI from 'openai';
 *
 * const openai = wrapOpenAI(new OpenAI({ apiKey: 'sk-…' }), { tracer: createTracer() });
 * ```
 *
 * @returns the same client
 * @throws SpanlineError `ERR_INVALID_OPTION`, also for a client of another provider's package
 */
export function wrapOpenAI<Client extends OpenAIClient>(client: Client, options: WrapOptions = {}): Client {
  clients.check(client);
  checkOptions(SHAPE, options);
  traceCalls(client, options);
  return client;
}

/**
 * Undoes {@link wrapOpenAI}.
 *
 * @returns the same client
 */
export function unwrapOpenAI<Client extends OpenAIClient>(client: Client): Client {
  clients.untrace(client);
  return client;
}
