/** Options that all adapters have: their checks and defaults. */

import { type CaptureMode, defaultTracer, type Tracer } from '@spanline/core';
import { checkOptions, isCaptureSetting, option, type Shape, tracerCheck } from '@spanline/instrumentation';
import { type AllowedNames, isAllowableHeader, isAllowableParameter } from '../request/allowed.ts';
import type { ContextReaders } from '../request/context-values.ts';
import type { Identity } from '../request/identity.ts';
import type { TrustRules } from '../request/origin.ts';

/**
 * Options of an adapter.
 *
 * @typeParam Req - the request of the framework, as the functions get it
 * @typeParam Res - its response, likewise
 */
export interface ServerOptions<Req, Res> {
  /** The tracer of the requests. @defaultValue `defaultTracer()` */
  tracer?: Tracer;
  /**
   * Continues the `traceparent` of no caller, of every caller, or of those that a function accepts. A function that
   * throws trusts nobody. Of a caller that is not trusted, only the trace id is kept, as `spanline.link.trace_id` of a
   * new trace.
   *
   * @defaultValue false
   */
  trustIncoming?: boolean | ((req: Req) => boolean);
  /** Keys of a trusted caller's `baggage` that `tracer.inject` passes on. All others are dropped. @defaultValue none */
  baggage?: readonly string[];
  /** Requests that get no span (health checks). A function that throws ignores nothing. */
  ignore?: (req: Req) => boolean;
  /**
   * Capture mode of everything that a request does, in place of the tracer's. A function that throws sets `metadata`.
   * One that returns `undefined` leaves it to the tracer.
   *
   * @defaultValue the tracer's
   */
  capture?: CaptureMode | ((req: Req) => CaptureMode | undefined);
  /**
   * Returns the id of a request, written as `http.request.id`: 1–128 characters of `[A-Za-z0-9._:;=+/-]`. Another
   * value, or an error, leaves it to the default.
   *
   * @defaultValue the id or the response header of an earlier middleware, else the caller's id, else a UUID
   */
  requestId?: (req: Req) => string | undefined;
  /** Header of the request id, in and out. @defaultValue `x-request-id` */
  requestIdHeader?: string;
  /** Reads user and session from a request, if it shows them. After authentication, call `identify`. */
  identify?: (req: Req) => Identity | undefined;
  /**
   * Level of a request's line. Called when its response has closed. `undefined` leaves it to the outcome: `error` for a
   * request that failed, `warn` for a client that left, otherwise the tracer's `level`.
   */
  level?: (req: Req, res: Res) => string | undefined;
  /**
   * Query parameters to write, as `url.query`. Values are redacted like everything else. Names of secrets (`token`) are
   * refused.
   *
   * @defaultValue none
   */
  allowQuery?: readonly string[];
  /**
   * Request headers to write, as `labels.header_<name>`. `authorization`, `cookie`, `x-api-key` and the like are
   * refused.
   *
   * @defaultValue none
   */
  allowHeaders?: readonly string[];
}

/** Options with their defaults. */
export interface ResolvedOptions<Req, Res> extends TrustRules<Req>, ContextReaders<Req>, AllowedNames {
  readonly ignore: ((req: Req) => boolean) | undefined;
  readonly level: ((req: Req, res: Res) => string | undefined) | undefined;
}

const SHAPE: Shape<ServerOptions<never, never>> = {
  tracer: tracerCheck,
  trustIncoming: option.anyOf<boolean | ((req: never) => boolean)>(option.boolean(), option.callback()),
  baggage: option.list(option.string()),
  ignore: option.callback(),
  capture: option.like('a capture mode or a function', isCaptureSetting),
  requestId: option.callback(),
  requestIdHeader: option.like('the name of a header', (value) => typeof value === 'string' && /^[\w-]+$/.test(value)),
  identify: option.callback(),
  level: option.callback(),
  allowQuery: option.list<string>(option.like('the name of a parameter that is no secret', isAllowableParameter)),
  allowHeaders: option.list<string>(option.like('the name of a header that is no secret', isAllowableHeader)),
};

/**
 * Fills in defaults.
 *
 * @param frameworkOptions - names of options that are the framework's own
 * @throws SpanlineError if an option is invalid, or a `SPANLINE_*` variable where there is no tracer
 */
export function resolveOptions<Req, Res>(
  options: ServerOptions<Req, Res>,
  frameworkOptions: readonly string[] = [],
): ResolvedOptions<Req, Res> {
  const known: Shape<ServerOptions<never, never>> = {
    ...SHAPE,
    ...Object.fromEntries(frameworkOptions.map((name) => [name, option.any()])),
  };
  checkOptions(known, options);
  const { tracer = defaultTracer(), trustIncoming = false, baggage = [], ignore, capture, requestId } = options;
  const { requestIdHeader = 'x-request-id', identify, level, allowQuery = [], allowHeaders = [] } = options;
  return {
    tracer,
    trustIncoming: typeof trustIncoming === 'function' ? trustIncoming : () => trustIncoming,
    baggage: [...baggage],
    ignore,
    capture: typeof capture === 'string' ? () => capture : capture,
    requestId,
    requestIdHeader: requestIdHeader.toLowerCase(),
    identify,
    level,
    query: new Set(allowQuery),
    headers: allowHeaders.map((name) => name.toLowerCase()),
  };
}
