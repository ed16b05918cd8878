/** The answer of an exchange: it becomes the events of a client's call. */

import { isObject, type OpenCall, props, type SdkStreamEvents, text } from '@spanline/instrumentation';
import type { Api } from '../apis/index.ts';
import { Backlog } from './backlog.ts';
import { type Decoding, decodingOf } from './decoding.ts';
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
  return { name: text(name) ?? text(code) ?? 'error', message: text(message) ?? 'The stream failed.', code, error };
}

/** Reads one answer. */
export class Answer {
  readonly #open: OpenCall;
  readonly #api: Api;
  readonly #head: ResponseHead;
  readonly #backlog: Backlog | undefined;
  readonly #decoding: Decoding | undefined;
  #stream: SdkStreamEvents | undefined;
  #failure: unknown;
  /** `performance.now()` of the latest chunk. */
  #chunkMs: number | undefined;
  /** Longest time between two chunks. */
  #gapMs = 0;
  #whole: unknown;

  /** @param unreadable - called if the body, or a piece of it, cannot be read */
  constructor(open: OpenCall, api: Api, head: ResponseHead, unreadable: () => void) {
    this.#open = open;
    this.#api = api;
    this.#head = head;
    const { headers, status } = head;
    if (status < FIRST_ERROR_STATUS) open.events.responded({ headers });
    const pieces: Pieces = {
      arrived: (atMs) => this.#arrived(atMs),
      chunk: (value, atMs, count) => this.#chunk(value, atMs, count),
      whole: (value) => {
        this.#whole = value;
      },
      failed: (error) => {
        this.#failure = error;
      },
      unreadable,
    };
    const framing = framingOf(headers['content-type'] ?? '', pieces);
    if (framing === undefined) return;
    this.#backlog = new Backlog(framing);
    this.#decoding = decodingOf(headers['content-encoding'] ?? '', this.#backlog, unreadable);
  }

  #read(value: unknown): unknown {
    const { output } = this.#api;
    return output === undefined ? value : output(value, this.#head.headers);
  }

  #arrived(atMs: number): void {
    if (this.#chunkMs !== undefined) this.#gapMs = Math.max(this.#gapMs, atMs - this.#chunkMs);
    this.#chunkMs = atMs;
  }

  #chunk(value: unknown, atMs: number, count: number): void {
    this.#stream ??= this.#open.stream();
    const read = this.#read(value);
    this.#failure ??= failureWithin(read);
    this.#stream.chunk(read, atMs, count);
  }

  received(piece: Uint8Array): void {
    this.#decoding?.bytes(piece);
  }

  /** Reads what has come so far. */
  catchUp(): void {
    this.#backlog?.read();
    this.#noteGaps();
  }

  #noteGaps(): void {
    if (this.#gapMs > 0) this.#open.note({ 'spanline.stream.max_gap_ms': Math.round(this.#gapMs * 1000) / 1000 });
  }

  /**
   * The body came to its end.
   *
   * @param failed - called before the call ends, if the answer is a failure
   */
  ended(failed: () => void): void {
    const finish = (): void => {
      const { events } = this.#open;
      const { status } = this.#head;
      if (status >= FIRST_ERROR_STATUS) this.#failure ??= failureOf(this.#head, this.#whole);
      this.#noteGaps();
      if (this.#failure !== undefined) failed();
      if (this.#failure !== undefined) (this.#stream ?? events).failed(this.#failure);
      else if (this.#stream !== undefined) this.#stream.done(false);
      else if (this.#whole === undefined) this.#open.end();
      else events.parsed(this.#read(this.#whole));
    };
    if (this.#decoding === undefined) finish();
    else this.#decoding.end(finish);
  }

  /** The connection ended before the body did. */
  failed(error: unknown, isAborted: boolean): void {
    this.catchUp();
    const stream = this.#stream ?? this.#open.stream();
    if (isAborted) stream.done(true);
    else stream.failed(error);
  }
}
