/** Watching a `ReadableStream` through another one that pulls from it. */
import { reportStep, type StreamWatcher, watchCollection } from './watcher.ts';

function isByteStream(source: ReadableStream): boolean {
  try {
    source.getReader({ mode: 'byob' }).releaseLock();
    return true;
  } catch {
    return false;
  }
}

/**
 * Returns a stream that pulls one chunk from `source` for each that its reader asks for. No chunk is read ahead,
 * cancelling reaches the source, and a byte stream stays one.
 */
export function watchReadable(source: ReadableStream, watcher: StreamWatcher): ReadableStream {
  const isBytes = isByteStream(source);
  const reader = source.getReader();
  const read = async () => {
    try {
      const step = await watcher.run(() => reader.read());
      reportStep(watcher, step);
      return step;
    } catch (error) {
      watcher.failed(error);
      throw error;
    }
  };
  const cancel = (reason: unknown): Promise<void> => {
    watcher.abandoned(reason);
    return reader.cancel(reason);
  };
  const watched = isBytes
    ? new ReadableStream({
        type: 'bytes',
        cancel,
        async pull(controller): Promise<void> {
          const { done, value } = await read();
          if (!done) return controller.enqueue(value);
          controller.close();
          controller.byobRequest?.respond(0);
        },
      })
    : new ReadableStream(
        {
          cancel,
          async pull(controller): Promise<void> {
            const { done, value } = await read();
            if (done) controller.close();
            else controller.enqueue(value);
          },
        },
        { highWaterMark: 0 },
      );
  watchCollection(watched, watcher);
  return watched;
}
