/** Errors of requests on a connection. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Exchange } from '../exchange/exchange.ts';
import { noteError } from '../exchange/handled-error.ts';

/**
 * Notes an error that a handler threw or an error handler was handed. Errors after the client has left (a body parser
 * that goes on reading, an aborted call) follow from that and are not noted: the request is `aborted`.
 */
export function noteNodeError(exchange: Exchange, req: IncomingMessage, res: ServerResponse, error: unknown): void {
  if (!req.socket.destroyed) noteError(exchange, error, res.statusCode);
}
