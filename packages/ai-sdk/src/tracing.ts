/** The tracer that all recordings of one telemetry object or middleware share. */

import { defaultTracer, type CaptureSetting, type SpanOptions, type Tracer } from '@spanline/core';
import {
  checkOptions,
  createEnterSpan,
  createGuard,
  type EnterSpan,
  type Guard,
  TRACE_SHAPE,
  type TraceOptions,
} from '@spanline/instrumentation';
import { SCOPE } from './scope.ts';

/** The tracer of a recording, its capture, and the guard that keeps faults from the SDK. */
export interface Tracing {
  readonly tracer: Tracer;
  readonly capture: CaptureSetting | undefined;
  readonly guard: Guard;
  /** Makes a span current for the work that the SDK starts next. */
  readonly enter: EnterSpan;
}

/**
 * Checks the options.
 *
 * @throws SpanlineError `ERR_INVALID_OPTION`
 */
export function createTracing(options: TraceOptions): Tracing {
  checkOptions(TRACE_SHAPE, options);
  const { tracer = defaultTracer(), capture } = options;
  return { tracer, capture, guard: createGuard(tracer), enter: createEnterSpan(tracer) };
}

/** The options of a span, with those that all spans of the package share. */
export function spanOptions({ capture }: Tracing, options: SpanOptions): SpanOptions {
  options.scope = SCOPE;
  if (capture !== undefined) options.capture = capture;
  return options;
}
