/** Runs a function inside a span that ends with the function's work: its return, its promise, or its stream. */
import { types } from 'node:util';
import type { Span, Tracer } from '../api/index.ts';
import { readProperty } from '../gate/index.ts';
import { createChunks, mayStream, type StreamWatcher, watchReadableInPlace, watchStream } from '../streams/index.ts';
import { onForcedEnd } from './extras.ts';
import { replaceThen } from './replace-then.ts';

/** Observes the work inside a span. */
export interface WorkObserver {
  /**
   * Called with the result: the returned value, the resolved one, or what the stream yielded. `isBroken` for a stream
   * that ended early.
   */
  output?: (value: unknown, isBroken: boolean) => void;
  /**
   * Returns false for chunks without content, which do not count for the time to the first chunk.
   * @defaultValue all chunks have content
   */
  isContent?: (chunk: unknown) => boolean;
  /**
   * Watches a `ReadableStream` in place, so that the caller gets the same object. A reader that bypasses its methods
   * (`new Response(stream)`) is not seen.
   * @defaultValue false: the caller gets a stream that pulls from it
   */
  keepsReadables?: boolean;
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof readProperty(value, 'then') === 'function';
}

/**
 * Ends the span with the stream: `ok` at its end, `abandoned` if the consumer stops reading, and as an error if the
 * source throws.
 */
function endWithStream(tracer: Tracer, span: Span, startedMs: number, observer: WorkObserver): StreamWatcher {
  const chunks = createChunks();
  let awaitsContent = span.type === 'llm';
  const flush = (isBroken: boolean): void => {
    const output = chunks.value();
    if (output !== undefined) observer.output?.(output, isBroken);
    span.set({ 'spanline.stream.chunks': chunks.count() });
  };
  onForcedEnd(span, () => flush(true));
  return {
    run: (fn) => (span.isRecording ? tracer.run(span, fn) : fn()),
    chunk(value): void {
      if (awaitsContent && observer.isContent?.(value) !== false) {
        awaitsContent = false;
        span.set({ 'gen_ai.response.time_to_first_chunk': Math.round((performance.now() - startedMs) * 1000) / 1e6 });
      }
      chunks.add(value);
    },
    done(returned): void {
      if (returned !== undefined) chunks.addReturned(returned);
      flush(false);
      span.end();
    },
    abandoned(): void {
      flush(true);
      span.end({ status: 'abandoned' });
    },
    failed(error): void {
      span.fail(error);
      flush(true);
      span.end();
    },
  };
}

/**
 * Runs `fn` inside `span` and ends the span when `fn` returns, settles, or its stream ends. The caller gets what `fn`
 * gives: the same value, the same error object, a promise in the same state, the same stream.
 */
export function runInSpan<T>(tracer: Tracer, span: Span, fn: (span: Span) => T, observer: WorkObserver = {}): T {
  const startedMs = performance.now();
  const settle = <V>(value: V): V => {
    if (mayStream(value)) {
      const watcher = endWithStream(tracer, span, startedMs, observer);
      if (observer.keepsReadables === true && watchReadableInPlace(value, watcher)) return value;
      const watched = watchStream(value, watcher);
      if (watched !== undefined) return watched.stream;
    }
    observer.output?.(value, false);
    span.end();
    return value;
  };
  const fail = (error: unknown): never => {
    span.fail(error).end();
    throw error;
  };
  let result: T;
  try {
    result = tracer.run(span, () => fn(span));
  } catch (error) {
    return fail(error);
  }
  if (!isThenable(result)) return settle(result);
  if (isPlainPromise(result)) return result.then(settle, fail) as T;
  watchThenable(result, settle, fail);
  return result;
}

/** True for a promise without methods of its own. It may come from another realm: Jest runs tests in one. */
function isPlainPromise(value: PromiseLike<unknown>): value is Promise<unknown> {
  return types.isPromise(value) && value.constructor?.name === 'Promise';
}

/**
 * Watches a thenable that is not a plain promise (an SDK's `APIPromise`, a query builder). It has methods that a
 * promise lacks, and may start its work only when `then` is called. Its `then` is replaced on the instance, and the
 * span ends when the first call of it settles.
 */
function watchThenable(
  thenable: PromiseLike<unknown>,
  settle: <V>(value: V) => V,
  fail: (error: unknown) => never,
): void {
  let settled: { value: unknown } | undefined;
  const settleOnce = (value: unknown): unknown => (settled ??= { value: settle(value) }).value;
  replaceThen(thenable, (then) => (resolve, reject) => {
    const watched = then(settleOnce, fail) as PromiseLike<unknown>;
    return watched.then(resolve as (value: unknown) => unknown, reject as (error: unknown) => unknown);
  });
}
