/** Turns methods into traced ones. */

import { currentSpan, type Span, type SpanOptions, type Tracer } from '@spanline/core';
import { type Guard, isObject, type Method, runInSpan, type WorkObserver } from '@spanline/instrumentation';
import type { Operation } from './operations.ts';

/** The tracing of one call of a method. */
export interface TracedCall {
  readonly options: SpanOptions;
  /** Called with the span before the method is. */
  readonly begin?: (span: Span) => void;
  /** Describes the result: the value, or the list of chunks that were streamed; `isBroken` if they are not all. */
  readonly output?: (span: Span, value: unknown, isBroken: boolean) => void;
  /** True for a chunk that is a piece of the answer. @defaultValue every chunk */
  readonly isContent?: (chunk: unknown) => boolean;
  /** Arguments in place of the caller's. */
  readonly args?: unknown[];
}

/** Reads a call before it is made; `undefined` lets it pass untraced. */
export type ReadCall = (self: object, args: readonly unknown[]) => TracedCall | undefined;

/** Traces calls with one tracer. */
export interface CallTracer {
  /** Makes a traced method from an original one. */
  traced(operation: Operation, read: ReadCall): (original: Method) => Method;
  /** False for an operation that the application left out. */
  isIncluded(operation: Operation): boolean;
  /** False after `stop()`, and for a disabled tracer. */
  isActive(): boolean;
  /** From here on every traced method only calls its original. */
  stop(): void;
}

/** The call that a span stands for. */
interface OpenCall {
  readonly self: object;
  readonly operation: Operation;
  readonly original: Method;
}

/** Creates a {@link CallTracer}. If the instrumentation fails, the call goes on untraced. */
export function createCallTracer(tracer: Tracer, guard: Guard, include?: readonly Operation[]): CallTracer {
  const included = include === undefined ? undefined : new Set(include);
  let isActive = tracer.enabled;
  const calls = new WeakMap<Span, OpenCall>();

  /**
   * True for a method that another method of its object calls: `_query` by `query`, an overridden method by the one
   * that overrides it. It gets no span. A method that calls itself does.
   */
  function isPart(operation: Operation, self: object, original: Method): boolean {
    const span = currentSpan();
    const call = span === undefined ? undefined : calls.get(span);
    return call !== undefined && call.self === self && call.operation === operation && call.original !== original;
  }

  function traced(operation: Operation, read: ReadCall, original: Method): Method {
    const where = `llamaindex ${operation}`;
    const isLeftOut = included?.has(operation) === false;
    return function (this: object, ...args: unknown[]): unknown {
      if (!isActive || !isObject(this) || isPart(operation, this, original)) return Reflect.apply(original, this, args);
      const call = guard(where, () => read(this, args));
      if (call === undefined || isLeftOut) return Reflect.apply(original, this, args);
      const { output } = call;
      const span = tracer.startSpan(call.options);
      calls.set(span, { self: this, operation, original });
      call.begin?.(span);
      const observer: WorkObserver = { keepsReadables: true };
      if (output !== undefined)
        observer.output = (value, isBroken) => guard(where, () => output(span, value, isBroken));
      if (call.isContent !== undefined) observer.isContent = call.isContent;
      return runInSpan(tracer, span, () => Reflect.apply(original, this, call.args ?? args), observer);
    };
  }

  return {
    traced: (operation, read) => (original) => traced(operation, read, original),
    isIncluded: (operation) => included?.has(operation) !== false,
    isActive: () => isActive,
    stop(): void {
      isActive = false;
    },
  };
}
