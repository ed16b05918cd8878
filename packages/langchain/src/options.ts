/** Options of this package, and the rules that check them at start-up. */

import { TRACE_SHAPE, type TraceOptions } from '@spanline/instrumentation';
import { option, type Shape } from '@spanline/record';

/** Options of {@link SpanlineCallbackHandler}. */
export interface SpanlineCallbackHandlerOptions extends TraceOptions {
  /** `all` also writes spans for LangChain's plumbing (unnamed sequences, maps, lambdas). @defaultValue `steps` */
  include?: 'steps' | 'all';
  /**
   * Called before each model call. If it throws, the call fails with that error and is not sent: a budget, for
   * instance.
   */
  beforeCall?: () => void;
}

/** Options of {@link registerGlobally}. */
export interface RegisterOptions extends SpanlineCallbackHandlerOptions {
  /**
   * More copies of `@langchain/core/callbacks/manager`, for a bundle or a second version that neither this package nor
   * the working directory resolves to.
   */
  modules?: readonly object[];
}

/** Options of {@link instrumentLangChain}. */
export interface InstrumentOptions extends TraceOptions {
  /** Classes, or modules with exported classes: `[OpenAIEmbeddings]`, `[await import('@langchain/openai')]`. */
  modules: readonly object[];
}

function isModule(value: unknown): boolean {
  return typeof value === 'function' || (typeof value === 'object' && value !== null);
}

const modules = option.list<object>(option.like('a module or a class', isModule));

/** Rules of {@link SpanlineCallbackHandlerOptions}. */
export const HANDLER_SHAPE: Shape<SpanlineCallbackHandlerOptions> = {
  ...TRACE_SHAPE,
  include: option.oneOf(['steps', 'all']),
  beforeCall: option.callback(),
};

/** Rules of {@link RegisterOptions}. */
export const REGISTER_SHAPE: Shape<RegisterOptions> = { ...HANDLER_SHAPE, modules };

/** Rules of {@link InstrumentOptions}. */
export const INSTRUMENT_SHAPE: Shape<InstrumentOptions> = { ...TRACE_SHAPE, modules: option.required(modules) };
