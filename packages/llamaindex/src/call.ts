import { currentSpan, type Span, type SpanOptions, type Tracer } from '@spanline/core';
import { type Guard, isObject, runInSpan, type WorkObserver, type Method } from '@spanline/instrumentation';
import type { Operation } from './operations.ts';

/** How one call of a method is traced. */
export interface TracedCall {
  readonly options: SpanOptions;
  /** Called with the span before the method is. */
  readonly begin?: (span: Span) => void;
  /** Describes what came out: the value, or the list of chunks that were streamed. */
  readonly output?: (span: Span, value: unknown) => void;
  readonly isContent?: (chunk: unknown) => boolean;
  /** Arguments in place of the caller's. */
  readonly args?: unknown[];
}

/** Reads a call before it is made; `undefined` lets it pass untraced. */
export type ReadCall = (self: object, args: readonly unknown[]) => TracedCall | undefined;

/** Turns methods into traced ones. */
export interface CallTracer {
  traced(operation: Operation, read: ReadCall): (original: Method) => Method;
  /** False for an operation that the application left out. */
  isIncluded(operation: Operation): boolean;
  /** False after `stop()` and for a tracer that is switched off. */
  isActive(): boolean;
  /** After this every traced method is what it was. */
  stop(): void;
}

/** What a span of ours stands for. */
interface Call {
  readonly self: object;
  readonly operation: Operation;
  readonly original: Method;
}

/** Traces calls with `tracer`. No fault of ours reaches the caller: then the call goes on untraced. */
export function createCallTracer(tracer: Tracer, guard: Guard, include?: readonly Operation[]): CallTracer {
  const included = include === undefined ? undefined : new Set(include);
  let stopped = !tracer.enabled;
  const calls = new WeakMap<Span, Call>();

  /** A method that another of its object calls (`_query` by `query`, the one of the base class by that which overrides it) is no call of its own. One that calls itself is. */
  function isPart(operation: Operation, self: object, original: Method): boolean {
    const span = currentSpan();
    const call = span === undefined ? undefined : calls.get(span);
    return call !== undefined && call.self === self && call.operation === operation && call.original !== original;
  }

  function traced(operation: Operation, read: ReadCall, original: Method): Method {
    const where = `llamaindex ${operation}`;
    const isOut = included?.has(operation) === false;
    return function (this: object, ...args: unknown[]): unknown {
      if (stopped || !isObject(this) || isPart(operation, this, original)) return Reflect.apply(original, this, args);
      const call = guard(where, () => read(this, args));
      if (call === undefined || isOut) return Reflect.apply(original, this, args);
      const { output } = call;
      const span = tracer.startSpan(call.options);
      calls.set(span, { self: this, operation, original });
      call.begin?.(span);
      const observer: WorkObserver = { keepsReadables: true };
      if (output !== undefined) observer.output = (value) => guard(where, () => output(span, value));
      if (call.isContent !== undefined) observer.isContent = call.isContent;
      return runInSpan(tracer, span, () => Reflect.apply(original, this, call.args ?? args), observer);
    };
  }

  return {
    traced: (operation, read) => (original) => traced(operation, read, original),
    isIncluded: (operation) => included?.has(operation) !== false,
    isActive: () => !stopped,
    stop(): void {
      stopped = true;
    },
  };
}
