import { type CaptureMode, SpanlineError, type Tracer } from '@spanline/core';
import { isCaptureSetting } from '@spanline/core/source';
import type { Request } from 'express';

/** Options of {@link spanlineExpress}. */
export interface SpanlineExpressOptions {
  tracer: Tracer;
  /**
   * Whose `traceparent` is continued. Of a caller that is not trusted only the trace id is kept, as `spanline.link.trace_id` of a trace of our own. A function that throws trusts nobody.
   * @defaultValue false
   */
  trustIncoming?: boolean | ((req: Request) => boolean);
  /** Keys of a trusted caller's `baggage` that `tracer.inject` passes on; every other member is dropped. @defaultValue none */
  baggage?: readonly string[];
  /** Requests that get no span (health checks). A function that throws ignores nothing. */
  ignore?: (req: Request) => boolean;
  /**
   * What of the content reaches the log for everything a request does, over the tracer's mode. A function that throws allows metadata only; one that gives nothing leaves it to the tracer.
   * @defaultValue the tracer's
   */
  capture?: CaptureMode | ((req: Request) => CaptureMode | undefined);
  /** Header of the request id, in and out. @defaultValue `x-request-id` */
  requestIdHeader?: string;
}

/** Options with their defaults. */
export interface ResolvedOptions {
  readonly tracer: Tracer;
  readonly trustIncoming: (req: Request) => boolean;
  readonly baggage: readonly string[];
  readonly ignore: ((req: Request) => boolean) | undefined;
  readonly capture: ((req: Request) => CaptureMode | undefined) | undefined;
  /** Lower case. */
  readonly requestIdHeader: string;
}

const KNOWN: ReadonlySet<string> = new Set<keyof SpanlineExpressOptions>([
  'tracer',
  'trustIncoming',
  'baggage',
  'ignore',
  'capture',
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
export function resolveOptions(options: SpanlineExpressOptions): ResolvedOptions {
  if (typeof options !== 'object' || options === null) fail('options', 'an object', options);
  for (const key of Object.keys(options)) {
    if (!KNOWN.has(key)) fail(key, `a known option (${[...KNOWN].join(', ')})`, 'an unknown one');
  }
  const { tracer, trustIncoming = false, baggage = [], ignore, capture, requestIdHeader = 'x-request-id' } = options;
  if (typeof (tracer as Tracer | undefined)?.startSpan !== 'function') fail('tracer', 'a tracer', tracer);
  if (typeof trustIncoming !== 'boolean' && typeof trustIncoming !== 'function') {
    fail('trustIncoming', 'a boolean or a function', trustIncoming);
  }
  if (!Array.isArray(baggage) || !baggage.every((key) => typeof key === 'string' && key !== '')) {
    fail('baggage', 'an array of keys', baggage);
  }
  if (ignore !== undefined && typeof ignore !== 'function') fail('ignore', 'a function', ignore);
  if (capture !== undefined && !isCaptureSetting(capture)) fail('capture', 'a capture mode or a function', capture);
  if (typeof requestIdHeader !== 'string' || !/^[\w-]+$/.test(requestIdHeader)) {
    fail('requestIdHeader', 'the name of a header', requestIdHeader);
  }
  return {
    tracer,
    trustIncoming: typeof trustIncoming === 'function' ? trustIncoming : () => trustIncoming,
    baggage: [...baggage],
    ignore,
    capture: typeof capture === 'string' ? () => capture : capture,
    requestIdHeader: requestIdHeader.toLowerCase(),
  };
}
