import type { Tracer } from './api/index.ts';
import { sharedState } from './context/index.ts';
import { createTracer } from './tracer/index.ts';

const shared = sharedState<{ tracer?: Tracer }>('default-tracer', () => ({}));

/**
 * Returns the tracer of the process, configured by `SPANLINE_*` and created at the first call. Instrumentations use it
 * when they are given no tracer. Two installed copies of this package share it.
 *
 * @throws SpanlineError at the first call, if a `SPANLINE_*` variable is invalid
 */
export function defaultTracer(): Tracer {
  return (shared.tracer ??= createTracer());
}
