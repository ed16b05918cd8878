import { types } from 'node:util';
import { type CaptureSetting, currentSpan, type Span, type SpanOptions, type Tracer } from '@spanline/core';
import { type Guard, runInSpan } from '@spanline/instrumentation';
import type { Method } from './replace-method.ts';

/** What traced methods write with. */
export interface Tracing {
  readonly tracer: Tracer;
  readonly guard: Guard;
  readonly capture: CaptureSetting | undefined;
}

/** What a component does that becomes a span. */
export type Operation = 'embed' | 'search' | 'rerank';

/** How one call of a method is traced. */
export interface TracedCall {
  readonly options: SpanOptions;
  /** Describes what came out. `inner` is what the last call gave that was part of this one. */
  readonly output: (span: Span, value: unknown, inner: unknown) => void;
}

/** Reads a call before it is made. */
export type ReadCall = (self: object, args: readonly unknown[]) => TracedCall;

interface OpenCall {
  readonly self: object;
  readonly operation: Operation;
  inner: unknown;
}

/** By span; across tracers, so that an object and its class that are both traced tell a call once. */
const open = new WeakMap<Span, OpenCall>();

/** The call of the same object that this one is made by: `embedQuery` by way of `embedDocuments`, a class by its subclass. */
function outerCall(self: object, operation: Operation): OpenCall | undefined {
  const span = currentSpan();
  const call = span === undefined ? undefined : open.get(span);
  return call?.self === self && call.operation === operation ? call : undefined;
}

function noteInner(outer: OpenCall, result: unknown): void {
  const note = (value: unknown): void => {
    outer.inner = value;
  };
  if (types.isPromise(result)) void result.then(note, () => undefined);
}

/** Turns a method into a traced one. No fault of ours reaches the caller: then the call goes on untraced. */
export function tracedMethod({ tracer, guard, capture }: Tracing, operation: Operation, read: ReadCall) {
  return (original: Method): Method =>
    function traced(this: object, ...args: unknown[]): unknown {
      const plain = (): unknown => Reflect.apply(original, this, args);
      const outer = outerCall(this, operation);
      if (outer !== undefined) {
        const result = plain();
        noteInner(outer, result);
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
