/** Watching the stream that a function returned, of whatever kind. */
import { type AnyIterator, watchIterable, watchIterator } from './iterators.ts';
import { watchReadable } from './readable.ts';
import { endOnce, type StreamWatcher } from './watcher.ts';

interface NodeReadable {
  readonly readableEnded: boolean;
  readonly errored?: Error | null;
  once(event: 'close', listener: () => void): unknown;
}

function isIterator(source: object): source is AnyIterator {
  const { next } = source as { next?: unknown };
  return typeof next === 'function' && (Symbol.asyncIterator in source || Symbol.iterator in source);
}

function isNodeReadable(source: object): source is NodeReadable {
  const { readableEnded, once } = source as { readableEnded?: unknown; once?: unknown };
  return typeof readableEnded === 'boolean' && typeof once === 'function';
}

/** False for a subclass. The stream that a `TransformStream` reads out of has a prototype of its own in Node. */
function isReadableStream(source: object): source is ReadableStream {
  return source instanceof ReadableStream && source.constructor === ReadableStream;
}

function isAsyncIterable(source: object): source is AsyncIterable<unknown> {
  return Symbol.asyncIterator in source;
}

/** Listens for the end of a Node stream. Its chunks are not read: they flow to its consumer. */
function watchNodeStream(source: NodeReadable, watcher: StreamWatcher): void {
  source.once('close', () => {
    if (source.errored !== undefined && source.errored !== null) watcher.failed(source.errored);
    else if (source.readableEnded) watcher.done(undefined);
    else watcher.abandoned();
  });
}

/** Returns false for values that are certainly no stream, at less cost than {@link watchStream}. */
export function mayStream(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  try {
    return Symbol.asyncIterator in value || 'next' in value || 'readableEnded' in value;
  } catch {
    return false;
  }
}

/**
 * Watches a stream: a generator, sync or async, an iterable object of any class, a `ReadableStream` or a Node stream.
 *
 * @returns the stream for the caller, which is the same object wherever possible; `undefined` if `value` is no stream
 */
export function watchStream<T>(value: T, given: StreamWatcher): { stream: T } | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const watcher = endOnce(given);
  const inPlace = { stream: value };
  if (isIterator(value)) return watchIterator(value, watcher) ? inPlace : undefined;
  if (isNodeReadable(value)) {
    watchNodeStream(value, watcher);
    return inPlace;
  }
  if (isReadableStream(value) && !value.locked) return { stream: watchReadable(value, watcher) as typeof value };
  return isAsyncIterable(value) && watchIterable(value, watcher) ? inPlace : undefined;
}
