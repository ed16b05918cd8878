/** Options of `instrumentLlamaIndex`, and their checks. */

import { isObject, option, type Shape, TRACE_SHAPE, type TraceOptions } from '@spanline/instrumentation';
import { type Operation, OPERATIONS } from '../tracing/operations.ts';

/** Options of {@link instrumentLlamaIndex}. */
export interface InstrumentOptions extends TraceOptions {
  /**
   * Further copies of `llamaindex` and `@llamaindex/workflow` in this process: a CommonJS one beside the ES module, or
   * `@llamaindex/workflow` itself where it is not found at once (tsx, bundles).
   */
  modules?: readonly object[];
  /**
   * Asks OpenAI's chat API to send token counts at the end of a stream. The stream gets one more chunk, with an empty
   * delta.
   * @defaultValue false
   */
  streamUsage?: boolean;
  /** The operations that become spans. What the others call is traced all the same. @defaultValue all */
  include?: readonly Operation[];
}

/** The checks of {@link InstrumentOptions}. */
export const INSTRUMENT_SHAPE: Shape<InstrumentOptions> = {
  ...TRACE_SHAPE,
  modules: option.list<object>(option.like('a module', isObject)),
  streamUsage: option.boolean(),
  include: option.list<Operation>(option.oneOf(OPERATIONS)),
};
