/** The outcome of a request. */

import { STATUS_CODES } from 'node:http';
import type { Response } from 'express';
import { failuresBelow } from '@spanline/instrumentation';
import { isUpgraded } from '../exchange/closing.ts';
import type { Exchange } from '../exchange/exchange.ts';
import { isClientFault, reasonOf } from './client-fault.ts';
import { failedCall } from './failed-call.ts';

/** Status of a request's span, with the error that caused it. */
export type Outcome = { status: 'ok' } | { status: 'aborted' } | { status: 'error'; error: unknown };

/** An error that nobody threw. */
interface NamedFailure {
  name: string;
  message: string;
}

const SERVER_ERROR = 500;
/**
 * Node counts a timeout from the start of the running turn of its loop, which may be a little before the request
 * arrived.
 */
const TIMER_SLACK_MS = 10;

/**
 * The error of a response with nothing but its status, named as in OpenTelemetry's HTTP conventions (`error.type` =
 * `500`).
 */
function statusError(code: number): NamedFailure {
  return { name: String(code), message: STATUS_CODES[code] ?? 'server error' };
}

/**
 * The reason why this server closed a connection before the response was complete; `undefined` if the client did. A
 * client that leaves ends the stream (FIN) or resets it, and a broken connection has an error. Without either, it was
 * closed here: by `destroy()`, by Express's final handler after a fault behind the head, or by a timeout. `timeout`
 * listeners are no option: adding one would switch off Node's own closing.
 */
function closedHere(res: Response, startedMs: number): NamedFailure | undefined {
  const { socket } = res.req;
  if (!socket.destroyed || socket.readableEnded || (socket.errored ?? null) !== null) return undefined;
  const timeoutMs = socket.timeout ?? 0;
  if (timeoutMs > 0 && performance.now() - startedMs >= timeoutMs - TIMER_SLACK_MS) {
    return { name: 'TimeoutError', message: `the server closed the connection after ${timeoutMs} ms without activity` };
  }
  return {
    name: 'ConnectionClosedError',
    message: 'the server closed the connection before the response was complete',
  };
}

/**
 * The error that the response was destroyed with. Node 24 destroys responses that wait on a lost connection with an
 * ECONNRESET of its own, which adds nothing to the state of the connection.
 */
function destroyedWith(res: Response): unknown {
  return res.socket === null && res.req.socket.destroyed ? undefined : (res.errored ?? undefined);
}

/** The outcome of a request with an error. */
function outcomeOfError(status: number, known: unknown, exchange: Exchange): Outcome {
  const { lastError = known, statusAtError, span } = exchange;
  const replaced = lastError === known ? undefined : known;
  const handled = { error: lastError, replaced, statusAtError, status, failures: failuresBelow(span) };
  return isClientFault(handled) ? { status: 'ok' } : { status: 'error', error: reasonOf(handled) };
}

/** The outcome of a response that was sent whole. */
function outcomeOfAnswer(status: number, known: unknown, exchange: Exchange): Outcome {
  if (known !== undefined) {
    const outcome = exchange.guard('express error', () => outcomeOfError(status, known, exchange));
    return outcome ?? { status: 'error', error: known };
  }
  const call = exchange.guard('express error', () => failedCall(exchange, status));
  if (call !== undefined) return { status: 'error', error: call.error };
  return status >= SERVER_ERROR ? { status: 'error', error: statusError(status) } : { status: 'ok' };
}

/**
 * Reads the outcome of a closed response. Neither its status (200 until it is set) nor its events distinguish a client
 * that left from a fault of the server behind the head. The error of the handlers, the failed calls below the request
 * and the state of the connection do.
 */
export function outcomeOf(res: Response, exchange: Exchange): Outcome {
  const known: unknown = exchange.error ?? destroyedWith(res);
  if (known === undefined && isUpgraded(res)) return { status: 'ok' };
  if (res.writableFinished && !exchange.isUnreachable) return outcomeOfAnswer(res.statusCode, known, exchange);
  const error = known ?? closedHere(res, exchange.startedMs);
  return error === undefined ? { status: 'aborted' } : { status: 'error', error };
}
