import type { Span, SpanOptions, Tracer } from '@spanline/core';
import { type Guard, runInSpan, type WorkObserver } from '@spanline/core/source';
import { isObject } from './bag.ts';
import type { Operation } from './operations.ts';
import type { Method } from './patches.ts';

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
  /**
   * @param operation - calls of the same operation on the same object inside each other (`query` calls `_query`) are one span
   */
  traced(operation: Operation, read: ReadCall): (original: Method) => Method;
  /** False for an operation that the application left out. */
  isIncluded(operation: Operation): boolean;
  /** False after `stop()` and for a tracer that is switched off. */
  isActive(): boolean;
  /** After this every traced method is what it was. */
  stop(): void;
}

/** A call in its synchronous part: that is where methods call each other on one object. */
interface Frame {
  readonly operation: Operation;
  readonly self: object;
  readonly outer: Frame | undefined;
}

/** Traces calls with `tracer`. No fault of ours reaches the caller: then the call goes on untraced. */
export function createCallTracer(tracer: Tracer, guard: Guard, include?: readonly Operation[]): CallTracer {
  const included = include === undefined ? undefined : new Set(include);
  let stopped = !tracer.enabled;
  let current: Frame | undefined;

  function isInside(operation: Operation, self: object): boolean {
    for (let frame = current; frame !== undefined; frame = frame.outer) {
      if (frame.self === self && frame.operation === operation) return true;
    }
    return false;
  }

  function run(operation: Operation, self: object, original: Method, args: readonly unknown[]): unknown {
    const outer = current;
    current = { operation, self, outer };
    try {
      return Reflect.apply(original, self, args);
    } finally {
      current = outer;
    }
  }

  function traced(operation: Operation, read: ReadCall, original: Method): Method {
    const where = `llamaindex ${operation}`;
    const isOut = included?.has(operation) === false;
    return function (this: object, ...args: unknown[]): unknown {
      if (stopped || !isObject(this) || isInside(operation, this)) return Reflect.apply(original, this, args);
      const call = guard(where, () => read(this, args));
      if (call === undefined || isOut) return Reflect.apply(original, this, args);
      const { output } = call;
      const span = tracer.startSpan(call.options);
      call.begin?.(span);
      const observer: WorkObserver = { keepsReadables: true };
      if (output !== undefined) observer.output = (value) => guard(where, () => output(span, value));
      if (call.isContent !== undefined) observer.isContent = call.isContent;
      return runInSpan(tracer, span, () => run(operation, this, original, call.args ?? args), observer);
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
