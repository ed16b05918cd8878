export { createPrettyStream, type PrettyStream } from './pretty-stream.ts';
export type { PrettyStreamOptions } from './printer.ts';
export { renderTrace, type RenderOptions } from './render-trace.ts';
export type { PrettyOutput } from './terminal.ts';
