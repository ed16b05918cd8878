import { observed, once, replace, type StreamWatcher, watchForgotten, watchIterator } from './watch-stream.ts';

type Reader = Pick<ReadableStreamDefaultReader, 'read' | 'cancel'>;

/** Tells what one pull gave. */
function stepOf(watcher: StreamWatcher): (value: unknown) => void {
  return (value) => {
    const result = value as { done: boolean; value: unknown };
    if (result.done) watcher.done(undefined);
    else watcher.chunk(result.value);
  };
}

function watchReader(reader: Reader, watcher: StreamWatcher): void {
  const { read, cancel } = reader;
  const step = stepOf(watcher);
  replace(reader, 'read', () => observed(() => read.call(reader), watcher, step));
  replace(reader, 'cancel', (reason?: unknown) => {
    watcher.left();
    return cancel.call(reader, reason);
  });
}

/** Both halves get every chunk: the first half's are the ones that are told. One that is left says nothing of the other. */
function watchHalves(halves: [ReadableStream, ReadableStream], watcher: StreamWatcher): void {
  const [first, second] = halves;
  const deaf = { left: () => undefined };
  watch(first, { ...watcher, ...deaf });
  watch(second, { ...watcher, ...deaf, chunk: () => undefined });
}

function watch(source: ReadableStream, watcher: StreamWatcher): boolean {
  const { getReader, values, tee, pipeTo, pipeThrough, cancel } = source;
  const watched = replace(source, 'getReader', (options?: { mode?: 'byob' }): unknown => {
    const reader = getReader.call(source, options as never) as Reader;
    if (options?.mode === undefined) watchReader(reader, watcher);
    return reader;
  });
  if (!watched) return false;
  const iterate = (options?: object): unknown => {
    const iterator = values.call(source, options);
    watchIterator(iterator as never, watcher);
    return iterator;
  };
  replace(source, 'values', iterate);
  replace(source, Symbol.asyncIterator, iterate);
  const piped = (...args: Parameters<typeof pipeTo>): Promise<void> => {
    const over = pipeTo.apply(source, args);
    over.then(
      () => watcher.done(undefined),
      (error: unknown) => watcher.failed(error),
    );
    return over;
  };
  replace(source, 'pipeTo', (...args: Parameters<typeof pipeTo>) =>
    watcher.run(() => (source.locked ? pipeTo.apply(source, args) : piped(...args))),
  );
  replace(source, 'pipeThrough', (...args: Parameters<typeof pipeThrough>): unknown => {
    const [pair, options] = args;
    if (source.locked || pair.writable.locked) return pipeThrough.apply(source, args);
    watcher.run(() => piped(pair.writable, options)).catch(() => undefined);
    return pair.readable;
  });
  replace(source, 'tee', (): unknown => {
    const halves = tee.call(source);
    watchHalves(halves, watcher);
    return halves;
  });
  replace(source, 'cancel', (reason?: unknown) => {
    watcher.left();
    return cancel.call(source, reason);
  });
  return true;
}

/**
 * Watches a `ReadableStream` without putting another in its place: its reading methods are replaced on the instance. What reads it from within the platform (`new Response(stream)`) is not seen; the end is then told when
 * the stream is collected.
 *
 * @returns false for anything else
 */
export function watchReadableInPlace(value: unknown, told: StreamWatcher): boolean {
  if (!(value instanceof ReadableStream)) return false;
  const watcher = once(told);
  if (value.locked || !watch(value, watcher)) return false;
  watchForgotten(value, watcher);
  return true;
}
