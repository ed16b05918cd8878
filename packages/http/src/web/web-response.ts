/** Responses of the Web: the end of the body is the close. */

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
}

/** Creates the state of a response that is not there yet. */
export function createWebResponse(): WebResponse {
  return { added: [], status: undefined, isStreamed: false, isComplete: false };
}

/** Status of a request whose handler made no response, because it threw. */
const FAULT = 500;

/** Reads the end of a response. A body that was cancelled is a client that left. */
export function webEnding({ status, isStreamed, isComplete }: WebResponse, exchange: Exchange): Ending {
  const { error } = exchange;
  const sent = status ?? FAULT;
  if (isComplete || status === undefined)
    return { outcome: outcomeOfAnswer(sent, error, exchange), status: sent, isStreamed, isComplete };
  return {
    outcome: error === undefined ? { status: 'aborted' } : { status: 'error', error },
    status,
    isStreamed,
    isComplete,
  };
}

/** Passes a body on: counts its bytes, and reads it in the context of the request. */
function watchBody(
  body: ReadableStream<Uint8Array>,
  exchange: Exchange,
  web: WebResponse,
  close: () => void,
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  const read = (): ReturnType<typeof reader.read> =>
    new Promise((resolve) => {
      runWithin(exchange.span, () => resolve(reader.read()));
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
          noteError(exchange, error ?? new Error('the body failed, and did not say why'), web.status);
          controller.error(error);
        }
        close();
      },
      async cancel(reason) {
        close();
        await reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
}

/**
 * Notes the head of a response and watches its body.
 *
 * @param close - called at the end of the body, whole or not
 * @returns a response with the same head, the ids and the watched body
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
  const isEmpty = body === null || isBodyless(method, status);
  const watched = new Response(isEmpty ? null : watchBody(body, exchange, web, close), response);
  for (const [name, value] of web.added) watched.headers.set(name, value);
  if (isEmpty) {
    web.isComplete = true;
    close();
  }
  return watched;
}
