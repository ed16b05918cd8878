import { SpanlineError, type Tracer } from '@spanline/core';
import type { Request } from 'express';

/** Options of {@link spanlineExpress}. */
export interface SpanlineExpressOptions {
  tracer: Tracer;
  /**
   * Whose `traceparent` is continued. Of a caller that is not trusted only the trace id is kept, as `spanline.link.trace_id` of a trace of our own.
   * @defaultValue false
   */
  trustIncoming?: boolean | ((req: Request) => boolean);
  /** Requests that get no span (health checks). A function that throws ignores nothing. */
  ignore?: (req: Request) => boolean;
  /** Header of the request id, in and out. @defaultValue `x-request-id` */
  requestIdHeader?: string;
}

const KNOWN: ReadonlySet<string> = new Set<keyof SpanlineExpressOptions>([
  'tracer',
  'trustIncoming',
  'ignore',
  'requestIdHeader',
]);

function fail(option: string, expected: string, got: unknown): never {
  throw new SpanlineError({ code: 'ERR_INVALID_OPTION', option, expected, got });
}

/**
 * Fills in defaults.
 *
 * @throws SpanlineError `ERR_INVALID_OPTION`
 */
export function resolveOptions(options: SpanlineExpressOptions): Required<SpanlineExpressOptions> {
  if (typeof options !== 'object' || options === null) fail('options', 'an object', options);
  for (const key of Object.keys(options)) {
    if (!KNOWN.has(key)) fail(key, `a known option (${[...KNOWN].join(', ')})`, 'an unknown one');
  }
  const { tracer, trustIncoming = false, ignore = () => false, requestIdHeader = 'x-request-id' } = options;
  if (typeof (tracer as Tracer | undefined)?.startSpan !== 'function') fail('tracer', 'a tracer', tracer);
  if (typeof trustIncoming !== 'boolean' && typeof trustIncoming !== 'function') {
    fail('trustIncoming', 'a boolean or a function', trustIncoming);
  }
  if (typeof ignore !== 'function') fail('ignore', 'a function', ignore);
  if (typeof requestIdHeader !== 'string' || !/^[\w-]+$/.test(requestIdHeader)) {
    fail('requestIdHeader', 'the name of a header', requestIdHeader);
  }
  return { tracer, trustIncoming, ignore, requestIdHeader: requestIdHeader.toLowerCase() };
}
