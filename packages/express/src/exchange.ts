import type { Span, Tracer } from '@spanline/core';
import type { Request, Response } from 'express';

/** One request on its way, from the middleware to the close of its response. */
export interface Exchange {
  readonly span: Span;
  readonly startedMs: number;
  /** When the head of the response was written. */
  firstByteMs: number | undefined;
  /** What the application's handlers failed with. */
  error: unknown;
}

const EXCHANGE = Symbol('spanline.exchange');

interface Marked {
  [EXCHANGE]?: Exchange;
}

/** The exchange that a request belongs to. */
export function exchangeOf(req: object): Exchange | undefined {
  return (req as Marked)[EXCHANGE];
}

/** Begins the exchange of a request: `req.span` and `req.log` are set. */
export function beginExchange(req: Request, tracer: Tracer, span: Span): Exchange {
  const exchange: Exchange = { span, startedMs: performance.now(), firstByteMs: undefined, error: undefined };
  (req as Marked)[EXCHANGE] = exchange;
  req.span = span;
  req.log = tracer.logger;
  return exchange;
}

/** Notes when the head of the response leaves. */
export function watchFirstByte(res: Response, exchange: Exchange): void {
  const { writeHead } = res;
  res.writeHead = function watchedWriteHead(this: Response, ...args: unknown[]): Response {
    exchange.firstByteMs ??= performance.now();
    return Reflect.apply(writeHead, this, args) as Response;
  } as Response['writeHead'];
}
