/** Route handlers of Next.js. */

import {
  createWebRequestTracer,
  exchangeOf,
  identifyRequest,
  type Identity,
  noteRoute,
  requestState,
  type ServerOptions,
  type WebFramework,
} from '@spanline/http';
import { checkOptions, option, props } from '@spanline/instrumentation';
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

/** Next's server and the proxies in front of it name the client in headers: a handler sees no connection. */
const NEXT: WebFramework<Request> = {
  scope: SCOPE,
  frameworkOptions: ['route'],
  messages: (request) => ({ request, node: undefined }),
};

/**
 * True while Next builds: it calls static handlers, whose answers it serves later with their headers. Such a call is no
 * request, and its ids must not go to every client.
 */
const isBuilding = (): boolean => process.env['NEXT_PHASE'] === 'phase-production-build';

const CHECK = { handler: option.required(option.callback()) };

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
  checkOptions(CHECK, { handler }, 'traced');
  const requests = createWebRequestTracer(NEXT, options);
  const { guard } = requests;

  /** Waits for the parameters, which are there when Next calls the handler. Without them there is no route. */
  async function findRoute(request: Request, context: unknown): Promise<void> {
    try {
      const params = await props(context)['params'];
      const template = options.route ?? templateOf(new URL(request.url).pathname, props(params) as Params);
      noteRoute(requestState(request), request.method, template);
    } catch {
      // The handler meets the same error if it asks for them.
    }
  }

  async function handle(request: R, context: C): Promise<Response> {
    if (exchangeOf(request) === undefined) return handler(request, context);
    try {
      await findRoute(request, context);
      return requests.answer(request, await handler(request, context));
    } catch (error) {
      // An error that cannot be read is a fault.
      const status = guard('next error', () => answerOf(error));
      requests.thrown(request, error, status);
      throw error;
    }
  }

  return async (request, context) => {
    // A second copy passes on.
    if (isBuilding() || exchangeOf(request) !== undefined) return handler(request, context);
    return requests.trace(request, () => handle(request, context));
  };
}
