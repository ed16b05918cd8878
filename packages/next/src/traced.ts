/** Route handlers of Next.js. */

import {
  type Adapter,
  createRequestTracer,
  createWebResponse,
  type Exchange,
  exchangeOf,
  identifyRequest,
  type Identity,
  noteError,
  noteRoute,
  requestState,
  type ServerOptions,
  watchWebResponse,
  webEnding,
  type WebResponse,
} from '@spanline/http';
import { props } from '@spanline/instrumentation';
import { type Params, templateOf } from './route.ts';
import { SCOPE } from './scope.ts';
import { answerOf } from './signal.ts';

/** Options of {@link traced}. Their functions get the request. */
export interface TracedOptions extends ServerOptions<Request, Request> {
  /**
   * The template of the route: `/api/chat/[id]`.
   *
   * @defaultValue found from the path and the parameters
   */
  route?: string;
}

const webOf = (request: Request): WebResponse => (requestState(request).own ??= createWebResponse()) as WebResponse;

/** The part of a URL behind its host. */
function targetOf(url: string): string {
  const from = url.indexOf('/', url.indexOf('://') + 3);
  return from < 0 ? '/' : url.slice(from);
}

/** Next's server and the proxies in front of it name the client and the scheme in headers. */
const NEXT: Adapter<Request, Request> = {
  scope: SCOPE,
  frameworkOptions: ['route'],
  key: (request) => request,
  method: (request) => request.method,
  target: (request) => targetOf(request.url),
  headers: (request) => Object.fromEntries(request.headers),
  version: () => undefined,
  scheme: (request) => request.url.slice(0, request.url.indexOf(':')),
  address: () => undefined,
  givenId: () => undefined,
  givenHeader: () => undefined,
  setHeader: (request, name, value) => void webOf(request).added.push([name, value]),
  listen() {
    // The end of the body is the close.
  },
  watch() {
    // The route is noted by the handler.
  },
  ending: (request, _, exchange) => webEnding(webOf(request), exchange),
};

/**
 * Sets the user and session of a request, once they are known. Later values replace earlier ones, and labels are
 * merged. Does nothing for a request without a span. Never throws.
 */
export function identify(request: Request, identity: Identity): void {
  identifyRequest(request, identity);
}

/**
 * Traces a route handler of Next.js. Each request gets a SERVER span, the local root of everything that the handler
 * does. The response carries the request id (`x-request-id`, the caller's or a new one) and `traceparent`. The span
 * ends when the body of the response was read to its end.
 *
 * @example
 * ```ts
 * import { traced } from '@spanline/next';
 *
 * export const POST = traced(async (request: Request) => {
 *   const { question } = (await request.json()) as { question: string };
 *   return Response.json({ question });
 * });
 * ```
 *
 * @throws SpanlineError if an option is invalid, or a `SPANLINE_*` variable where there is no tracer
 */
export function traced<R extends Request, C>(
  handler: (request: R, context: C) => Response | Promise<Response>,
  options: TracedOptions = {},
): (request: R, context: C) => Promise<Response> {
  const requests = createRequestTracer(NEXT, options);
  const { guard } = requests;

  /** Waits for the parameters, which are there when Next calls the handler. */
  async function findRoute(request: Request, context: unknown): Promise<void> {
    const params = await props(context)['params'];
    guard('next route', () => {
      const template = options.route ?? templateOf(new URL(request.url).pathname, props(params) as Params);
      noteRoute(requestState(request), request.method, template);
    });
  }

  /**
   * Ends a request whose handler threw: Next answers it.
   *
   * @param status - of the answer that Next makes of `error`; `undefined` for a fault
   */
  function thrown(request: Request, exchange: Exchange, error: unknown, status: number | undefined): void {
    exchange.firstByteMs = performance.now();
    if (status === undefined) noteError(exchange, error, undefined);
    else Object.assign(webOf(request), { status, isComplete: true });
    requests.close(request, request);
  }

  async function handle(request: R, context: C): Promise<Response> {
    const exchange = exchangeOf(request);
    if (exchange === undefined) return handler(request, context);
    try {
      await findRoute(request, context);
      const response = await handler(request, context);
      const close = (): void => requests.close(request, request);
      const watch = (): Response => watchWebResponse(response, request.method, exchange, webOf(request), close);
      return guard('next response', watch) ?? response;
    } catch (error) {
      // An error that cannot be read is a fault.
      const status = guard('next error', () => answerOf(error));
      guard('next error', () => thrown(request, exchange, error, status));
      throw error;
    }
  }

  return async (request, context) => {
    // A second copy passes on.
    if (exchangeOf(request) !== undefined) return handler(request, context);
    return requests.trace(request, request, () => handle(request, context));
  };
}
