/** Watching iterators, generators and iterable objects in place. */
import { pullFrom, replaceMethod, reportStep, type StreamWatcher, watchCollection } from './watcher.ts';

/** An iterator, sync or async. */
export interface AnyIterator {
  next(...args: [] | [unknown]): unknown;
  return?(value?: unknown): unknown;
  throw?(error?: unknown): unknown;
}

const BUILT_IN: ReadonlySet<unknown> = new Set(['Array Iterator', 'Map Iterator', 'Set Iterator', 'String Iterator']);

/**
 * The object that the methods of an iterator are replaced on. One of an array, a map, a set or a string gets a
 * prototype for them: from the first one that has a `next` of its own on, V8 asks an iterator for each element of every
 * spread and destructuring, in the whole process.
 */
function methodsOf(source: AnyIterator): object {
  if (!BUILT_IN.has((source as { [Symbol.toStringTag]?: unknown })[Symbol.toStringTag])) return source;
  const methods = Object.create(Object.getPrototypeOf(source) as object) as object;
  return Reflect.setPrototypeOf(source, methods) ? methods : source;
}

/**
 * Replaces `next`, `return` and `throw` on the iterator. It keeps its identity, class and private fields, and `for
 * await`, `yield*` and the iterator helpers all use these three methods.
 *
 * @returns false if the iterator is frozen
 */
export function watchIterator(source: AnyIterator, watcher: StreamWatcher): boolean {
  const step = (value: unknown): void => reportStep(watcher, value);
  const { next, return: stop, throw: raise } = source;
  const methods = methodsOf(source);
  const isWatched = replaceMethod(methods, 'next', (...args: [] | [unknown]) =>
    pullFrom(() => next.apply(source, args), watcher, step),
  );
  if (!isWatched) return false;
  if (typeof stop === 'function') {
    // A generator may yield from its `finally`, and then goes on.
    const stopped = (value: unknown): void => {
      if ((value as IteratorResult<unknown> | undefined)?.done === false) step(value);
      else watcher.abandoned();
    };
    replaceMethod(methods, 'return', (value?: unknown) => pullFrom(() => stop.call(source, value), watcher, stopped));
  }
  if (typeof raise === 'function') {
    replaceMethod(methods, 'throw', (error?: unknown) => pullFrom(() => raise.call(source, error), watcher, step));
  }
  watchCollection(source, watcher);
  return true;
}

/**
 * Replaces the iterator method of an async iterable with a class of its own, such as an SDK's `Stream`.
 *
 * @returns false if the object is frozen
 */
export function watchIterable(source: AsyncIterable<unknown>, watcher: StreamWatcher): boolean {
  const iterate = source[Symbol.asyncIterator];
  const isWatched = replaceMethod(source, Symbol.asyncIterator, function (this: AsyncIterable<unknown>): AnyIterator {
    const iterator = watcher.run(() => iterate.call(this));
    watchIterator(iterator, watcher);
    return iterator;
  });
  if (isWatched) watchCollection(source, watcher);
  return isWatched;
}
