/**
 * Watches the error handlers of an application: also those of its routers, which answer an error before it reaches the
 * application's own. Express calls each through one method of its class of layers, and only with an error on its way.
 */

import type { Application, Request, Response } from 'express';
import { type Exchange, exchangeOf, forgetErrors, noteNodeError } from '@spanline/http';
import { type Method, patchMethod, sharedState } from '@spanline/instrumentation';

/** The method's name in Express 5 and in Express 4. */
const NAMES = ['handleError', 'handle_error'] as const;

interface Layer {
  readonly handle?: { readonly length: number; readonly stack?: unknown };
}

type Next = (error?: unknown) => unknown;

/** Words with which a handler leaves a route or a router without an error. */
const LEAVES: ReadonlySet<unknown> = new Set(['route', 'router']);

/** True for what a handler passes to `next` without an error. */
function isNoError(value: unknown): boolean {
  return !value || LEAVES.has(value);
}

/** `next` as the error handler gets it: notes an error that is handed on, and the end of errors. */
function watchedNext(exchange: Exchange, req: Request, res: Response, next: Next): Next {
  return (error) => {
    exchange.guard('express error', () => {
      if (!isNoError(error)) noteNodeError(req, res, error);
      else if (!res.headersSent) forgetErrors(exchange);
    });
    return next(error);
  };
}

/** A layer passes an error by if its handler does not take four arguments. */
function watchLayer(original: Method): Method {
  return function handleError(...args) {
    const [error, req, res, next] = args as [unknown, Request, Response, Next];
    const exchange = (this as Layer).handle?.length === 4 ? exchangeOf(req) : undefined;
    if (exchange === undefined) return Reflect.apply(original, this, args);
    noteNodeError(req, res, error);
    return Reflect.apply(original, this, [error, req, res, watchedNext(exchange, req, res, next)]);
  };
}

function layersOf(router: unknown): readonly Layer[] {
  const { stack } = (router ?? {}) as { stack?: unknown };
  return Array.isArray(stack) ? (stack as Layer[]) : [];
}

/** Adds the classes of a router's layers, and of the routers in it, which may be of another copy of Express. */
function addClasses(router: unknown, classes: Set<object>): void {
  for (const layer of layersOf(router)) {
    classes.add(Object.getPrototypeOf(layer) as object);
    addClasses(layer.handle, classes);
  }
}

const watched = sharedState('express.watched-handlers', () => new WeakSet<object>());

/** Watches the error handlers of every copy of Express in an application, each copy once. */
export function watchErrorHandlers(app: Application): void {
  if (watched.has(app)) return;
  watched.add(app);
  // In Express 4, reading `router` throws.
  const { _router } = app as { _router?: unknown };
  const classes = new Set<object>();
  addClasses(_router ?? app.router, classes);
  for (const layerClass of classes) for (const name of NAMES) patchMethod(layerClass, name, watchLayer);
}
