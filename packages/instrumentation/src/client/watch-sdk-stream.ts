/** Watches the stream of a client in place. */

import { type StreamWatcher, watchStream } from '@spanline/core/internal';
import type { SdkStreamEvents } from './open-call.ts';

/**
 * The source of a Stainless client's `Stream`. `for await`, `tee()` and `toReadableStream()` all call
 * `iterator`.
 */
interface SdkStream {
  iterator: () => AsyncIterator<unknown>;
  readonly controller?: AbortController;
}

function isSdkStream(value: unknown): value is SdkStream {
  return typeof (value as Partial<SdkStream> | null | undefined)?.iterator === 'function';
}

/** Skips the chunks in `dropped`. */
function skip(iterator: AsyncIterator<unknown>, dropped: WeakSet<object>): void {
  const { next } = iterator;
  const pull = async (...args: [] | [unknown]): Promise<IteratorResult<unknown>> => {
    const result = await next.apply(iterator, args);
    return result.done !== true && dropped.has(result.value as object) ? pull(...args) : result;
  };
  Object.defineProperty(iterator, 'next', { value: pull, configurable: true, writable: true });
}

const unread = new FinalizationRegistry<SdkStreamEvents>((events) => events.abandoned());

/**
 * Watches a client's stream in place, as its reader pulls it.
 *
 * @param filters - true if some chunks may have to be left out
 * @returns false if `stream` is no stream of a client
 */
export function watchSdkStream(stream: unknown, events: SdkStreamEvents, filters: boolean): boolean {
  if (!isSdkStream(stream)) return false;
  const { iterator, controller } = stream;
  const dropped = new WeakSet<object>();
  const watcher: StreamWatcher = {
    run: (fn) => fn(),
    chunk(value): void {
      if (!events.chunk(value) && typeof value === 'object' && value !== null) dropped.add(value);
    },
    done: () => events.done(controller?.signal.aborted === true),
    abandoned: () => events.abandoned(),
    failed: (error) => events.failed(error),
  };
  let isRead = false;
  stream.iterator = function (this: unknown): AsyncIterator<unknown> {
    const items = Reflect.apply(iterator, this, []);
    if (isRead) return items;
    isRead = true;
    unread.unregister(stream);
    watchStream(items, watcher);
    if (filters) skip(items, dropped);
    return items;
  };
  unread.register(stream, events, stream);
  return true;
}

/**
 * Watches an iterable that a client made of a response, in place, as its reader pulls it.
 *
 * @returns false if it is none
 */
export function watchDecoded(iterable: unknown, events: SdkStreamEvents): boolean {
  const watcher: StreamWatcher = {
    run: (fn) => fn(),
    chunk: (value) => void events.chunk(value),
    done: () => events.done(false),
    abandoned: () => events.abandoned(),
    failed: (error) => events.failed(error),
  };
  return watchStream(iterable, watcher) !== undefined;
}
