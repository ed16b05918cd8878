/** Responses of the Web: the end of the body is the close. */

import { isObject, props } from '@spanline/instrumentation';
import { type Exchange, failuresSoFar } from '../exchange/exchange.ts';
import { noteError } from '../exchange/handled-error.ts';
import { runWithin } from '../exchange/request-context.ts';
import { isBodyless } from '../response/attributes.ts';
import type { Ending } from '../response/ending.ts';
import { outcomeOfAnswer } from '../response/outcome.ts';

/** A response on its way. */
export interface WebResponse {
  /** Headers that it gets. */
  readonly added: [name: string, value: string][];
  /** Status of the head; `undefined` before there is one. */
  status: number | undefined;
  isStreamed: boolean;
  /** The body was read to its end. */
  isComplete: boolean;
  /** True if the client has left. Errors after that follow from it. */
  readonly hasLeft: () => boolean;
}

/** Creates the state of the response to a request, before there is one. */
export function createWebResponse(request: Request): WebResponse {
  const hasLeft = (): boolean => {
    try {
      return request.signal.aborted;
    } catch {
      return false;
    }
  };
  return { added: [], status: undefined, isStreamed: false, isComplete: false, hasLeft };
}

/** True for what a server can answer with: a response of this realm, or of a library that has its own. */
export function isResponse(value: unknown): value is Response {
  const { status, headers } = props(value);
  return typeof status === 'number' && isObject(headers);
}

/** Status of a request whose handler made no response, because it threw. */
const FAULT = 500;
/** The lowest status of a response with a body. */
const MIN_STATUS = 200;

/** Reads the end of a response. A body that was cancelled is a client that left. */
export function webEnding({ status, isStreamed, isComplete, hasLeft }: WebResponse, exchange: Exchange): Ending {
  const { error } = exchange;
  const sent = status ?? FAULT;
  const isCut = !isComplete && (status !== undefined || hasLeft());
  const ending = { status: sent, isStreamed, isComplete };
  if (!isCut) return { ...ending, outcome: outcomeOfAnswer(sent, error, exchange) };
  return { ...ending, outcome: error === undefined ? { status: 'aborted' } : { status: 'error', error } };
}

/** Passes a body on: counts its bytes, and reads it in the context of the request. The first read locks it. */
function watchBody(
  body: ReadableStream<Uint8Array>,
  exchange: Exchange,
  web: WebResponse,
  close: () => void,
): ReadableStream<Uint8Array> {
  let reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  const read = (): ReturnType<ReadableStreamDefaultReader<Uint8Array>['read']> =>
    new Promise((resolve) => {
      runWithin(exchange.span, () => resolve((reader ??= body.getReader()).read()));
    });
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await read();
          if (!done) {
            exchange.bodyBytes += value.byteLength;
            controller.enqueue(value);
            return;
          }
          web.isComplete = true;
          exchange.failuresAtEnd = failuresSoFar(exchange.span);
          controller.close();
        } catch (error) {
          if (!web.hasLeft()) {
            noteError(exchange, error ?? new Error('the body failed, and did not say why'), web.status);
          }
          controller.error(error);
        }
        close();
      },
      async cancel(reason) {
        close();
        await (reader ?? body).cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
}

/**
 * True for a response that can be made again with another body. A switch of protocols (101) and a network error (0) are
 * none, and a body that somebody reads already is not there to be watched.
 */
function canBeWatched({ status, body }: Response): boolean {
  return status >= MIN_STATUS && (body === null || (typeof body.getReader === 'function' && !body.locked));
}

/**
 * Notes the head of a response and watches its body. A response that cannot be watched is complete at once.
 *
 * @param close - called at the end of the body, whole or not
 * @returns a response with the same head, the ids and the watched body; the same one if it cannot be watched
 */
export function watchWebResponse(
  response: Response,
  method: string,
  exchange: Exchange,
  web: WebResponse,
  close: () => void,
): Response {
  const { body, status, headers } = response;
  web.status = status;
  web.isStreamed =
    headers.get('transfer-encoding') === 'chunked' ||
    headers.get('content-type')?.startsWith('text/event-stream') === true;
  exchange.firstByteMs = performance.now();
  exchange.failuresAtHead = failuresSoFar(exchange.span);
  exchange.failuresAtEnd = exchange.failuresAtHead;
  const canWatch = canBeWatched(response);
  const isEmpty = !canWatch || body === null || isBodyless(method, status);
  const watched = canWatch ? new Response(isEmpty ? null : watchBody(body, exchange, web, close), response) : response;
  if (canWatch) for (const [name, value] of web.added) watched.headers.set(name, value);
  if (isEmpty) {
    web.isComplete = true;
    close();
  }
  return watched;
}
