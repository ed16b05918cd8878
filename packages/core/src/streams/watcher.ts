/** The interface that all kinds of stream watchers share. */

/** Observes one stream. After `done`, `abandoned` or `failed` nothing else is called. */
export interface StreamWatcher {
  /** Runs each pull of the source, so that the work behind it belongs to the right span. */
  run<T>(fn: () => T): T;
  chunk(value: unknown): void;
  /** @param returned - a generator's return value */
  done(returned: unknown): void;
  /**
   * The consumer stopped reading: `break`, `return()`, `cancel()`, or the stream was garbage-collected.
   *
   * @param reason - the one that `cancel()` was given
   */
  abandoned(reason?: unknown): void;
  failed(error: unknown): void;
}

const collected = new FinalizationRegistry<StreamWatcher>((watcher) => watcher.abandoned());

/** Makes sure that a watcher hears of one end only. */
export function endOnce(watcher: StreamWatcher): StreamWatcher {
  let hasEnded = false;
  const guarded: StreamWatcher = {
    run: (fn) => watcher.run(fn),
    chunk: (value) => {
      if (!hasEnded) watcher.chunk(value);
    },
    done: (returned) => end(() => watcher.done(returned)),
    abandoned: (reason) => end(() => watcher.abandoned(reason)),
    failed: (error) => end(() => watcher.failed(error)),
  };
  function end(report: () => void): void {
    if (hasEnded) return;
    hasEnded = true;
    collected.unregister(guarded);
    report();
  }
  return guarded;
}

/**
 * Reports the stream as abandoned when it is garbage-collected, which is all that happens to a stream its consumer
 * forgets. A later call for the same watcher replaces the earlier one: an iterator may be all that is left of its
 * stream.
 *
 * @param watcher - made by {@link endOnce}, which removes it from the registry at the end: a registered object survives
 * every minor collection. It must not hold the stream.
 */
export function watchCollection(stream: object, watcher: StreamWatcher): void {
  collected.unregister(watcher);
  collected.register(stream, watcher, watcher);
}

/** Replaces a method on one object. Returns false if the object is frozen. */
export function replaceMethod(target: object, key: PropertyKey, method: (...args: never[]) => unknown): boolean {
  return Reflect.defineProperty(target, key, { value: method, configurable: true, writable: true });
}

function isPromise(value: unknown): value is Promise<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
}

/**
 * Pulls from the source and passes on the result, sync or async. A failed pull is reported to the watcher, any other to
 * `onResult`.
 */
export function pullFrom(pull: () => unknown, watcher: StreamWatcher, onResult: (value: unknown) => void): unknown {
  const fail = (error: unknown): never => {
    watcher.failed(error);
    throw error;
  };
  let result: unknown;
  try {
    result = watcher.run(pull);
  } catch (error) {
    return fail(error);
  }
  if (!isPromise(result)) {
    onResult(result);
    return result;
  }
  return result.then((value) => {
    onResult(value);
    return value;
  }, fail);
}

/** Reports the result of `next()` or `read()`. */
export function reportStep(watcher: StreamWatcher, step: unknown): void {
  const { done, value } = (step ?? {}) as { done?: unknown; value?: unknown };
  if (done === true) watcher.done(value);
  else watcher.chunk(value);
}
