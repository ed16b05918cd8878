/** Errors that reach the error handlers of a request. */

import type { Request, Response } from 'express';
import type { Exchange } from './exchange.ts';

/** Words with which a handler leaves a route or a router without an error. */
const LEAVES: ReadonlySet<unknown> = new Set(['route', 'router']);

/** True for what a handler passes to `next` without an error. */
export function isNoError(value: unknown): boolean {
  return !value || LEAVES.has(value);
}

/**
 * Notes an error that a handler was handed. An error handler may hand on another one (a database's error as one of
 * http-errors); both count.
 *
 * Errors after the client has left (a body parser that goes on reading, an aborted call) follow from that and are not
 * noted: the request is `aborted`.
 */
export function noteError(exchange: Exchange, req: Request, res: Response, error: unknown): void {
  if (req.socket.destroyed || error === undefined || error === null) return;
  exchange.error ??= error;
  exchange.lastError = error;
  exchange.statusAtError = res.statusCode;
}

/** Forgets the errors of a request that goes on: an error handler has called `next()`, and nothing was answered yet. */
export function forgetErrors(exchange: Exchange, res: Response): void {
  if (res.headersSent) return;
  exchange.error = undefined;
  exchange.lastError = undefined;
  exchange.statusAtError = undefined;
}
