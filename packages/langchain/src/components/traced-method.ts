/** Wraps methods of components so that each call has a span. */

import { types } from 'node:util';
import type { Span, SpanOptions } from '@spanline/core';
import { type Method, runInSpan, setConversation } from '@spanline/instrumentation';
import { type OpenCall, openCall, type Operation, outerCall } from './open-calls.ts';
import type { Tracing } from './tracing.ts';

/** One call of a traced method. */
export interface TracedCall {
  readonly options: SpanOptions;
  /** The conversation that the call names. */
  readonly conversation?: string | undefined;
  /** Sets the result. `inner` is the result of the last call that the method made on the same object. */
  readonly output: (span: Span, value: unknown, inner: unknown) => void;
}

/** Reads the arguments of a call. */
export type ReadCall = (self: object, args: readonly unknown[]) => TracedCall;

function keepInner(outer: OpenCall, result: unknown): void {
  const keep = (value: unknown): void => {
    outer.inner = value;
  };
  if (types.isPromise(result)) void result.then(keep, () => undefined);
}

/** Wraps a method so that each call has a span. If reading the arguments fails, the call goes on without one. */
export function tracedMethod({ tracer, guard, capture }: Tracing, operation: Operation, read: ReadCall) {
  return (original: Method): Method =>
    function traced(this: object, ...args: unknown[]): unknown {
      const plain = (): unknown => Reflect.apply(original, this, args);
      const outer = outerCall(this, operation);
      if (outer !== undefined) {
        const result = plain();
        keepInner(outer, result);
        return result;
      }
      const call = guard(`langchain ${operation}`, () => read(this, args));
      if (call === undefined) return plain();
      const span = tracer.startSpan({ ...call.options, ...(capture === undefined ? {} : { capture }) });
      if (call.conversation !== undefined) setConversation(span, call.conversation);
      const state = openCall(span, this, operation);
      return runInSpan(tracer, span, plain, {
        output: (value) => guard(`langchain ${operation}`, () => call.output(span, value, state.inner)),
      });
    };
}
