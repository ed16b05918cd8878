/** Errors of requests on a connection. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { noteError } from '../exchange/handled-error.ts';
import { exchangeOf } from '../exchange/request-state.ts';

/**
 * Notes an error that a handler threw or an error handler was handed. Errors after the client has left (a body parser
 * that goes on reading, an aborted call) follow from that and are not noted: the request is `aborted`. Does nothing for
 * a request without a span. Never throws.
 */
export function noteNodeError(req: IncomingMessage, res: ServerResponse, error: unknown): void {
  const exchange = exchangeOf(req);
  exchange?.guard('http error', () => {
    if (!req.socket.destroyed) noteError(exchange, error, res.statusCode);
  });
}
