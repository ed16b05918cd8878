export { instrumentLangChain } from './components/instrument.ts';
export {
  traceChatModel,
  traceEmbeddings,
  traceRemoteGraph,
  traceReranker,
  traceVectorStore,
  untrace,
} from './components/trace-components.ts';
export { SpanlineCallbackHandler } from './handler.ts';
export type { InstrumentOptions, SpanlineCallbackHandlerOptions } from './options.ts';
export type { TraceOptions } from '@spanline/instrumentation';
