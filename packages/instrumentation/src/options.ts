/** Options that every instrumentation has, and their checks. */

import type { CaptureSetting, Tracer } from '@spanline/core';
import { captureCheck, tracerCheck } from '@spanline/core/internal';
import type { Shape } from '@spanline/record';

/** Options of every instrumentation. */
export interface TraceOptions {
  /** @defaultValue `defaultTracer()` */
  tracer?: Tracer;
  /** Capture mode or policy of these spans. @defaultValue the context's, else the tracer's */
  capture?: CaptureSetting;
}

/** The checks of {@link TraceOptions}. */
export const TRACE_SHAPE: Shape<TraceOptions> = { tracer: tracerCheck, capture: captureCheck };
