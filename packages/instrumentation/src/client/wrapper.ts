import type { CaptureSetting, Scope, Tracer } from '@spanline/core';
import { isCaptureSetting } from '@spanline/core/internal';
import { bag, isObject, SpanlineError } from '@spanline/record';
import type { ReadRequest } from './call.ts';
import { traceClient } from './trace-client.ts';

/** Options that every wrapper of a client has. */
export interface ClientOptions {
  /** @defaultValue `defaultTracer()` */
  tracer?: Tracer;
  /** Capture mode or policy of these spans. @defaultValue the context's, else the tracer's */
  capture?: CaptureSetting;
  /** Called before each call of a model. What it throws, the application gets in place of an answer, and nothing is sent: a budget, for instance. */
  beforeCall?: () => void;
}

/** Wraps clients of one provider, and knows which it wrapped. */
export interface ClientWrapper {
  /** Traces calls on a client, or on the prototype of its class. What was traced already is traced anew. */
  trace(
    target: object,
    tracer: Tracer,
    read: ReadRequest,
    options: Pick<ClientOptions, 'capture' | 'beforeCall'>,
  ): void;
  untrace(target: object): void;
}

/** Clients of one provider, none of them wrapped yet. */
export function createClientWrapper(scope: Scope): ClientWrapper {
  const traced = new WeakMap<object, () => void>();
  const untrace = (target: object): void => {
    traced.get(target)?.();
    traced.delete(target);
  };
  return {
    trace(target, tracer, readCall, { capture, beforeCall }): void {
      untrace(target);
      if (!tracer.enabled) return;
      const read: ReadRequest = (request) => {
        const call = readCall(request);
        return call === undefined || capture === undefined ? call : { ...call, span: { ...call.span, capture } };
      };
      traced.set(target, traceClient(target, { tracer, scope, read, beforeCall }));
    },
    untrace,
  };
}

/** What a client of one provider is. */
export interface ClientShape {
  /** `an OpenAI client` */
  readonly what: string;
  /** A property that clients of the provider have and others have not. */
  readonly resource: string;
  /** Which wrapper is for which other client. */
  readonly others: string;
  /** Options beside those of {@link ClientOptions}; they are booleans. */
  readonly flags?: readonly string[];
}

/** The prototype of a class, which may be wrapped as well, has no resources. */
function isClient(client: unknown, resource: string): boolean {
  const given = bag(client);
  if (typeof given['post'] !== 'function') return false;
  return isObject(given[resource]) || Object.hasOwn(given, 'constructor');
}

/**
 * Checks what a wrapper was given.
 *
 * @throws SpanlineError `ERR_INVALID_OPTION`
 */
export function checkClient(client: unknown, options: object, shape: ClientShape): void {
  const fail = (option: string, expected: string, got: unknown): never => {
    throw new SpanlineError({ code: 'ERR_INVALID_OPTION', option, expected, got });
  };
  const { what, resource, others, flags = [] } = shape;
  if (!isClient(client, resource)) fail('client', `${what}, one with \`${resource}\` (${others})`, client);
  if (typeof options !== 'object' || options === null) fail('options', 'an object', options);
  const known = ['tracer', 'capture', 'beforeCall', ...flags];
  for (const [key, value] of Object.entries(options)) {
    if (!known.includes(key)) fail(key, `a known option (${known.join(', ')})`, 'an unknown one');
    if (flags.includes(key) && value !== undefined && typeof value !== 'boolean') fail(key, 'a boolean', value);
  }
  const { tracer, capture, beforeCall } = options as ClientOptions;
  if (beforeCall !== undefined && typeof beforeCall !== 'function') fail('beforeCall', 'a function', beforeCall);
  if (tracer !== undefined && typeof bag(tracer)['startSpan'] !== 'function') fail('tracer', 'a tracer', tracer);
  if (capture !== undefined && !isCaptureSetting(capture)) fail('capture', 'a capture mode or a function', capture);
}
