export { SpanlineCallbackHandler } from './handler.ts';
export type { SpanlineCallbackHandlerOptions } from './options.ts';
