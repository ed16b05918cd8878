import { defaultTracer } from '@spanline/core';
import { checkClient, type ClientOptions, type ClientShape, createClientWrapper } from '@spanline/instrumentation';
import { createRequestReader } from './read-request.ts';
import { SCOPE } from './scope.ts';

/** Options of {@link wrapOpenAI}. */
export interface WrapOptions extends ClientOptions {
  /**
   * Asks for the token counts of streamed completions, which the API sends only when asked (`stream_options.include_usage`). The chunk that brings them is kept from the application. Not asked where the application
   * sets `include_usage` itself, and not of providers that refuse the parameter.
   * @defaultValue true
   */
  streamUsage?: boolean;
}

/** A client of the `openai` package, of whatever version and subclass. */
export interface OpenAIClient {
  baseURL: string;
  chat: object;
  embeddings: object;
}

const clients = createClientWrapper(SCOPE);

const SHAPE: ClientShape = {
  what: 'an OpenAI client',
  resource: 'chat',
  others: 'Anthropic: wrapAnthropic of @spanline/anthropic',
  flags: ['streamUsage'],
};

/** Traces calls on a client, or on the prototype of its class. */
export function traceCalls(target: object, options: WrapOptions): void {
  const { tracer = defaultTracer(), streamUsage = true } = options;
  clients.trace(target, tracer, createRequestReader(streamUsage), options);
}

/**
 * Traces an OpenAI client in place. It stays the same object of the same class with the same types, and so do its promises, streams and errors; every call of chat completions, responses,
 * completions, embeddings, moderations, images and audio, through whatever helper, is one line. Clients made by its `withOptions()` are traced like it. Wrapping again changes the options.
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
  checkClient(client, options, SHAPE);
  traceCalls(client, options);
  return client;
}

/**
 * Takes the tracing of {@link wrapOpenAI} away again.
 *
 * @returns the same client
 */
export function unwrapOpenAI<Client extends OpenAIClient>(client: Client): Client {
  clients.untrace(client);
  return client;
}
