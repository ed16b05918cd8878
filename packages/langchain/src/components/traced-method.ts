import { types } from 'node:util';
import {
  type CaptureSetting,
  currentSpan,
  defaultTracer,
  type Span,
  type SpanOptions,
  type Tracer,
} from '@spanline/core';
import { createGuard, type Guard, type Method, runInSpan, sharedState } from '@spanline/instrumentation';
import type { TraceOptions } from '../options.ts';

/** What a traced method needs to write spans. */
export interface Tracing {
  readonly tracer: Tracer;
  readonly guard: Guard;
  readonly capture: CaptureSetting | undefined;
}

/** Prepares tracing from options. */
export function createTracing({ tracer = defaultTracer(), capture }: TraceOptions): Tracing {
  return { tracer, guard: createGuard(tracer), capture };
}

/** Operations that get a span. */
export type Operation = 'embed' | 'search' | 'rerank';

/** One call of a traced method. */
export interface TracedCall {
  readonly options: SpanOptions;
  /** Sets the result. `inner` is the result of the last call that the method made on the same object. */
  readonly output: (span: Span, value: unknown, inner: unknown) => void;
}

/** Reads the arguments of a call. */
export type ReadCall = (self: object, args: readonly unknown[]) => TracedCall;

interface OpenCall {
  readonly self: object;
  readonly operation: Operation;
  inner: unknown;
}

/** Open calls by span, of all tracers: an object and its class may both be traced. */
const open = sharedState('langchain.open-calls', () => new WeakMap<Span, OpenCall>());

/**
 * The open call that makes this one on the same object: `embedDocuments` inside `embedQuery`, a method of the base
 * class.
 */
function outerCall(self: object, operation: Operation): OpenCall | undefined {
  const span = currentSpan();
  const call = span === undefined ? undefined : open.get(span);
  return call?.self === self && call.operation === operation ? call : undefined;
}

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
      const state: OpenCall = { self: this, operation, inner: undefined };
      open.set(span, state);
      return runInSpan(tracer, span, plain, {
        output: (value) => guard(`langchain ${operation}`, () => call.output(span, value, state.inner)),
      });
    };
}
