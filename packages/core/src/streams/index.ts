export { type Chunks, createChunks } from './chunks.ts';
export { watchReadableInPlace } from './readable-in-place.ts';
export { mayStream, type StreamWatcher, watchStream } from './watch-stream.ts';
