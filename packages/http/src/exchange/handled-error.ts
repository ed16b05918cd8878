/** Errors that reach the error handlers of a request. */

import type { Exchange } from './exchange.ts';

/**
 * Notes an error that a handler threw or an error handler was handed. An error handler may hand on another one (a
 * database's error as one of http-errors); both count.
 *
 * @param status - status that the response has at this moment
 */
export function noteError(exchange: Exchange, error: unknown, status: number | undefined): void {
  if (error === undefined || error === null) return;
  exchange.error ??= error;
  exchange.lastError = error;
  exchange.statusAtError = status;
}

/** Forgets the errors of a request that goes on, before anything was answered. */
export function forgetErrors(exchange: Exchange): void {
  exchange.error = undefined;
  exchange.lastError = undefined;
  exchange.statusAtError = undefined;
}
