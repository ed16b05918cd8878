import { createTracer, type Tracer } from './trace/index.ts';

const KEY = Symbol.for('spanline.default-tracer');

/**
 * The process's own tracer, configured by `SPANLINE_*` and created when first asked for. What sources use when they are given none; two installed
 * copies of this package share it.
 *
 * @throws SpanlineError when a `SPANLINE_*` variable is wrong, at the first call
 */
export function defaultTracer(): Tracer {
  const host = globalThis as { [KEY]?: Tracer };
  return (host[KEY] ??= createTracer());
}
