import type { Request, Response } from 'express';
import { type CaptureMode, SpanlineError, type Tracer } from '@spanline/core';
import { isCaptureSetting } from '@spanline/instrumentation';
import { isAllowableHeader, isAllowableParameter } from './allowed.ts';
import type { Identity } from './identity.ts';

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
  /** Whom a request is for, where the request itself tells. What only authentication tells is given by `identify(req, …)`. */
  identify?: (req: Request) => Identity | undefined;
  /** Level of a request's line, asked when its response has closed. `undefined` leaves it to the outcome: `error` for 5xx, `warn` for a client that left, the tracer's `level` otherwise. */
  level?: (req: Request, res: Response) => string | undefined;
  /** Query parameters that are written, as `url.query`; values are redacted like all else. A name that stands for a secret (`token`) is refused. @defaultValue none */
  allowQuery?: readonly string[];
  /** Request headers that are written, as `labels.header_<name>`. `authorization`, `cookie`, `x-api-key` and their like are refused. @defaultValue none */
  allowHeaders?: readonly string[];
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
  readonly identify: ((req: Request) => Identity | undefined) | undefined;
  readonly level: ((req: Request, res: Response) => string | undefined) | undefined;
  readonly query: ReadonlySet<string>;
  /** Lower case. */
  readonly headers: readonly string[];
}

const KNOWN: ReadonlySet<string> = new Set<keyof SpanlineExpressOptions>([
  'tracer',
  'trustIncoming',
  'baggage',
  'ignore',
  'capture',
  'requestIdHeader',
  'identify',
  'level',
  'allowQuery',
  'allowHeaders',
]);

function fail(option: string, expected: string, got: unknown): never {
  throw new SpanlineError({ code: 'ERR_INVALID_OPTION', option, expected, got });
}

function requireFunction(option: 'ignore' | 'identify' | 'level', { [option]: value }: SpanlineExpressOptions): void {
  if (value !== undefined && typeof value !== 'function') fail(option, 'a function', value);
}

function requireNames(option: string, names: unknown, expected: string, test: (name: unknown) => boolean): void {
  if (!Array.isArray(names)) fail(option, expected, names);
  for (const name of names) if (!test(name)) fail(option, expected, name);
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
  const { identify, level, allowQuery = [], allowHeaders = [] } = options;
  if (typeof (tracer as Tracer | undefined)?.startSpan !== 'function') fail('tracer', 'a tracer', tracer);
  if (typeof trustIncoming !== 'boolean' && typeof trustIncoming !== 'function') {
    fail('trustIncoming', 'a boolean or a function', trustIncoming);
  }
  if (!Array.isArray(baggage) || !baggage.every((key) => typeof key === 'string' && key !== '')) {
    fail('baggage', 'an array of keys', baggage);
  }
  for (const option of ['ignore', 'identify', 'level'] as const) requireFunction(option, options);
  requireNames('allowQuery', allowQuery, 'names of parameters that are no secrets', isAllowableParameter);
  requireNames('allowHeaders', allowHeaders, 'names of headers that are no secrets', isAllowableHeader);
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
    identify,
    level,
    query: new Set(allowQuery),
    headers: allowHeaders.map((name) => name.toLowerCase()),
  };
}
