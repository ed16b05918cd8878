import { type CaptureSetting, SpanlineError, type Tracer } from '@spanline/core';
import { isCaptureSetting } from '@spanline/core/source';

/** Options of {@link wrapOpenAI}. */
export interface WrapOptions {
  /** @defaultValue `defaultTracer()` */
  tracer?: Tracer;
  /**
   * Asks for the token counts of streamed chat completions, which the API sends only when asked (`stream_options.include_usage`). The chunk that brings them is kept from the application. Not asked where the application sets
   * `include_usage` itself, and not of providers that refuse the parameter.
   * @defaultValue true
   */
  streamUsage?: boolean;
  /** Capture mode or policy of these spans. @defaultValue the context's, else the tracer's */
  capture?: CaptureSetting;
}

const KNOWN: ReadonlySet<string> = new Set<keyof WrapOptions>(['tracer', 'streamUsage', 'capture']);

/**
 * Checks options.
 *
 * @throws SpanlineError `ERR_INVALID_OPTION`
 */
export function checkOptions(options: WrapOptions): void {
  const fail = (option: string, expected: string, got: unknown): never => {
    throw new SpanlineError({ code: 'ERR_INVALID_OPTION', option, expected, got });
  };
  if (typeof options !== 'object' || options === null) fail('options', 'an object', options);
  for (const key of Object.keys(options)) {
    if (!KNOWN.has(key)) fail(key, `a known option (${[...KNOWN].join(', ')})`, 'an unknown one');
  }
  const { tracer, streamUsage, capture } = options;
  if (tracer !== undefined && typeof (tracer as { startSpan?: unknown } | null)?.startSpan !== 'function') {
    fail('tracer', 'a tracer', tracer);
  }
  if (streamUsage !== undefined && typeof streamUsage !== 'boolean') fail('streamUsage', 'a boolean', streamUsage);
  if (capture !== undefined && !isCaptureSetting(capture)) fail('capture', 'a capture mode or a function', capture);
}
