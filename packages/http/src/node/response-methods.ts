/** Notes the head, the bytes and the end of a response. */

import type { ServerResponse } from 'node:http';
import { type Exchange, failuresSoFar } from '../exchange/exchange.ts';
import { exchangeOf } from '../exchange/request-state.ts';
import { method, methodsOf, type Original } from './method.ts';
import { propertyOf } from './property-of.ts';

/** The exchange of a response that still takes bytes. */
function openExchange(res: ServerResponse): Exchange | undefined {
  const isOver = propertyOf(res, 'writableEnded') || propertyOf(res, 'destroyed');
  return isOver ? undefined : exchangeOf(propertyOf(res, 'req'));
}

function sizeOf(chunk: unknown, encoding: unknown): number {
  if (typeof chunk === 'string') {
    return Buffer.byteLength(chunk, typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8');
  }
  return chunk instanceof Uint8Array ? chunk.byteLength : 0;
}

function noteHead(res: ServerResponse): void {
  const req = propertyOf(res, 'req');
  const exchange = exchangeOf(req);
  if (exchange === undefined || exchange.firstByteMs !== undefined || propertyOf(res, 'destroyed')) return;
  if (propertyOf(req, 'socket').destroyed) {
    exchange.isUnreachable = true;
    return;
  }
  exchange.firstByteMs = performance.now();
  exchange.failuresAtHead = failuresSoFar(exchange.span);
}

/** The methods for one response, or for the prototype of an application's responses. */
export function responseMethods(original: Original): PropertyDescriptorMap {
  return {
    writeHead: method<ServerResponse>(function writeHead(...args) {
      const result = Reflect.apply(original('writeHead'), this, args);
      noteHead(this);
      return result;
    }),
    write: method<ServerResponse>(function write(...args) {
      const exchange = openExchange(this);
      if (exchange !== undefined) exchange.bodyBytes += sizeOf(args[0], args[1]);
      return Reflect.apply(original('write'), this, args);
    }),
    end: method<ServerResponse>(function end(...args) {
      const exchange = openExchange(this);
      if (exchange === undefined) return Reflect.apply(original('end'), this, args);
      exchange.failuresAtEnd = failuresSoFar(exchange.span);
      const { bodyBytes } = exchange;
      const size = sizeOf(args[0], args[1]);
      const result = Reflect.apply(original('end'), this, args);
      // The responses of some test clients write the last piece with `write`, which has counted it.
      if (exchange.bodyBytes === bodyBytes) exchange.bodyBytes += size;
      return result;
    }),
  };
}

/** Watches one response, for frameworks without a prototype of their own for responses. */
export function watchResponse(res: ServerResponse): void {
  Object.defineProperties(res, responseMethods(methodsOf(res, ['writeHead', 'write', 'end'])));
}
