/** The end of a response on a connection. */

import type { ServerResponse } from 'node:http';
import type { Exchange } from '../exchange/exchange.ts';
import type { Ending } from '../response/ending.ts';
import { type NamedFailure, type Outcome, outcomeOfAnswer } from '../response/outcome.ts';
import { isSentWhole, isUpgraded } from './closing.ts';
import { http2StreamOf, isEventStream, streamError } from './http2-stream.ts';
import { propertyOf } from './property-of.ts';

/**
 * Node counts a timeout from the start of the running turn of its loop, which may be a little before the request
 * arrived.
 */
const TIMER_SLACK_MS = 10;

/**
 * The reason why this server closed a connection before the response was complete; `undefined` if the client did. A
 * client that leaves ends the stream (FIN) or resets it, and a broken connection has an error. Without either, it was
 * closed here: by `destroy()`, by the framework after a fault behind the head, or by a timeout. `timeout` listeners are
 * no option: adding one would switch off Node's own closing.
 */
function closedHere(res: ServerResponse, startedMs: number): NamedFailure | undefined {
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
function destroyedWith(res: ServerResponse): unknown {
  const stream = http2StreamOf(res);
  if (stream !== undefined) return streamError(stream);
  const error: unknown = propertyOf(res, 'errored') ?? undefined;
  if (error === undefined) return undefined;
  const isDetached = propertyOf(res, 'socket') === null;
  return isDetached && propertyOf(propertyOf(res, 'req'), 'socket').destroyed ? undefined : error;
}

/**
 * Reads the outcome of a closed response. Neither its status (200 until it is set) nor its events distinguish a client
 * that left from a fault of the server behind the head. The error of the handlers, the failed calls below the request
 * and the state of the connection do.
 */
function outcomeOf(res: ServerResponse, exchange: Exchange, status: number, isComplete: boolean): Outcome {
  const known: unknown = exchange.error ?? destroyedWith(res);
  if (known === undefined && exchange.firstByteMs === undefined && isUpgraded(res)) return { status: 'ok' };
  if (isComplete && !exchange.isUnreachable) return outcomeOfAnswer(status, known, exchange);
  // Over HTTP/2, it is not known who has closed a stream without an error: servers hardly do.
  const error = known ?? (http2StreamOf(res) === undefined ? closedHere(res, exchange.startedMs) : undefined);
  return error === undefined ? { status: 'aborted' } : { status: 'error', error };
}

/** Reads the end of a response that has closed. */
export function nodeEnding(res: ServerResponse, exchange: Exchange): Ending {
  const status = propertyOf(res, 'statusCode');
  const isComplete = isSentWhole(res);
  return {
    outcome: outcomeOf(res, exchange, status, isComplete),
    status,
    isStreamed: propertyOf(res, 'chunkedEncoding') ?? isEventStream(res),
    isComplete,
  };
}
