import { currentSpan, type Scope, type Span, type SpanOptions, type Tracer } from '@spanline/core';
import { type Guard, type LateContext, onLeftOpen } from '@spanline/core/internal';
import type { SpanAttributes, SpanStatus } from '@spanline/record';
import type { AnswerEvents } from './answer.ts';
import type { AnswerReader, ClientCall } from './call.ts';
import { headerFacts, headerOf } from './header-facts.ts';
import { type SdkStreamEvents, watchSdkStream } from './sdk-stream.ts';

/** A call under way. */
export interface OpenCall {
  readonly events: AnswerEvents;
  /** Runs the client's method inside the span. */
  run<T>(fn: () => T): T;
  /** Makes the span current in a context in which the method runs already. */
  enter(context: LateContext): void;
  /** An HTTP request is made for the call. Told twice of the same one where both a class and its instance are traced. */
  attempted(request: unknown): void;
  fail(error: unknown): void;
  end(): void;
}

/** Who traces a call. */
export interface CallTracing {
  readonly tracer: Tracer;
  readonly guard: Guard;
  readonly scope: Scope;
}

/** The span of a call: there from the start, or made at the end with the time of the call, if it is to be written at all. */
interface CallSpan {
  readonly now: Span | undefined;
  atEnd(facts: readonly SpanAttributes[]): Span | undefined;
}

/** What a call needs until its end. Nothing keeps it longer, however long somebody keeps the client's promise. */
interface Work {
  readonly span: CallSpan;
  readonly reader: AnswerReader;
  readonly facts: SpanAttributes[];
  chunks: number;
  /** Seconds. */
  firstChunk: number | undefined;
}

const seconds = (ms: number): number => Math.round(ms * 1000) / 1e6;

/** A JSON answer that the application reads itself is read along; a stream that it takes is its own. */
async function readAlong(response: unknown, read: (value: unknown) => void): Promise<void> {
  const { clone, headers } = (response ?? {}) as { clone?: () => Response; headers?: unknown };
  const isJson = headerOf(headers, 'content-type')?.includes('json') === true;
  read(isJson && clone !== undefined ? await clone.call(response).json() : undefined);
}

function createSpan(tracer: Tracer, scope: Scope, { span: given, isWritten }: ClientCall): CallSpan {
  const options: SpanOptions = { ...given, scope };
  if (isWritten === undefined) {
    const span = tracer.startSpan(options);
    return { now: span, atEnd: () => span };
  }
  options.startTime = performance.timeOrigin + performance.now();
  const parent = currentSpan();
  if (parent !== undefined) options.parent = parent;
  return {
    now: undefined,
    atEnd: (facts) =>
      isWritten(Object.assign({}, ...facts) as SpanAttributes) ? tracer.startSpan(options) : undefined,
  };
}

function streamFacts({ reader, chunks, firstChunk }: Work): SpanAttributes {
  return {
    ...reader.gathered(),
    'spanline.stream.chunks': chunks,
    'gen_ai.response.time_to_first_chunk': firstChunk,
  };
}

function errorFacts(error: unknown): SpanAttributes {
  const { headers, request_id: id, requestID } = (error ?? {}) as Record<string, unknown>;
  const known = headerFacts(headers);
  const request = known['spanline.provider.request_id'] ?? id ?? requestID;
  return { ...known, 'spanline.provider.request_id': typeof request === 'string' ? request : undefined };
}

const NOTHING = (): SpanAttributes => ({});
const readWhole =
  (value: unknown) =>
  ({ reader }: Work): SpanAttributes =>
    reader.whole(value);

/** What happens to one call, its answer and its stream. The state behind {@link openCall}. */
class TracedCall implements OpenCall, AnswerEvents, SdkStreamEvents {
  readonly #tracing: CallTracing;
  readonly #startedMs = performance.now();
  readonly #leavesOut: boolean;
  #work: Work | undefined;
  #attempts = 0;
  #latest: unknown;

