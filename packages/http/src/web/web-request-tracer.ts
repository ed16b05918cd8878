/** One SERVER span per request of the Web. It ends with the connection where there is one, else with the body. */

import type { IncomingMessage } from 'node:http';
import type { InstrumentationScope } from '@spanline/core';
import type { Exchange } from '../exchange/exchange.ts';
import { noteError } from '../exchange/handled-error.ts';
import { exchangeOf, requestState } from '../exchange/request-state.ts';
import { whenClosed } from '../node/closing.ts';
import { watchListeners } from '../node/listener-context.ts';
import { nodeEnding } from '../node/node-ending.ts';
import { noteNodeError } from '../node/node-errors.ts';
import { watchResponse } from '../node/response-methods.ts';
import { noteRoute } from '../request/span-name.ts';
import type { Adapter } from '../server/adapter.ts';
import type { ServerOptions } from '../server/options.ts';
import { createRequestTracer, type RequestTracer } from '../server/request-tracer.ts';
import { keyOfMessages, type WebMessages } from './web-messages.ts';
import { createWebResponse, isResponse, watchWebResponse, webEnding, type WebResponse } from './web-response.ts';

/**
 * A framework whose handlers take a request of the Web.
 *
 * @typeParam C - the request of the framework, as the functions in the options get it
 */
export interface WebFramework<C extends object> {
  /** Scope of the spans. */
  readonly scope: InstrumentationScope;
  /** Names of options that the framework adds to those of the application. @defaultValue none */
  readonly frameworkOptions?: readonly string[];
  /** The messages of a request: the same ones each time, whatever the application puts in their place. */
  readonly messages: (c: C) => WebMessages;
  /** The id that the framework or an earlier middleware gave to the request. @defaultValue none */
  readonly givenId?: (c: C) => unknown;
  /** The template of the route, as far as it is known now. @defaultValue it is noted with `noteRoute` */
  readonly template?: (c: C) => string | undefined;
}

/** Traces the requests of one application of the Web. */
export interface WebRequestTracer<C extends object> extends Pick<RequestTracer<C, C>, 'tracer' | 'guard'> {
  /** As that of {@link RequestTracer}. */
  trace<T>(c: C, next: () => T): T;
  /** Notes the route that answered, and the error of its handler where there was one. */
  handled(c: C, error?: unknown): void;
  /**
   * Watches the body of a response whose connection is not known.
   *
   * @returns the response to hand on, with the same head, the ids and the watched body
   */
  answer(c: C, response: Response): Response;
  /**
   * Ends a request whose handler threw, unless its connection does. If the client had left, it is aborted.
   *
   * @param status - of the answer that the framework makes of `error`; `undefined` for a fault, which is answered 500
   */
  thrown(c: C, error: unknown, status?: number): void;
}

/** Path and query of a URL. */
function targetOf(url: string): string {
  const from = url.indexOf('/', url.indexOf('://') + 3);
  return from < 0 ? '/' : url.slice(from);
}

function responseOf(messages: WebMessages): WebResponse {
  return (requestState(keyOfMessages(messages)).own ??= createWebResponse(messages.request)) as WebResponse;
}

function adapterOf<C extends object>(
  { scope, frameworkOptions = [], messages, givenId, template }: WebFramework<C>,
  close: (c: C) => void,
): Adapter<C, C> {
  const incoming = (c: C): IncomingMessage | undefined => messages(c).node?.incoming;
  return {
    scope,
    frameworkOptions,
    key: (c) => keyOfMessages(messages(c)),
    method: (c) => messages(c).request.method,
    target: (c) => incoming(c)?.url ?? targetOf(messages(c).request.url),
    headers: (c) => incoming(c)?.headers ?? Object.fromEntries(messages(c).request.headers),
    version: (c) => incoming(c)?.httpVersion,
    scheme: (c) => messages(c).request.url.split(':', 1)[0],
    address: (c) => incoming(c)?.socket.remoteAddress,
    givenId: (c) => givenId?.(c),
    givenHeader: (c, name) => messages(c).node?.outgoing.getHeader(name),
    setHeader(c, name, value) {
      const { node } = messages(c);
      if (node === undefined) responseOf(messages(c)).added.push([name, value]);
      else node.outgoing.setHeader(name, value);
    },
    listen(c) {
      const { node } = messages(c);
      // Without a connection, the end of the body is the close.
      if (node !== undefined) whenClosed(node.outgoing, () => close(c));
    },
    watch(c, _res, state) {
      const { node, request } = messages(c);
      if (node !== undefined) {
        watchResponse(node.outgoing);
        watchListeners(node.incoming);
        watchListeners(node.outgoing);
      }
      noteRoute(state, request.method, template?.(c));
    },
    ending(c, _res, exchange) {
      const { node } = messages(c);
      return node === undefined ? webEnding(responseOf(messages(c)), exchange) : nodeEnding(node.outgoing, exchange);
    },
  };
}

/**
 * Creates the tracer of the requests of an application of the Web.
 *
 * @throws SpanlineError if an option is invalid, or a `SPANLINE_*` variable where there is no tracer
 */
export function createWebRequestTracer<C extends object>(
  framework: WebFramework<C>,
  options: ServerOptions<C, C>,
): WebRequestTracer<C> {
  const { messages, template } = framework;
  const requests = createRequestTracer(adapterOf(framework, close), options);
  const { tracer, guard } = requests;

  function close(c: C): void {
    requests.close(c, c);
  }

  function note(c: C, exchange: Exchange, error: unknown): void {
    const { node, request } = messages(c);
    if (node !== undefined) noteNodeError(node.incoming, node.outgoing, error);
    else if (!responseOf(messages(c)).hasLeft()) noteError(exchange, error, undefined);
    if (template !== undefined) noteRoute(requestState(keyOfMessages(messages(c))), request.method, template(c));
  }

  /** Runs `fn` for a request that has a span. */
  function during(c: C, fn: (exchange: Exchange) => void): void {
    guard('http response', () => {
      const exchange = exchangeOf(keyOfMessages(messages(c)));
      if (exchange !== undefined) fn(exchange);
    });
  }

  function thrown(c: C, error: unknown, status?: number): void {
    during(c, (exchange) => {
      if (status === undefined) note(c, exchange, error);
      if (messages(c).node !== undefined) return;
      const web = responseOf(messages(c));
      if (status !== undefined) Object.assign(web, { status, isComplete: true });
      if (status !== undefined || !web.hasLeft()) exchange.firstByteMs = performance.now();
      close(c);
    });
  }

  return {
    tracer,
    guard,
    trace: (c, next) => requests.trace(c, c, next),
    handled(c, error) {
      during(c, (exchange) => note(c, exchange, error));
    },
    answer(c, response) {
      const messagesNow = messages(c);
      const exchange = exchangeOf(keyOfMessages(messagesNow));
      if (exchange === undefined) return response;
      if (!isResponse(response)) {
        thrown(c, new TypeError('the handler returned no response'));
        return response;
      }
      const web = responseOf(messagesNow);
      const { method } = messagesNow.request;
      const watched = guard('http response', () => watchWebResponse(response, method, exchange, web, () => close(c)));
      if (watched !== undefined) return watched;
      web.isComplete = true;
      close(c);
      return response;
    },
    thrown,
  };
}
