/** The public wrapper of Anthropic's client. */

import {
  checkOptions,
  CLIENT_SHAPE,
  type ClientOptions,
  createClientWrapper,
  stainlessClient,
} from '@spanline/instrumentation';
import { readRequest } from './read-request.ts';
import { SCOPE } from './scope.ts';

/** Options of {@link wrapAnthropic}. */
export type WrapOptions = ClientOptions;

/** A client of `@anthropic-ai/sdk`, of any version and subclass. */
export interface AnthropicClient {
  baseURL: string;
  messages: object;
}

const clients = createClientWrapper({
  scope: SCOPE,
  ...stainlessClient('an Anthropic client', 'messages', 'OpenAI: wrapOpenAI of @spanline/openai'),
});

/** Traces a client, or all clients by the prototype of their class. */
export function traceCalls(target: object, options: WrapOptions): void {
  clients.trace(target, readRequest, options);
}

/**
 * Traces an Anthropic client in place. It stays the same object of the same class, and its promises, streams and errors
 * stay what they are. Each message, through any helper, is one line, and so is each batch that is submitted. Clients
 * made by its `withOptions()` are traced as well. Wrapping again changes the options.
 *
 * @example
 * ```ts
 * import Anthropic from '@anthropic-ai/sdk';
 * import { wrapAnthropic } from '@spanline/anthropic';
 * import { createTracer } from '@spanline/core';
 *
 * const anthropic = wrapAnthropic(new Anthropic({ apiKey: 'sk-…' }), { tracer: createTracer() });
 * ```
 *
 * @returns the same client
 * @throws SpanlineError `ERR_INVALID_OPTION`, also for a client of another provider's package
 */
export function wrapAnthropic<Client extends AnthropicClient>(client: Client, options: WrapOptions = {}): Client {
  clients.check(client);
  checkOptions(CLIENT_SHAPE, options);
  traceCalls(client, options);
  return client;
}

/**
 * Undoes {@link wrapAnthropic}.
 *
 * @returns the same client
 */
export function unwrapAnthropic<Client extends AnthropicClient>(client: Client): Client {
  clients.untrace(client);
  return client;
}
