import { defaultTracer, SpanlineError, type Tracer } from '@spanline/core';

/** The tracer that an option names. @throws SpanlineError `ERR_INVALID_OPTION` */
export function tracerOf(given: Tracer | undefined): Tracer {
  if (given === undefined) return defaultTracer();
  if (typeof (given as Partial<Tracer> | null)?.onRecord === 'function') return given;
  throw new SpanlineError({ code: 'ERR_INVALID_OPTION', option: 'tracer', expected: 'a tracer', got: given });
}

/** Options that are an object, as the types say; nothing of what came is shown, since it may be a key. @throws SpanlineError `ERR_INVALID_OPTION` */
export function optionsOf<Options extends object>(given: Options, option: string = 'options'): Options {
  if (typeof given === 'object' && given !== null && !Array.isArray(given)) return given;
  throw new SpanlineError({ code: 'ERR_INVALID_OPTION', option, expected: 'an object' });
}
