/** An HTTP response with what left of an answer, for helpers of clients that parse a response by themselves. */
import { props, text } from '@spanline/record';

/** Headers of the bytes that came. */
const OF_BYTES = ['content-length', 'content-encoding', 'transfer-encoding'];

function eventText(event: unknown): string {
  const type = text(props(event)['type']);
  return `${type === undefined ? '' : `event: ${type}\n`}data: ${JSON.stringify(event)}\n\n`;
}

/** Events as a body. The stream is read when the body is read, and closed with it. */
function bodyOf(events: AsyncIterator<unknown>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream(
    {
      async pull(controller) {
        const { done, value } = await events.next();
        if (done === true) controller.close();
        else controller.enqueue(encoder.encode(eventText(value)));
      },
      async cancel() {
        await events.return?.();
      },
    },
    { highWaterMark: 0 },
  );
}

/**
 * Makes a response like a given one.
 *
 * @param answer - the parsed answer, or its events
 */
export function remadeResponse(given: Response, answer: unknown): Response {
  const { status, statusText } = given;
  const headers = new Headers(given.headers);
  for (const name of OF_BYTES) headers.delete(name);
  const iterable = answer as Partial<AsyncIterable<unknown>> | null | undefined;
  const body = iterable?.[Symbol.asyncIterator];
  const content = body === undefined ? JSON.stringify(answer) : bodyOf(body.call(iterable));
  return new Response(content, { status, statusText, headers });
}
