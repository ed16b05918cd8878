/** How a watched stream tells what happens to it. Called at most once per event, never after an end. */
export interface StreamWatcher {
  /** Runs every pull of the source, so that the work behind it stands under the right span. */
  run<T>(fn: () => T): T;
  chunk(value: unknown): void;
  done(returned: unknown): void;
  /** The consumer left: `break`, `return()`, `cancel()`, or the stream was collected unread. */
  left(): void;
  failed(error: unknown): void;
}

/** An iterator, sync or async. */
interface AnyIterator {
  next(...args: [] | [unknown]): unknown;
  return?(value?: unknown): unknown;
  throw?(error?: unknown): unknown;
}

type ReadResult = { done: true } | { done: false; value: unknown };

const forgotten = new FinalizationRegistry<StreamWatcher>((watcher) => watcher.left());

/** Tells each watcher its end once. */
export function once(watcher: StreamWatcher): StreamWatcher {
  let ended = false;
  const told: StreamWatcher = {
    run: (fn) => watcher.run(fn),
    chunk: (value) => {
      if (!ended) watcher.chunk(value);
    },
    done: (returned) => end(() => watcher.done(returned)),
    left: () => end(() => watcher.left()),
    failed: (error) => end(() => watcher.failed(error)),
  };
  function end(tell: () => void): void {
    if (ended) return;
    ended = true;
    forgotten.unregister(told);
    tell();
  }
  return told;
}

/**
 * A stream that its consumer forgets is never told so by anyone but the garbage collector. The watcher, made by {@link once}, never holds the stream, and leaves the registry at its end: what is
 * in there survives every minor collection. Whoever reads a stream takes its place, for it may be all that is left of it.
 */
export function watchForgotten(stream: object, watcher: StreamWatcher): void {
  forgotten.unregister(watcher);
  forgotten.register(stream, watcher, watcher);
}

function isPromise(value: unknown): value is Promise<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
}

/** Passes on what a pull gave, sync or async, and tells the watcher. */
export function observed(pull: () => unknown, watcher: StreamWatcher, tell: (value: unknown) => void): unknown {
  let result: unknown;
  try {
    result = watcher.run(pull);
  } catch (error) {
    watcher.failed(error);
    throw error;
  }
  if (!isPromise(result)) {
    tell(result);
    return result;
  }
  return result.then(
    (value) => {
      tell(value);
      return value;
    },
    (error: unknown) => {
      watcher.failed(error);
      throw error;
    },
  );
}

/** Replaces a method on one object. False where the object is frozen. */
export function replace(target: object, key: PropertyKey, value: unknown): boolean {
  return Reflect.defineProperty(target, key, { value, configurable: true, writable: true });
}

/**
 * Replaces `next`, `return` and `throw` on the iterator itself: its identity, class and private fields stay, and `for await`, `yield*` and the iterator
 * helpers all go through these three.
 */
export function watchIterator(source: AnyIterator, watcher: StreamWatcher): boolean {
  const step = (value: unknown): void => {
    const result = value as IteratorResult<unknown> | undefined;
    if (result?.done === true) watcher.done(result.value);
    else watcher.chunk(result?.value);
  };
  const { next, return: stop, throw: raise } = source;
  const watched = replace(source, 'next', (...args: [] | [unknown]) =>
    observed(() => next.apply(source, args), watcher, step),
  );
  if (!watched) return false;
  if (typeof stop === 'function') {
    const stopped = (value: unknown): void => {
      if ((value as IteratorResult<unknown> | undefined)?.done === false) step(value);
      else watcher.left();
    };
    replace(source, 'return', (value?: unknown) => observed(() => stop.call(source, value), watcher, stopped));
  }
  if (typeof raise === 'function') {
    replace(source, 'throw', (error?: unknown) => observed(() => raise.call(source, error), watcher, step));
  }
  watchForgotten(source, watcher);
  return true;
}

