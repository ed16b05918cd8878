import { SpanlineError, type Tracer } from '@spanline/core';

/** Options of {@link instrumentLlamaIndex}. */
export interface InstrumentOptions {
  /** @defaultValue `defaultTracer()` */
  tracer?: Tracer;
  /**
   * Further copies of `llamaindex` and `@llamaindex/workflow` that are loaded in this process: a CommonJS one beside the ES module, or `@llamaindex/workflow` itself where it is not found at once (tsx, bundles).
   */
  modules?: readonly object[];
  /**
   * Asks OpenAI's chat API to send token counts at the end of a stream. The stream gets one more chunk, with an empty delta.
   * @defaultValue false
   */
  streamUsage?: boolean;
}

const KNOWN: ReadonlySet<string> = new Set<keyof InstrumentOptions>(['tracer', 'modules', 'streamUsage']);

/**
 * Checks options.
 *
 * @throws SpanlineError `ERR_INVALID_OPTION`
 */
export function checkOptions(options: InstrumentOptions): void {
  const fail = (option: string, expected: string, got: unknown): never => {
    throw new SpanlineError({ code: 'ERR_INVALID_OPTION', option, expected, got });
  };
  if (typeof options !== 'object' || options === null) fail('options', 'an object', options);
  for (const key of Object.keys(options)) {
    if (!KNOWN.has(key)) fail(key, `a known option (${[...KNOWN].join(', ')})`, 'an unknown one');
  }
  const { tracer, modules, streamUsage } = options;
  if (tracer !== undefined && typeof (tracer as { startSpan?: unknown } | null)?.startSpan !== 'function') {
    fail('tracer', 'a tracer', tracer);
  }
  if (modules !== undefined && !Array.isArray(modules)) fail('modules', 'an array of modules', modules);
  if (streamUsage !== undefined && typeof streamUsage !== 'boolean') fail('streamUsage', 'a boolean', streamUsage);
}
