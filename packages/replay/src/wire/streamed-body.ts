/** The body of a streamed answer: at once, or as it was recorded. */
import { once } from 'node:events';
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import type { SpanRecord } from '@spanline/record';

/** How a stream ends: `open` stays open until the caller aborts it, as the recorded caller did. */
export type StreamEnd = 'whole' | 'broken' | 'open';

/** How to send a stream. */
export interface StreamOptions {
  readonly record: SpanRecord;
  readonly end: StreamEnd;
  /** With the recorded time to the first chunk, and the recorded duration. */
  readonly asRecorded: boolean;
  /** The signal of the request. */
  readonly signal: AbortSignal;
}

/** Milliseconds before the first event, and between the others. */
function pausesOf(record: SpanRecord, events: number): readonly [first: number, next: number] {
  const duration = record.duration_ms ?? 0;
  const first = Math.min((record['gen_ai.response.time_to_first_chunk'] ?? 0) * 1000, duration);
  return [first, events > 1 ? (duration - first) / (events - 1) : 0];
}

/** A piece of a stream: a server-sent event, or a message of Amazon's. */
type Piece = string | Uint8Array;

async function* send(events: readonly Piece[], options: StreamOptions, stop: AbortSignal): AsyncGenerator<Piece> {
  const { record, end, asRecorded } = options;
  const [first, next] = asRecorded ? pausesOf(record, events.length) : [0, 0];
  for (const [index, event] of events.entries()) {
    const pause = index === 0 ? first : next;
    if (pause > 0) await sleep(pause, undefined, { signal: stop });
    stop.throwIfAborted();
    yield event;
  }
  if (end === 'open' && !stop.aborted) await once(stop, 'abort');
  if (end !== 'whole') {
    // An error discards what readers have not taken yet.
    await turn();
    stop.throwIfAborted();
    throw new TypeError('terminated', { cause: new Error('the recorded stream broke off') });
  }
}

/** Makes the body. */
export function streamedBody(events: readonly Piece[], options: StreamOptions): ReadableStream<Uint8Array> {
  const { signal } = options;
  const stopped = new AbortController();
  const abort = (): void => stopped.abort(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  const sent = send(events, options, stopped.signal);
  const encoder = new TextEncoder();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await sent.next();
        if (done !== true) return controller.enqueue(typeof value === 'string' ? encoder.encode(value) : value);
        controller.close();
      } catch (error) {
        controller.error(signal.aborted ? signal.reason : error);
      }
      signal.removeEventListener('abort', abort);
    },
    cancel() {
      signal.removeEventListener('abort', abort);
      stopped.abort();
    },
  });
}
