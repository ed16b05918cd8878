import { defaultTracer, SpanlineError } from '@spanline/core';
import { type ReadRequest, traceClient } from '@spanline/core/source';
import { checkOptions, type WrapOptions } from './options.ts';
import { createRequestReader } from './read-request.ts';
import { SCOPE } from './scope.ts';

/** What is traced, and how to stop. */
const wrapped = new WeakMap<object, () => void>();

/** A client of the `openai` package, of whatever version and subclass. */
export interface OpenAIClient {
  baseURL: string;
  chat: object;
  embeddings: object;
}

/** Traces calls on `target`: a client, or the prototype of its class. What was traced already is traced anew, with these options. */
export function traceCalls(target: object, options: WrapOptions): void {
  const { tracer = defaultTracer(), streamUsage = true, capture } = options;
  wrapped.get(target)?.();
  if (!tracer.enabled) return;
  const readCall = createRequestReader(streamUsage);
  const read: ReadRequest = (request) => {
    const call = readCall(request);
    return call === undefined || capture === undefined ? call : { ...call, span: { ...call.span, capture } };
  };
  wrapped.set(target, traceClient(target, { tracer, scope: SCOPE, read }));
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
 * @throws SpanlineError `ERR_INVALID_OPTION`
 */
export function wrapOpenAI<Client extends OpenAIClient>(client: Client, options: WrapOptions = {}): Client {
  checkOptions(options);
  if (typeof (client as { post?: unknown } | null | undefined)?.post !== 'function') {
    throw new SpanlineError({
      code: 'ERR_INVALID_OPTION',
      option: 'client',
      expected: 'an OpenAI client',
      got: client,
    });
  }
  traceCalls(client, options);
  return client;
}

/**
 * Takes the tracing of {@link wrapOpenAI} away again.
 *
 * @returns the same client
 */
export function unwrapOpenAI<Client extends OpenAIClient>(client: Client): Client {
  wrapped.get(client)?.();
  wrapped.delete(client);
  return client;
}
