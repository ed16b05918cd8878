import { type StreamWatcher, watchStream } from '@spanline/core/internal';

/** What the `Stream` of a Stainless client reads from. `for await`, `tee()` and `toReadableStream()` all call `iterator`. */
interface SdkStream {
  iterator: () => AsyncIterator<unknown>;
  readonly controller?: AbortController;
}

/** What happens to a stream. */
export interface SdkStreamEvents {
  /** @returns false for a chunk that is to be kept from the application */
  chunk(value: unknown): boolean;
  done(aborted: boolean): void;
  left(): void;
  failed(error: unknown): void;
}

function isSdkStream(value: unknown): value is SdkStream {
  return typeof (value as Partial<SdkStream> | null | undefined)?.iterator === 'function';
}

/** Takes the chunks that `kept` holds out of what the iterator gives. */
function leaveOut(iterator: AsyncIterator<unknown>, kept: WeakSet<object>): void {
  const { next } = iterator;
  const pull = async (...args: [] | [unknown]): Promise<IteratorResult<unknown>> => {
    const result = await next.apply(iterator, args);
    return result.done !== true && kept.has(result.value as object) ? pull(...args) : result;
  };
  Object.defineProperty(iterator, 'next', { value: pull, configurable: true, writable: true });
}

const unread = new FinalizationRegistry<SdkStreamEvents>((events) => events.left());

/**
 * Watches a client's stream in place, as its reader pulls it.
 *
 * @param filters - true when chunks may have to be left out
 * @returns false when `stream` is none
 */
export function watchSdkStream(stream: unknown, events: SdkStreamEvents, filters: boolean): boolean {
  if (!isSdkStream(stream)) return false;
  const { iterator, controller } = stream;
  const kept = new WeakSet<object>();
  const watcher: StreamWatcher = {
    run: (fn) => fn(),
    chunk(value): void {
      if (!events.chunk(value) && typeof value === 'object' && value !== null) kept.add(value);
    },
    done: () => events.done(controller?.signal.aborted === true),
    left: () => events.left(),
    failed: (error) => events.failed(error),
  };
  let isRead = false;
  stream.iterator = function (this: unknown): AsyncIterator<unknown> {
    const items = Reflect.apply(iterator, this, []);
    if (isRead) return items;
    isRead = true;
    unread.unregister(stream);
    watchStream(items, watcher);
    if (filters) leaveOut(items, kept);
    return items;
  };
  unread.register(stream, events, stream);
  return true;
}
