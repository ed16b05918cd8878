import { type CaptureSetting, SpanlineError, type Tracer } from '@spanline/core';
import { isCaptureSetting } from '@spanline/instrumentation';

/** Options of {@link SpanlineCallbackHandler}. */
export interface SpanlineCallbackHandlerOptions {
  /** @defaultValue `defaultTracer()` */
  tracer?: Tracer;
  /** `all` writes a span for LangChain's plumbing (unnamed sequences, maps, lambdas) as well. @defaultValue `steps` */
  include?: 'steps' | 'all';
  /** Capture mode or policy of this handler's spans. @defaultValue the context's, else the tracer's */
  capture?: CaptureSetting;
  /** Called before each call of a model. What it throws ends the call before it is sent: a budget, for instance. */
  beforeCall?: () => void;
}

const KNOWN: ReadonlySet<string> = new Set<keyof SpanlineCallbackHandlerOptions>([
  'tracer',
  'include',
  'capture',
  'beforeCall',
]);

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
  const { tracer, include, capture, beforeCall } = options;
  if (beforeCall !== undefined && typeof beforeCall !== 'function') fail('beforeCall', 'a function', beforeCall);
  if (tracer !== undefined && typeof (tracer as { startSpan?: unknown } | null)?.startSpan !== 'function') {
    fail('tracer', 'a tracer', tracer);
  }
  if (capture !== undefined && !isCaptureSetting(capture)) fail('capture', 'a capture mode or a function', capture);
  if (include !== undefined && include !== 'steps' && include !== 'all') fail('include', "'steps' or 'all'", include);
}
