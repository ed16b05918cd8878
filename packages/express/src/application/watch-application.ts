/** Watches routes, responses and error handlers of an application. */

import type { Application, Request, Response } from 'express';
import { sharedState } from '@spanline/instrumentation';
import { failuresSoFar } from '../exchange/exchange.ts';
import { exchangeOf } from '../exchange/request-state.ts';
import { routeAccessors } from '../route/route-accessors.ts';
import { watchErrorHandlers } from './error-layers.ts';
import { inheritedMethod, method } from './inherited.ts';
import { listenerMethods } from './listener-context.ts';

type Method = 'writeHead' | 'write' | 'end';

function countBytes(res: Response, chunk: unknown, encoding: unknown): void {
  const exchange = exchangeOf(res.req);
  if (exchange === undefined || res.writableEnded || res.destroyed) return;
  if (typeof chunk === 'string') {
    exchange.bodyBytes += Buffer.byteLength(
      chunk,
      typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8',
    );
  } else if (chunk instanceof Uint8Array) {
    exchange.bodyBytes += chunk.byteLength;
  }
}

function noteHead(res: Response): void {
  const exchange = exchangeOf(res.req);
  if (exchange === undefined || res.destroyed || exchange.firstByteMs !== undefined) return;
  if (res.req.socket.destroyed) {
    exchange.isUnreachable = true;
    return;
  }
  exchange.firstByteMs = performance.now();
  exchange.failuresAtHead = failuresSoFar(exchange.span);
}

function noteEnd(res: Response): void {
  const exchange = exchangeOf(res.req);
  if (exchange !== undefined && !res.writableEnded) exchange.failuresAtEnd = failuresSoFar(exchange.span);
}

/** Methods of responses that observe a call and pass it on to what `prototype` inherits. */
function responseMethods(prototype: object): PropertyDescriptorMap {
  const inherited = (name: Method): ((...args: unknown[]) => unknown) => inheritedMethod(prototype, name);
  return {
    writeHead: method<Response>(function writeHead(...args) {
      const result = Reflect.apply(inherited('writeHead'), this, args);
      noteHead(this);
      return result;
    }),
    write: method<Response>(function write(...args) {
      countBytes(this, args[0], args[1]);
      return Reflect.apply(inherited('write'), this, args);
    }),
    end: method<Response>(function end(...args) {
      countBytes(this, args[0], args[1]);
      noteEnd(this);
      return Reflect.apply(inherited('end'), this, args);
    }),
  };
}

/** The application that an application is mounted in, directly or not. */
export function outermost(app: Application): Application {
  let top = app as Application & { parent?: Application };
  while (top.parent !== undefined) top = top.parent;
  return top;
}

/**
 * Watches the error handlers of mounted applications, which may be of another copy of Express. An application does not
 * list those that are mounted in it: they are known once they handle a request.
 */
function watchMounted(top: Application): (req: Request) => void {
  let last: unknown = top;
  return (req) => {
    const { app } = req;
    if (app === last) return;
    last = app;
    exchangeOf(req)?.guard('express error', () => watchErrorHandlers(app));
  };
}

const watched = sharedState('express.watched', () => new WeakSet<object>());

/** Watches the routes and responses of an application, once. Nothing is defined on a single message. */
export function watchApplication(app: Application): void {
  const top = outermost(app);
  if (watched.has(top)) return;
  watched.add(top);
  const { request, response } = top as unknown as { request: object; response: object };
  Object.defineProperties(request, routeAccessors(watchMounted(top)));
  Object.defineProperties(response, responseMethods(response));
  Object.defineProperties(request, listenerMethods(request));
  Object.defineProperties(response, listenerMethods(response));
  watchErrorHandlers(top);
}

/** Removes an own property that was set before the accessors were there, and sets it through them. */
function hide(req: Request, key: 'log' | 'params' | 'route'): void {
  if (!Object.hasOwn(req, key)) return;
  const value: unknown = req[key];
  delete (req as Partial<Request>)[key];
  (req as unknown as Record<string, unknown>)[key] = value;
}

/** Watches the routers and `req.log` of a request from here on. */
export function watchRequest(req: Request): void {
  hide(req, 'log');
  hide(req, 'params');
  hide(req, 'route');
}
