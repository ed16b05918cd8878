export { createChunks } from './chunks.ts';
export { watchReadableInPlace } from './readable-in-place.ts';
export { mayStream, watchStream } from './watch-stream.ts';
export type { StreamWatcher } from './watcher.ts';
