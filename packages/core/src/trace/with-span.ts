import { types } from 'node:util';
import type { Span, Tracer } from '../api/index.ts';
import { createChunks, mayStream, type StreamWatcher, watchReadableInPlace, watchStream } from '../streams/index.ts';
import { onLeftOpen } from './left-open.ts';

/** What a caller wants to be told of the work inside a span. */
export interface WorkObserver {
  /** The value that came out: returned, resolved, or gathered from the stream. */
  output?: (value: unknown) => void;
  /** Tells chunks that carry content from those that only announce it; for the time to the first one. @defaultValue all do */
  isContent?: (chunk: unknown) => boolean;
  /**
   * A `ReadableStream` stays the object that it is. What reads it without its methods (`new Response(stream)`) is then not seen.
   * @defaultValue false: another that pulls from it is handed out
   */
  keepsReadables?: boolean;
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    (typeof value === 'object' || typeof value === 'function') &&
    value !== null &&
    typeof (value as { then?: unknown }).then === 'function'
  );
}

/** A span that ends with the stream: well, `abandoned` when its consumer leaves, as an error when the source throws. */
function streamWatcher(tracer: Tracer, span: Span, startedMs: number, observer: WorkObserver): StreamWatcher {
  const chunks = createChunks();
  let waiting = span.type === 'llm';
  const tell = (): void => {
    const gathered = chunks.value();
    if (gathered !== undefined) observer.output?.(gathered);
    span.set({ 'spanline.stream.chunks': chunks.count });
  };
  const finish = (status?: 'abandoned'): void => {
    tell();
    span.end(status === undefined ? {} : { status });
  };
  onLeftOpen(span, tell);
  return {
    run: (fn) => (span.isRecording ? tracer.run(span, fn) : fn()),
    chunk(value): void {
      if (waiting && observer.isContent?.(value) !== false) {
        waiting = false;
        span.set({ 'gen_ai.response.time_to_first_chunk': Math.round((performance.now() - startedMs) * 1000) / 1e6 });
      }
      chunks.add(value);
    },
    done(returned): void {
      chunks.end(returned);
      finish();
    },
    left: () => finish('abandoned'),
    failed(error): void {
      span.fail(error);
      finish();
    },
  };
}

/**
 * Runs `fn` inside `span` and ends the span when `fn` returns, settles, or its stream ends. What `fn` gives is given on: the same promise state, the
 * same error object, the same stream.
 */
export function runInSpan<T>(tracer: Tracer, span: Span, fn: (span: Span) => T, observer: WorkObserver = {}): T {
  const startedMs = performance.now();
  const settle = <V>(value: V): V => {
    if (mayStream(value)) {
      const watcher = streamWatcher(tracer, span, startedMs, observer);
      if (observer.keepsReadables === true && watchReadableInPlace(value, watcher)) return value;
      const watched = watchStream(value, watcher);
      if (watched !== undefined) return watched.stream;
    }
    observer.output?.(value);
    span.end();
    return value;
  };
  let result: T;
  try {
    result = tracer.run(span, () => fn(span));
  } catch (error) {
    span.fail(error).end();
    throw error;
  }
  if (!isThenable(result)) return settle(result);
  const fail = (error: unknown): never => {
    span.fail(error).end();
    throw error;
  };
  if (isPlainPromise(result)) return result.then(settle, fail) as T;
  watchThenable(result, settle, fail);
  return result;
}

/** A promise without methods of its own, of whatever realm (Jest runs tests in one of its own). */
function isPlainPromise(value: PromiseLike<unknown>): value is Promise<unknown> {
  return types.isPromise(value) && value.constructor?.name === 'Promise';
}

/**
 * A thenable of a class of its own (an SDK's `APIPromise`, a query builder) has methods that a plain promise lacks, and may start its work only when
 * `then` is called: its `then` is replaced on the instance, and the span ends when the first of them settles.
 */
function watchThenable(
  thenable: PromiseLike<unknown>,
  settle: <V>(value: V) => V,
  fail: (error: unknown) => never,
): void {
  const { then } = thenable;
  let settled: { value: unknown } | undefined;
  Reflect.defineProperty(thenable, 'then', {
    configurable: true,
    writable: true,
    value(resolve?: ((value: unknown) => unknown) | null, reject?: ((error: unknown) => unknown) | null): unknown {
      const watched = then.call(thenable, (value: unknown) => (settled ??= { value: settle(value) }).value, fail);
      return watched.then(resolve, reject);
    },
  });
}
