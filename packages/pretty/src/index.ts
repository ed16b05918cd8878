export { createPrettyStream, type PrettyStream, type PrettyStreamOptions } from './pretty-stream.ts';
export { renderTrace, type RenderOptions } from './render-trace.ts';
export type { PrettyOutput } from './terminal.ts';