  constructor(tracing: CallTracing, call: ClientCall) {
    this.#tracing = tracing;
    this.#leavesOut = call.body !== undefined;
    const span = createSpan(tracing.tracer, tracing.scope, call);
    this.#work = { span, reader: call.reader, facts: [], chunks: 0, firstChunk: undefined };
    if (span.now !== undefined) onLeftOpen(span.now, () => this.#leaveOpen());
  }

  get events(): AnswerEvents {
    return this;
  }

  run<T>(fn: () => T): T {
    const span = this.#work?.span.now;
    return span === undefined ? fn() : this.#tracing.tracer.run(span, fn);
  }

  enter(context: LateContext): void {
    const span = this.#work?.span.now;
    if (span?.isRecording === true) context.enter(span);
  }

  attempted(request: unknown): void {
    if (this.#work === undefined || request === this.#latest) return;
    this.#latest = request;
    this.#attempts++;
  }

  arrived(response: unknown): void {
    const { headers } = (response ?? {}) as { headers?: unknown };
    this.#guarded(() => this.#work?.facts.push(headerFacts(headers)));
  }

  parsed(value: unknown): void {
    if (this.#guarded(() => watchSdkStream(value, this, this.#leavesOut)) !== true) this.#finish(readWhole(value));
  }

  taken(response: unknown): void {
    const reading = readAlong(response, (value) => this.#finish(value === undefined ? NOTHING : readWhole(value)));
    reading.catch(() => this.end());
  }

  chunk(piece: unknown): boolean {
    const work = this.#work;
    if (work === undefined) return true;
    const kind = this.#guarded(() => work.reader.chunk(piece));
    if (kind === 'unasked') return false;
    work.chunks++;
    if (kind === 'content') work.firstChunk ??= seconds(performance.now() - this.#startedMs);
    return true;
  }

  done(aborted: boolean): void {
    this.#finish(streamFacts, aborted ? { status: 'aborted' } : {});
  }

  left(): void {
    this.#finish(streamFacts, { status: 'abandoned' });
  }

  forgotten(): void {
    this.#finish(NOTHING, { status: 'abandoned' });
  }

  failed(error: unknown): void {
    this.#finish((work) => (work.chunks > 0 ? { ...streamFacts(work), ...errorFacts(error) } : errorFacts(error)), {
      failure: { error },
    });
  }

  fail(error: unknown): void {
    this.failed(error);
  }

  end(): void {
    this.#finish(NOTHING);
  }

  #guarded<T>(fn: () => T): T | undefined {
    return this.#tracing.guard(this.#tracing.scope.name, fn);
  }

  /** Only the first end counts. */
  #finish(more: (work: Work) => SpanAttributes, { failure, status }: CallEnd = {}): void {
    const work = this.#work;
    if (work === undefined) return;
    this.#work = undefined;
    this.#latest = undefined;
    const { facts, reader, span } = work;
    const last = this.#guarded(() => more(work));
    if (last !== undefined) facts.push(last);
    if (this.#attempts > 1) facts.push({ 'spanline.retry.attempt': this.#attempts - 1 });
    const ended = this.#guarded(() => span.atEnd(facts));
    if (ended === undefined) return;
    for (const each of facts) ended.set(each);
    const told = failure === undefined ? this.#guarded(() => reader.failure?.()) : failure.error;
    if (failure !== undefined || told !== undefined) ended.fail(told);
    ended.end(status === undefined ? undefined : { status });
  }

  #leaveOpen(): void {
    const work = this.#work;
    if (work === undefined) return;
    for (const facts of work.facts) work.span.now?.set(facts);
    if (work.chunks > 0) work.span.now?.set(streamFacts(work));
  }
}

/** How a call ended, where it did not end well. */
interface CallEnd {
  readonly failure?: { readonly error: unknown };
  readonly status?: SpanStatus;
}

/** Opens the span of a call and says how its end is told. No fault of ours reaches the caller. */
export function openCall(tracing: CallTracing, call: ClientCall): OpenCall {
  return new TracedCall(tracing, call);
}
