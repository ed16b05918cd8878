/** Wrappers of a provider's client: `wrapOpenAI`, `wrapAnthropic`. */

import { defaultTracer, type InstrumentationScope } from '@spanline/core';
import { createGuard, sharedState } from '@spanline/core/internal';
import { props, isObject, option, type Shape, SpanlineError } from '@spanline/record';
import { TRACE_SHAPE, type TraceOptions } from '../options.ts';
import type { ReadRequest } from './call.ts';
import { traceClient } from './trace-client.ts';

/** Options of every wrapper of a client. */
export interface ClientOptions extends TraceOptions {
  /**
   * Called before each call of a model. If it throws, nothing is sent, and the call rejects with that error (a budget,
   * for instance).
   */
  beforeCall?: () => void;
}

/** The checks of {@link ClientOptions}. */
export const CLIENT_SHAPE: Shape<ClientOptions> = { ...TRACE_SHAPE, beforeCall: option.callback() };

/** The clients of one provider. */
export interface ClientKind {
  readonly scope: InstrumentationScope;
  /** `an OpenAI client` */
  readonly what: string;
  /** A property that clients of this provider have, and others have not. */
  readonly resource: string;
  /** The wrapper of another provider's client. */
  readonly other: string;
}

/** Wraps clients of one provider. */
export interface ClientWrapper {
  /** Traces a client, or all clients by the prototype of their class. Wrapping again replaces the options. */
  trace(target: object, read: ReadRequest, options: ClientOptions): void;
  untrace(target: object): void;
  /** @throws SpanlineError `ERR_INVALID_OPTION` if the value is no client of this provider */
  check(client: unknown): void;
}

/** The prototype of a class may be wrapped as well; it has no resources. */
function isClient(client: unknown, resource: string): boolean {
  const given = props(client);
  if (typeof given['post'] !== 'function') return false;
  return isObject(given[resource]) || Object.hasOwn(given, 'constructor');
}

/**
 * Creates the wrapper of one provider's clients. A client that two installed copies of a package wrap is wrapped once.
 */
export function createClientWrapper({ scope, what, resource, other }: ClientKind): ClientWrapper {
  const undo = sharedState(`${scope.name}.clients`, () => new WeakMap<object, () => void>());
  const untrace = (target: object): void => {
    undo.get(target)?.();
    undo.delete(target);
  };
  return {
    trace(target, readCall, { tracer = defaultTracer(), capture, beforeCall }): void {
      untrace(target);
      if (!tracer.enabled) return;
      const read: ReadRequest = (request) => {
        const call = readCall(request);
        return call === undefined || capture === undefined ? call : { ...call, span: { ...call.span, capture } };
      };
      undo.set(target, traceClient(target, { tracer, guard: createGuard(tracer), scope, read, beforeCall }));
    },
    untrace,
    check(client): void {
      if (isClient(client, resource)) return;
      const expected = `${what}, one with \`${resource}\` (${other})`;
      throw new SpanlineError({ code: 'ERR_INVALID_OPTION', option: 'client', expected, got: client });
    },
  };
}
