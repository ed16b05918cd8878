import type { Span, SpanOptions, Tracer } from '@spanline/core';
import { type Guard, runInSpan } from '@spanline/core/source';
import { isObject } from './bag.ts';
import type { Operation } from './operations.ts';
import type { Method } from './patches.ts';
import { SCOPE } from './scope.ts';

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

/** Traces calls with `tracer`. No fault of ours reaches the caller: then the call goes on untraced. */
export function createCallTracer(tracer: Tracer, guard: Guard, include?: readonly Operation[]): CallTracer {
  const running = new WeakMap<object, Set<string>>();
  const included = include === undefined ? undefined : new Set(include);
  let stopped = !tracer.enabled;

  function begin(operation: Operation, read: ReadCall, self: object, args: readonly unknown[]): TracedCall | undefined {
    if (stopped || !isObject(self)) return undefined;
    if (running.get(self)?.has(operation) === true) return undefined;
    const call = guard(`llamaindex ${operation}`, () => read(self, args));
    return included?.has(operation) === false ? undefined : call;
  }

  /** The flag only covers the synchronous part of a call: that is where methods call each other on one object. */
  function run(operation: Operation, self: object, fn: () => unknown): unknown {
    const operations = running.get(self) ?? new Set();
    running.set(self, operations.add(operation));
    try {
      return fn();
    } finally {
      operations.delete(operation);
    }
  }

  return {
    traced: (operation, read) => (original) =>
      function traced(this: object, ...args: unknown[]): unknown {
        const call = begin(operation, read, this, args);
        if (call === undefined) return Reflect.apply(original, this, args);
        const { options, begin: begun, output, isContent } = call;
        const span = tracer.startSpan({ scope: SCOPE, ...options });
        begun?.(span);
        return runInSpan(
          tracer,
          span,
          () => run(operation, this, () => Reflect.apply(original, this, call.args ?? args)),
          {
            ...(output === undefined
              ? {}
              : { output: (value) => guard(`llamaindex ${operation}`, () => output(span, value)) }),
            ...(isContent === undefined ? {} : { isContent }),
          },
        );
      },
    isIncluded: (operation) => included?.has(operation) !== false,
    isActive: () => !stopped,
    stop(): void {
      stopped = true;
    },
  };
}
