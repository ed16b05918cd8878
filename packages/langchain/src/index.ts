export { SpanlineCallbackHandler } from './handler.ts';
export { instrumentLangChain, type InstrumentOptions } from './instrument.ts';
export type { SpanlineCallbackHandlerOptions } from './options.ts';
export {
  traceChatModel,
  traceEmbeddings,
  type TraceOptions,
  traceReranker,
  traceVectorStore,
  untrace,
} from './trace-components.ts';
