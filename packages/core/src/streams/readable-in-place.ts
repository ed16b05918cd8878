/** Watching a `ReadableStream` in place, by its reading methods. */
import { watchIterator } from './iterators.ts';
import { endOnce, pullFrom, replaceMethod, reportStep, type StreamWatcher, watchCollection } from './watcher.ts';

function watchReader(reader: ReadableStreamDefaultReader, watcher: StreamWatcher): void {
  const { read, cancel } = reader;
  const step = (value: unknown): void => reportStep(watcher, value);
  replaceMethod(reader, 'read', () => pullFrom(() => read.call(reader), watcher, step));
  replaceMethod(reader, 'cancel', (reason?: unknown) => {
    watcher.abandoned(reason);
    return cancel.call(reader, reason);
  });
}

/**
 * Both branches of a tee get every chunk, so only the first one reports them. A cancelled branch does not end the other
 * one.
 */
function watchBranches(branches: [ReadableStream, ReadableStream], watcher: StreamWatcher): void {
  const [first, second] = branches;
  const ignoring = { abandoned: () => undefined };
  watchMethods(first, { ...watcher, ...ignoring });
  watchMethods(second, { ...watcher, ...ignoring, chunk: () => undefined });
}

function watchMethods(source: ReadableStream, watcher: StreamWatcher): boolean {
  const { getReader, values, tee, pipeTo, pipeThrough, cancel } = source;
  const isWatched = replaceMethod(source, 'getReader', (...args: Parameters<typeof getReader>): unknown => {
    const reader = getReader.apply(source, args);
    if (reader instanceof ReadableStreamDefaultReader) watchReader(reader, watcher);
    return reader;
  });
  if (!isWatched) return false;
  const iterate = (...args: Parameters<typeof values>): unknown => {
    const iterator = values.apply(source, args);
    watchIterator(iterator, watcher);
    return iterator;
  };
  replaceMethod(source, 'values', iterate);
  replaceMethod(source, Symbol.asyncIterator, iterate);
  const pipe = (...args: Parameters<typeof pipeTo>): Promise<void> => {
    const piped = pipeTo.apply(source, args);
    piped.then(
      () => watcher.done(undefined),
      (error: unknown) => watcher.failed(error),
    );
    return piped;
  };
  replaceMethod(source, 'pipeTo', (...args: Parameters<typeof pipeTo>) =>
    watcher.run(() => (source.locked ? pipeTo.apply(source, args) : pipe(...args))),
  );
  replaceMethod(source, 'pipeThrough', (...args: Parameters<typeof pipeThrough>): unknown => {
    const [pair, options] = args;
    if (source.locked || pair.writable.locked) return pipeThrough.apply(source, args);
    watcher.run(() => pipe(pair.writable, options)).catch(() => undefined);
    return pair.readable;
  });
  replaceMethod(source, 'tee', (): unknown => {
    const branches = tee.call(source);
    watchBranches(branches, watcher);
    return branches;
  });
  replaceMethod(source, 'cancel', (reason?: unknown) => {
    watcher.abandoned(reason);
    return cancel.call(source, reason);
  });
  return true;
}

/**
 * Watches a `ReadableStream` by replacing its reading methods on the instance. A reader inside the platform (`new
 * Response(stream)`) is not seen; the end is then reported when the stream is garbage-collected.
 *
 * @returns false for any other value, and for a stream that is locked or frozen
 */
export function watchReadableInPlace(value: unknown, given: StreamWatcher): boolean {
  if (!(value instanceof ReadableStream)) return false;
  const watcher = endOnce(given);
  if (value.locked || !watchMethods(value, watcher)) return false;
  watchCollection(value, watcher);
  return true;
}
