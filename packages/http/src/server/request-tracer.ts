/** One SERVER span per request. */

import type { EndOptions, Span, SpanOptions, Tracer } from '@spanline/core';
import {
  createGuard,
  endWithChildren,
  formatTraceparent,
  type Guard,
  holds,
  runInContext,
  traceFlagsOf,
} from '@spanline/instrumentation';
import { createExchange, type Exchange } from '../exchange/exchange.ts';
import { inFlightOf } from '../exchange/in-flight.ts';
import { createRequestContext, declareScope, enterSpan } from '../exchange/request-context.ts';
import { exchangeOf, releaseState, requestState, stateOf } from '../exchange/request-state.ts';
import { setAllowed } from '../request/allowed.ts';
import { requestAttributes } from '../request/attributes.ts';
import { contextValues } from '../request/context-values.ts';
import { type Origin, originOf } from '../request/origin.ts';
import { knownMethod, spanName } from '../request/span-name.ts';
import { responseAttributes } from '../response/attributes.ts';
import type { Adapter } from './adapter.ts';
import { resolveOptions, type ServerOptions } from './options.ts';

/** The time that the calls of a request that was cut off get to end, so that its line is the last of its tree. */
const WAIT_MS = 500;

/** Traces the requests of one server. */
export interface RequestTracer<Req, Res> {
  readonly tracer: Tracer;
  readonly guard: Guard;
  /**
   * Starts the span of a request and runs `next` with it. A request gets none if the tracer is disabled, if it is
   * ignored or if it has one already.
   */
  trace<T>(req: Req, res: Res, next: () => T): T;
  /** Ends the span of a request whose response has closed. A second call does nothing. */
  close(req: Req, res: Res): void;
}

/**
 * Creates the tracer of a server's requests. Each request is a SERVER span, the local root of everything that it does.
 * The response carries its id and `traceparent`.
 *
 * @throws SpanlineError if an option is invalid, or a `SPANLINE_*` variable where there is no tracer
 */
export function createRequestTracer<Req, Res>(
  adapter: Adapter<Req, Res>,
  options: ServerOptions<Req, Res>,
): RequestTracer<Req, Res> {
  const resolved = resolveOptions(options, adapter.frameworkOptions);
  const { tracer, ignore, requestIdHeader } = resolved;
  const guard = createGuard(tracer);
  const inFlight = inFlightOf(tracer);
  declareScope(adapter.scope);
  const allowsAny = resolved.query.size > 0 || resolved.headers.length > 0;

  const readOrigin = (req: Req, res: Res): Origin => originOf(req, res, adapter, resolved, guard);

  function spanOptions(req: Req, { parent, link, headers }: Origin): SpanOptions {
    const method = knownMethod(adapter.method(req));
    const options: SpanOptions = {
      name: spanName(method, undefined),
      type: 'http',
      kind: 'SERVER',
      scope: adapter.scope,
      attributes: requestAttributes(req, adapter, method, headers),
    };
    if (parent !== undefined) options.parent = parent;
    if (link !== undefined) options.link = link;
    return options;
  }

  function begin(req: Req, res: Res, origin: Origin): Span {
    const span = tracer.startSpan(spanOptions(req, origin));
    if (allowsAny) setAllowed(span, adapter.target(req), origin.headers, resolved);
    adapter.listen(req, res);
    const state = requestState(adapter.key(req));
    state.exchange = createExchange(span, tracer, guard, origin.requestId);
    inFlight.value++;
    adapter.watch(req, res, state);
    return span;
  }

  function answerIds(res: Res, requestId: string, span: Span): void {
    adapter.setHeader(res, requestIdHeader, requestId);
    if (!span.isRecording) return;
    adapter.setHeader(res, 'traceparent', formatTraceparent(span.traceId, span.spanId, traceFlagsOf(span)));
  }

  function levelOf(req: Req, res: Res): string | undefined {
    if (resolved.level === undefined) return undefined;
    const level: unknown = guard('http level', () => resolved.level?.(req, res));
    return typeof level === 'string' && level !== '' ? level : undefined;
  }

  /**
   * Ends the span of a closed response. A socket may close in any context, so that everything needed comes from the
   * request.
   */
  function finish(req: Req, res: Res, exchange: Exchange): void {
    const { span } = exchange;
    const level = levelOf(req, res);
    const ending = adapter.ending(req, res, exchange);
    const { outcome } = ending;
    const key = adapter.key(req);
    const state = stateOf(key);
    span.set(responseAttributes(ending, exchange, knownMethod(adapter.method(req)), state?.template));
    if (outcome.status === 'aborted') span.set({ 'spanline.http.aborted': true });
    if (outcome.status === 'error') span.fail(outcome.error);
    const options: EndOptions = level === undefined ? { status: outcome.status } : { status: outcome.status, level };
    if (ending.isComplete) span.end(options);
    else endWithChildren(span, options, WAIT_MS);
    if (state !== undefined) releaseState(key, state);
  }

  return {
    tracer,
    guard,
    trace(req, res, next) {
      // The default tracer may be another one, and enabled, with the next request.
      if (!tracer.enabled || exchangeOf(adapter.key(req)) !== undefined) return next();
      if (ignore !== undefined && holds(ignore, req)) return next();
      const origin = guard('http headers', readOrigin, req, res);
      if (origin === undefined) return next();
      const context = createRequestContext(contextValues(req, origin, resolved, guard));
      return runInContext(context, () => {
        const span = guard('http request', begin, req, res, origin);
        if (span !== undefined) {
          if (span.isRecording) enterSpan(context, span);
          guard('http response', answerIds, res, origin.requestId, span);
        }
        return next();
      });
    },
    close(req, res) {
      const exchange = exchangeOf(adapter.key(req));
      if (exchange === undefined || exchange.isClosed) return;
      exchange.isClosed = true;
      inFlight.value--;
      guard('http close', finish, req, res, exchange);
    },
  };
}
