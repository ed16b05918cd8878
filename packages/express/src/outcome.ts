import { STATUS_CODES } from 'node:http';
import type { Response } from 'express';
import { isUpgraded } from './closing.ts';
import type { Exchange } from './exchange.ts';

/** How an exchange ended. */
export type Outcome = { status: 'ok' } | { status: 'aborted' } | { status: 'error'; error: unknown };

/** What an error record needs of an error that nobody threw. */
interface NamedFailure {
  name: string;
  message: string;
}

const SERVER_ERROR = 500;
/** Node counts a timeout from when the running turn of its loop began, which may be a little before the request was seen. */
const TIMER_SLACK_MS = 10;

/** For a response that says no more than its status; named as OpenTelemetry's HTTP conventions name it (`error.type` = `500`). */
function statusError(code: number): NamedFailure {
  return { name: String(code), message: STATUS_CODES[code] ?? 'server error' };
}

/**
 * Who closed a connection whose response is incomplete. A client that leaves ends the stream (FIN) or resets it, and a connection that breaks has an error; without either it was closed
 * here: by `destroy()`, by Express's final handler after a fault behind the head, or by a timeout. `timeout` listeners are not used: adding one would switch Node's own closing off.
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

/** What the response was destroyed with. Node 24 destroys those that wait on a lost connection with an ECONNRESET of its own, which tells no more than the connection does. */
function destroyedWith(res: Response): unknown {
  return res.socket === null && res.req.socket.destroyed ? undefined : (res.errored ?? undefined);
}

/**
 * Reads the outcome from a closed response. Neither its status (200 until something else is set) nor its events tell a client that left from a fault of the server behind the head, so
 * that what the handlers failed with and the state of the connection decide.
 */
export function outcomeOf(res: Response, exchange: Exchange): Outcome {
  const known: unknown = exchange.error ?? destroyedWith(res);
  if (known === undefined && isUpgraded(res)) return { status: 'ok' };
  if (res.writableFinished) {
    return res.statusCode >= SERVER_ERROR
      ? { status: 'error', error: known ?? statusError(res.statusCode) }
      : { status: 'ok' };
  }
  const error = known ?? closedHere(res, exchange.startedMs);
  return error === undefined ? { status: 'aborted' } : { status: 'error', error };
}
