import type { Application, Request, Response } from 'express';
import type { Tracer } from '@spanline/core';
import { sharedState } from '@spanline/instrumentation';
import { clientSignalOf } from './client-signal.ts';
import { exchangeOf } from './exchange.ts';
import { ROUTE_ACCESSORS } from './route.ts';

type Method = 'writeHead' | 'write' | 'end';

function count(res: Response, chunk: unknown, encoding: unknown): void {
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
  if (exchange !== undefined && !res.destroyed) exchange.firstByteMs ??= performance.now();
}

/** Methods of responses that note what passes and hand it to what `prototype` inherits. */
function responseMethods(prototype: object): PropertyDescriptorMap & ThisType<Response> {
  const inherited = (method: Method): ((...args: unknown[]) => unknown) =>
    (Object.getPrototypeOf(prototype) as Record<Method, (...args: unknown[]) => unknown>)[method];
  const method = (value: (this: Response, ...args: unknown[]) => unknown): PropertyDescriptor => ({
    configurable: true,
    writable: true,
    value,
  });
  return {
    writeHead: method(function writeHead(...args) {
      const result = Reflect.apply(inherited('writeHead'), this, args);
      noteHead(this);
      return result;
    }),
    write: method(function write(...args) {
      count(this, args[0], args[1]);
      return Reflect.apply(inherited('write'), this, args);
    }),
    end: method(function end(...args) {
      count(this, args[0], args[1]);
      return Reflect.apply(inherited('end'), this, args);
    }),
  };
}

/** A property that the application or another middleware may assign; its value then stands. */
function field(key: string, get: (this: Request) => unknown): PropertyDescriptor {
  return {
    configurable: true,
    get,
    set(this: Request, value: unknown): void {
      Object.defineProperty(this, key, { value, configurable: true, enumerable: true, writable: true });
    },
  };
}

function outermost(app: Application): Application {
  let top = app;
  while ((top as { parent?: Application }).parent !== undefined)
    top = (top as unknown as { parent: Application }).parent;
  return top;
}

const given = sharedState('express.given', () => new WeakSet<object>());

/**
 * Gives the requests of an application `req.span`, `req.log` and `req.clientSignal`. They stand on the prototype of its requests (`app.request`: Express's own place for extensions), which mounted
 * applications inherit; what the application has there already is left alone.
 */
export function giveFields(app: Application, logger: Tracer['logger']): void {
  const top = outermost(app);
  if (given.has(top)) return;
  given.add(top);
  const { request } = top as unknown as { request: object };
  const fields = {
    span: field('span', function span() {
      return exchangeOf(this)?.span;
    }),
    clientSignal: field('clientSignal', function clientSignal() {
      return clientSignalOf(this);
    }),
    log: field('log', function log() {
      return exchangeOf(this)?.tracer.logger ?? logger;
    }),
  };
  if (!('clientSignal' in request)) Object.defineProperty(request, 'clientSignal', fields.clientSignal);
  if (!('span' in request)) Object.defineProperty(request, 'span', fields.span);
  if (!('log' in request)) Object.defineProperty(request, 'log', fields.log);
}

const watched = sharedState('express.watched', () => new WeakSet<object>());

/** Watches an application's routes and responses through the prototypes of its messages. Nothing is defined on a single message. */
export function watchApplication(app: Application): void {
  const top = outermost(app);
  if (watched.has(top)) return;
  watched.add(top);
  const { request, response } = top as unknown as { request: object; response: object };
  Object.defineProperties(request, ROUTE_ACCESSORS);
  Object.defineProperties(response, responseMethods(response));
}

/** Brings a property that the router set before the accessors were there under them. */
function hide(req: Request, key: 'params' | 'route'): void {
  if (!Object.hasOwn(req, key)) return;
  const value: unknown = req[key];
  delete (req as Partial<Request>)[key];
  (req as unknown as Record<string, unknown>)[key] = value;
}

/** Watches what the routers do with a request from here on. */
export function watchRoute(req: Request): void {
  hide(req, 'params');
  hide(req, 'route');
}
