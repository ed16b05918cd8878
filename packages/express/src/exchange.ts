import type { Span } from '@spanline/core';
import type { Request, Response } from 'express';

/** One request on its way, from the middleware to the close of its response. */
export interface Exchange {
  readonly req: Request;
  readonly res: Response;
  readonly span: Span;
  readonly startedMs: number;
  /** When the head of the response was written; stays undefined where it could no longer reach the client. */
  firstByteMs: number | undefined;
  /** Bytes of the body that were written, as the connection saw them: after compression, without the framing of chunks. */
  bodyBytes: number;
  /** What the application's handlers failed with while the client was there. */
  error: unknown;
  /** The methods that the response had before it was watched. */
  readonly writeHead: Response['writeHead'];
  readonly write: Response['write'];
  readonly end: Response['end'];
}

/** Shared between installed copies of this package, so that a request mounted under both is one span. */
const EXCHANGE = Symbol.for('spanline.express.exchange');

interface Marked {
  [EXCHANGE]?: Exchange;
}

/** The exchange that a request or a response belongs to. */
export function exchangeOf(message: object): Exchange | undefined {
  return (message as Marked)[EXCHANGE];
}

function watchedWriteHead(this: Response, ...args: unknown[]): Response {
  const exchange = exchangeOf(this) as Exchange;
  Reflect.apply(exchange.writeHead, this, args);
  if (exchange.firstByteMs === undefined && !this.destroyed) exchange.firstByteMs = performance.now();
  return this;
}

function count(exchange: Exchange, chunk: unknown, encoding: unknown): void {
  const { res } = exchange;
  if (res.writableEnded || res.destroyed) return;
  if (typeof chunk === 'string') {
    exchange.bodyBytes += Buffer.byteLength(
      chunk,
      typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8',
    );
  } else if (chunk instanceof Uint8Array) {
    exchange.bodyBytes += chunk.byteLength;
  }
}

function watchedWrite(this: Response, ...args: unknown[]): boolean {
  const exchange = exchangeOf(this) as Exchange;
  count(exchange, args[0], args[1]);
  return Reflect.apply(exchange.write, this, args) as boolean;
}

function watchedEnd(this: Response, ...args: unknown[]): Response {
  const exchange = exchangeOf(this) as Exchange;
  count(exchange, args[0], args[1]);
  return Reflect.apply(exchange.end, this, args) as Response;
}

/** Begins the exchange of a request. Its response is watched by functions that all requests share: none is created for one. */
export function beginExchange(req: Request, res: Response, span: Span): void {
  const { writeHead, write, end } = res;
  const exchange: Exchange = {
    req,
    res,
    span,
    startedMs: performance.now(),
    firstByteMs: undefined,
    bodyBytes: 0,
    error: undefined,
    writeHead,
    write,
    end,
  };
  (req as Marked)[EXCHANGE] = exchange;
  (res as Marked)[EXCHANGE] = exchange;
  res.writeHead = watchedWriteHead as Response['writeHead'];
  res.write = watchedWrite as Response['write'];
  res.end = watchedEnd as Response['end'];
  req.span = span;
}
