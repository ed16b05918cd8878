/** The answer of an exchange: it becomes the events of a client's call. */

import {
  isObject,
  number,
  type OpenCall,
  props,
  type SdkStreamEvents,
  sharedState,
  text,
} from '@spanline/instrumentation';
import type { Api } from '../apis/index.ts';
import { createBacklog } from './backlog.ts';
import { decodingOf } from './decoding.ts';
import { framingOf } from './framing.ts';
import type { Pieces } from './pieces.ts';

/** The head of an HTTP response. */
export interface ResponseHead {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
}

const FIRST_ERROR_STATUS = 400;

/** An answer that is a failure, with the fields that clients give their errors. */
function failureOf({ status, headers }: ResponseHead, body: unknown): object {
  const given = props(body)['error'] ?? body;
  const { message, code, type } = props(given);
  return {
    name: String(status),
    status,
    headers,
    error: given,
    code: text(code) ?? text(type),
    message: text(message) ?? text(given) ?? `The server answered ${String(status)}.`,
  };
}

/** A failure within a stream, after the server has answered that all is well. */
function failureWithin(value: unknown): object | undefined {
  const { type, error } = props(value);
  if (type === undefined && error === undefined) return undefined;
  if (type !== 'error' && !(isObject(error) && props(value)['choices'] === undefined)) return undefined;
  if (type === 'error' && !isObject(error)) return undefined;
  const { type: name, message, code } = props(error);
  // Google's code is the HTTP status that the answer would have had.
  const status = number(code);
  return {
    name: text(name) ?? text(code) ?? String(status ?? 'error'),
    status,
    message: text(message) ?? 'The stream failed.',
    code,
    error,
  };
}

/** Reads one answer. */
export interface Answer {
  received(piece: Uint8Array): void;
  /** Reads what has come so far. */
  catchUp(): void;
  /**
   * The body came to its end.
   *
   * @param failed - called before the call ends, if the answer is a failure
   */
  ended(failed: () => void): void;
  /** The connection ended before the body did. */
  failed(error: unknown, isAborted: boolean): void;
  /** Nothing more is read. */
  close(): void;
}

/** An answer under way: its call, its head, and all that it has brought. */
interface Reading {
  readonly open: OpenCall;
  readonly head: ResponseHead;
  stream: SdkStreamEvents | undefined;
  failure: unknown;
  whole: unknown;
}

/** The latest answer, with nothing of what it brought. */
const latest = sharedState('wire.latest.1', () => ({ answer: undefined as Answer | undefined }));

/**
 * Reads the answer of a call.
 *
 * The functions that read the latest answer are kept until the next one comes. V8 throws compiled code away with the
 * last function that has it: a process whose garbage is collected between two answers would begin with slow code each
 * time.
 */
export function readAnswer(call: OpenCall, { output }: Api, head: ResponseHead): Answer {
  let reading: Reading | undefined = { open: call, head, stream: undefined, failure: undefined, whole: undefined };
  /** `performance.now()` of the latest chunk, and the longest time between two. */
  let chunkMs = Number.NaN;
  let gapMs = 0;

  const unreadable = (): void => reading?.open.note({ 'spanline.usage.issue': 'incomplete' });
  const read = ({ head: { headers } }: Reading, value: unknown): unknown =>
    output === undefined ? value : output(value, headers);
  const pieces: Pieces = {
    arrived(atMs): void {
      // The first chunk has none before.
      if (atMs - chunkMs > gapMs) gapMs = atMs - chunkMs;
      chunkMs = atMs;
    },
    chunk(value, atMs, count): void {
      if (reading === undefined) return;
      reading.stream ??= reading.open.stream();
      const piece = read(reading, value);
      reading.failure ??= failureWithin(piece);
      reading.stream.chunk(piece, atMs, count);
    },
    whole(value): void {
      if (reading !== undefined) reading.whole = value;
    },
    failed(error): void {
      if (reading !== undefined) reading.failure = error;
    },
    unreadable,
  };
  if (head.status < FIRST_ERROR_STATUS) call.events.responded({ headers: head.headers });
  const framing = framingOf(head.headers['content-type'] ?? '', pieces);
  const backlog = framing && createBacklog(framing);
  const decoding = backlog && decodingOf(head.headers['content-encoding'] ?? '', backlog, unreadable);

  function noteGaps({ open }: Reading): void {
    if (gapMs > 0) open.note({ 'spanline.stream.max_gap_ms': Math.round(gapMs * 1000) / 1000 });
  }

  function catchUp(): void {
    backlog?.read();
    if (reading !== undefined) noteGaps(reading);
  }

  function close(): void {
    reading = undefined;
    framing?.forget();
    decoding?.close();
  }

  function finish(failed: () => void): void {
    // A body that turns out not to be of its encoding breaks off: what came before waits still.
    backlog?.read();
    if (reading === undefined) return;
    const { open, stream, whole } = reading;
    const isFailure = reading.head.status >= FIRST_ERROR_STATUS;
    const failure = reading.failure ?? (isFailure ? failureOf(reading.head, whole) : undefined);
    noteGaps(reading);
    if (failure !== undefined) failed();
    if (failure !== undefined) (stream ?? open.events).failed(failure);
    else if (stream !== undefined) stream.done(false);
    else if (whole === undefined) open.end();
    else open.events.parsed(read(reading, whole));
    close();
  }

  const answer: Answer = {
    catchUp,
    close,
    received: (piece) => decoding?.bytes(piece),
    ended(failed): void {
      if (decoding === undefined) finish(failed);
      else decoding.end(() => finish(failed));
    },
    failed(error, isAborted): void {
      catchUp();
      if (reading === undefined) return;
      const stream = reading.stream ?? reading.open.stream();
      if (isAborted) stream.done(true);
      else stream.failed(error);
      close();
    },
  };
  latest.answer = answer;
  return answer;
}
