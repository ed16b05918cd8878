/** The public wrapper of Bedrock's client. */

import {
  checkOptions,
  CLIENT_SHAPE,
  type ClientOptions,
  createClientWrapper,
  isObject,
  props,
} from '@spanline/instrumentation';
import { readRequest } from './read-request.ts';
import { SCOPE } from './scope.ts';
import { traceCommands } from './trace-commands.ts';

/** Options of {@link wrapBedrock}. */
export type WrapOptions = ClientOptions;

/** A client of `@aws-sdk/client-bedrock-runtime`, or its class with all commands as methods. */
export interface BedrockRuntimeClient {
  config: object;
  middlewareStack: object;
}

function isBedrockClient(value: unknown): boolean {
  const { config, send, middlewareStack } = props(value);
  if (typeof send !== 'function') return false;
  // The prototype of a class has neither a stack nor a configuration.
  if (middlewareStack === undefined) return Object.hasOwn(value as object, 'constructor');
  const { serviceId } = props(config);
  return isObject(middlewareStack) && serviceId === 'Bedrock Runtime';
}

const clients = createClientWrapper({
  scope: SCOPE,
  what: 'a BedrockRuntimeClient or BedrockRuntime of @aws-sdk/client-bedrock-runtime 3',
  isClient: isBedrockClient,
  install: traceCommands,
});

/** Traces a client, or all clients by the prototype of their class. */
export function traceCalls(target: object, options: WrapOptions): void {
  clients.trace(target, readRequest, options);
}

/**
 * Traces a client of the Bedrock runtime in place, with a middleware of its own stack. It stays the same object, and
 * its promises, streams and errors stay what they are. Each `Converse`, `ConverseStream`, `InvokeModel`,
 * `InvokeModelWithResponseStream` and `StartAsyncInvoke` is one line. Wrapping again changes the options.
 *
 * @example
 * ```ts
 * import { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime';
 * import { wrapBedrock } from '@spanline/bedrock';
 * import { createTracer } from '@spanline/core';
 *
 * const bedrock = wrapBedrock(new BedrockRuntimeClient({ region: 'eu-north-1' }), { tracer: createTracer() });
 * ```
 *
 * @returns the same client
 * @throws SpanlineError `ERR_INVALID_OPTION`, also for a client of another service
 */
export function wrapBedrock<Client extends BedrockRuntimeClient>(client: Client, options: WrapOptions = {}): Client {
  clients.check(client);
  checkOptions(CLIENT_SHAPE, options);
  traceCalls(client, options);
  return client;
}

/**
 * Undoes {@link wrapBedrock}.
 *
 * @returns the same client
 */
export function unwrapBedrock<Client extends BedrockRuntimeClient>(client: Client): Client {
  clients.untrace(client);
  return client;
}