/** An object that can be iterated and has a class of its own (an SDK's `Stream`): its iterator method is replaced on the instance. */
function watchIterable(source: object, watcher: StreamWatcher): boolean {
  const iterate = (source as AsyncIterable<unknown>)[Symbol.asyncIterator];
  const watched = replace(source, Symbol.asyncIterator, function (this: object): AnyIterator {
    const iterator = watcher.run(() => iterate.call(this as AsyncIterable<unknown>)) as AnyIterator;
    watchIterator(iterator, watcher);
    return iterator;
  });
  if (watched) watchForgotten(source, watcher);
  return watched;
}

function isByteStream(source: ReadableStream<unknown>): boolean {
  try {
    source.getReader({ mode: 'byob' }).releaseLock();
    return true;
  } catch {
    return false;
  }
}

/** A `ReadableStream` that pulls one chunk when one is asked for: no chunk is read ahead, cancelling reaches the source, byte streams stay byte streams. */
function watchReadable(source: ReadableStream<unknown>, watcher: StreamWatcher): ReadableStream<unknown> {
  const bytes = isByteStream(source);
  const reader = source.getReader();
  const pull = async (controller: { enqueue(chunk: never): void; close(): void }): Promise<void> => {
    const step = (value: unknown): void => {
      const result = value as ReadResult;
      if (result.done) watcher.done(undefined);
      else watcher.chunk(result.value);
    };
    const result = (await observed(() => reader.read(), watcher, step)) as ReadResult;
    if (!result.done) controller.enqueue(result.value as never);
    else {
      controller.close();
      (controller as { byobRequest?: { respond(bytes: number): void } | null }).byobRequest?.respond(0);
    }
  };
  const cancel = (reason: unknown): Promise<void> => {
    watcher.left();
    return reader.cancel(reason);
  };
  const watched = bytes
    ? new ReadableStream({ type: 'bytes', pull: pull, cancel })
    : new ReadableStream({ pull: pull, cancel }, { highWaterMark: 0 });
  watchForgotten(watched, watcher);
  return watched;
}

interface NodeReadable {
  once(event: 'close', listener: () => void): unknown;
  errored?: Error | null;
  readableEnded?: boolean;
}

/** A Node stream is only listened to: its chunks flow to whoever asked for them. */
function watchNodeStream(source: NodeReadable, watcher: StreamWatcher): void {
  source.once('close', () => {
    if (source.errored !== undefined && source.errored !== null) watcher.failed(source.errored);
    else if (source.readableEnded === true) watcher.done(undefined);
    else watcher.left();
  });
}

/** False for what is certainly no stream, without the cost of a watcher. */
export function mayStream(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  try {
    return Symbol.asyncIterator in value || 'next' in value || 'readableEnded' in value;
  } catch {
    return false;
  }
}

/**
 * Watches a stream that a function returned: generators, async generators, iterable objects of any class, `ReadableStream`, Node streams.
 *
 * @returns what to hand to the caller in its place (the same object wherever it can be), or `undefined` when `value` is no stream
 */
export function watchStream<T>(value: T, told: StreamWatcher): { stream: T } | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const watcher = once(told);
  const source = value as object & { next?: unknown; readableEnded?: unknown; once?: unknown; getReader?: unknown };
  if (typeof source.next === 'function' && (Symbol.asyncIterator in source || Symbol.iterator in source)) {
    return watchIterator(source as unknown as AnyIterator, watcher) ? { stream: value } : undefined;
  }
  if (typeof source.readableEnded === 'boolean' && typeof source.once === 'function') {
    watchNodeStream(source as unknown as NodeReadable, watcher);
    return { stream: value };
  }
  if (Object.getPrototypeOf(source) === ReadableStream.prototype && !(source as ReadableStream).locked) {
    return { stream: watchReadable(source as ReadableStream<unknown>, watcher) as T };
  }
  return Symbol.asyncIterator in source && watchIterable(source, watcher) ? { stream: value } : undefined;
}
