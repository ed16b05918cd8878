/** Turns the events of a client's promise and stream into the span of a call. */

import type { Span } from '@spanline/core';
import type { LateContext, NormalizedUsage } from '@spanline/core/internal';
import type { SpanAttributes } from '@spanline/record';
import { CallState, type CallTracing, type CallWork, streamAttributes } from './call-state.ts';
import type { ClientCall, RequestRewrite } from './call.ts';
import { answerHeaders, errorAttributes, headerOf } from './headers.ts';
import type { AnswerEvents, OpenCall, SdkStreamEvents } from './open-call.ts';
import { watchDecoded, watchSdkStream } from './watch-sdk-stream.ts';

const seconds = (ms: number): number => Math.round(ms * 1000) / 1e6;
const NOTHING = (): SpanAttributes => ({});

const headersOf = (response: unknown): SpanAttributes =>
  answerHeaders((response as { headers?: unknown } | null | undefined)?.headers);

function readWhole(value: unknown): (work: CallWork) => SpanAttributes {
  return ({ reader, usage }) => {
    usage.add(value);
    return reader.whole(value);
  };
}

function readPiece({ usage, reader }: CallWork, piece: unknown): 'content' | 'event' {
  usage.add(piece);
  return reader.chunk(piece);
}

const restore = (rewrite: RequestRewrite, piece: unknown): boolean => rewrite.restore(piece);

/** A failed stream keeps what it brought. */
function readFailure(error: unknown): (work: CallWork) => SpanAttributes {
  return (work) => ({ ...(work.chunks > 0 ? streamAttributes(work) : {}), ...errorAttributes(error) });
}

/** Reads a JSON answer that the application reads itself. A stream that it takes is left to it. */
async function readAlong(response: unknown): Promise<unknown> {
  const { clone, headers } = (response ?? {}) as { clone?: () => Response; headers?: unknown };
  const isJson = headerOf(headers, 'content-type')?.includes('json') === true;
  return isJson && clone !== undefined ? clone.call(response).json() : undefined;
}

class StreamRecorder implements SdkStreamEvents {
  readonly #state: CallState;

  constructor(state: CallState) {
    this.#state = state;
  }

  chunk(piece: unknown, atMs?: number, count = 1): boolean {
    const { work } = this.#state;
    if (work === undefined) return true;
    const kind = this.#state.guarded(readPiece, work, piece);
    if (work.rewrite !== undefined && this.#state.guarded(restore, work.rewrite, piece) === false) return false;
    work.chunks += count;
    if (kind === 'content') work.firstChunk ??= seconds((atMs ?? performance.now()) - work.startedMs);
    return true;
  }

  done(isAborted: boolean): void {
    this.#state.end(streamAttributes, isAborted ? { status: 'aborted' } : {});
  }

  abandoned(): void {
    this.#state.end(streamAttributes, { status: 'abandoned' });
  }

  failed(error: unknown): void {
    this.#state.end(readFailure(error), { failure: { error } });
  }
}

class AnswerRecorder implements AnswerEvents {
  readonly #state: CallState;
  readonly #isDecoded: boolean;

  constructor(state: CallState, isDecoded: boolean) {
    this.#state = state;
    this.#isDecoded = isDecoded;
  }

  responded(response: unknown): void {
    const { work } = this.#state;
    if (work === undefined) return;
    const attributes = this.#state.guarded(headersOf, response);
    if (attributes !== undefined) work.attributes.push(attributes);
  }

  parsed(value: unknown): void {
    const state = this.#state;
    const filters = state.work?.rewrite !== undefined;
    const stream = new StreamRecorder(state);
    const watch = this.#isDecoded ? watchDecoded : watchSdkStream;
    if (state.guarded(watch, value, stream, filters) !== true) state.end(readWhole(value));
  }

  taken(response: unknown): void {
    readAlong(response).then(
      (value) => this.#state.end(value === undefined ? NOTHING : readWhole(value)),
      () => this.#state.end(NOTHING),
    );
  }

  failed(error: unknown): void {
    this.#state.end(readFailure(error), { failure: { error } });
  }

  forgotten(): void {
    this.#state.end(NOTHING, { status: 'abandoned' });
  }
}

class TracedCall implements OpenCall {
  readonly events: AnswerEvents;
  readonly isDecoded: boolean;
  readonly #tracing: CallTracing;
  readonly #state: CallState;

  constructor(tracing: CallTracing, call: ClientCall) {
    this.#tracing = tracing;
    this.#state = new CallState(tracing, call);
    this.isDecoded = call.isDecoded === true;
    this.events = new AnswerRecorder(this.#state, this.isDecoded);
  }

  get span(): Span | undefined {
    return this.#state.work?.span.now;
  }

  stream(): SdkStreamEvents {
    return new StreamRecorder(this.#state);
  }

  note(attributes: SpanAttributes): void {
    this.#state.work?.attributes.push(attributes);
  }

  usage(isBroken: boolean): NormalizedUsage | undefined {
    return this.#state.work?.usage.read(isBroken);
  }

  run<T>(fn: () => T): T {
    const { span } = this;
    return span === undefined ? fn() : this.#tracing.tracer.run(span, fn);
  }

  enter(context: LateContext): void {
    const { span } = this;
    if (span?.isRecording === true) context.enter(span);
  }

  attempted(request: unknown): void {
    this.#state.attempted(request);
  }

  fail(error: unknown): void {
    this.events.failed(error);
  }

  end(): void {
    this.#state.end(NOTHING);
  }

  unfinished(): void {
    this.#state.end((work) => (work.chunks > 0 ? streamAttributes(work) : {}), { status: 'unfinished' });
  }
}

/** Starts the span of a call and returns where its events go. No fault of the recording reaches the caller. */
export function openCall(tracing: CallTracing, call: ClientCall): OpenCall {
  return new TracedCall(tracing, call);
}
