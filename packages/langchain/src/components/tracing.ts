import { type CaptureSetting, defaultTracer, type Tracer } from '@spanline/core';
import { createGuard, type Guard, type TraceOptions } from '@spanline/instrumentation';

/** Dependencies of a traced method. */
export interface Tracing {
  readonly tracer: Tracer;
  readonly guard: Guard;
  readonly capture: CaptureSetting | undefined;
}

/** Prepares tracing from options. */
export function createTracing({ tracer = defaultTracer(), capture }: TraceOptions): Tracing {
  return { tracer, guard: createGuard(tracer), capture };
}
