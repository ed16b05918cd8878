import { type CaptureSetting, SpanlineError, type Tracer } from '@spanline/core';
import { isCaptureSetting } from '@spanline/instrumentation';
import { type Operation, OPERATIONS } from './operations.ts';

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
  /** The operations that become spans; what the others call is traced all the same. @defaultValue all */
  include?: readonly Operation[];
  /** Capture mode or policy of LlamaIndex's spans. @defaultValue the context's, else the tracer's */
  capture?: CaptureSetting;
}

const KNOWN: ReadonlySet<string> = new Set<keyof InstrumentOptions>([
  'tracer',
  'modules',
  'include',
  'streamUsage',
  'capture',
]);

function isOperations(value: unknown): boolean {
  return Array.isArray(value) && value.every((name) => (OPERATIONS as readonly unknown[]).includes(name));
}

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
  const { tracer, modules, include, streamUsage, capture } = options;
  if (tracer !== undefined && typeof (tracer as { startSpan?: unknown } | null)?.startSpan !== 'function') {
    fail('tracer', 'a tracer', tracer);
  }
  if (capture !== undefined && !isCaptureSetting(capture)) fail('capture', 'a capture mode or a function', capture);
  if (modules !== undefined && !Array.isArray(modules)) fail('modules', 'an array of modules', modules);
  if (include !== undefined && !isOperations(include)) fail('include', `an array of ${OPERATIONS.join(', ')}`, include);
  if (streamUsage !== undefined && typeof streamUsage !== 'boolean') fail('streamUsage', 'a boolean', streamUsage);
}
