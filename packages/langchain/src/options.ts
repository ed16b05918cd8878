import { SpanlineError, type Tracer } from '@spanline/core';

/** Options of {@link SpanlineCallbackHandler}. */
export interface SpanlineCallbackHandlerOptions {
  /** @defaultValue `defaultTracer()` */
  tracer?: Tracer;
  /** `all` writes a span for LangChain's plumbing (unnamed sequences, maps, lambdas) as well. @defaultValue `steps` */
  include?: 'steps' | 'all';
}

const KNOWN: ReadonlySet<string> = new Set<keyof SpanlineCallbackHandlerOptions>(['tracer', 'include']);

function fail(option: string, expected: string, got: unknown): never {
  throw new SpanlineError({ code: 'ERR_INVALID_OPTION', option, expected, got });
}

/**
 * Checks options.
 *
 * @throws SpanlineError `ERR_INVALID_OPTION`
 */
export function checkOptions(options: SpanlineCallbackHandlerOptions): void {
  if (typeof options !== 'object' || options === null) fail('options', 'an object', options);
  for (const key of Object.keys(options)) {
    if (!KNOWN.has(key)) fail(key, `a known option (${[...KNOWN].join(', ')})`, 'an unknown one');
  }
  const { tracer, include } = options;
  if (tracer !== undefined && typeof (tracer as { startSpan?: unknown } | null)?.startSpan !== 'function') {
    fail('tracer', 'a tracer', tracer);
  }
  if (include !== undefined && include !== 'steps' && include !== 'all') fail('include', "'steps' or 'all'", include);
}
