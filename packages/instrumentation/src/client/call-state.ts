/** The span of a call, and the attributes collected for it. */

import { currentSpan, type InstrumentationScope, type Span, type SpanOptions, type Tracer } from '@spanline/core';
import {
  AnswerUsage,
  epochMs,
  type Guard,
  mostExact,
  onForcedEnd,
  sharedState,
  usageAttributes,
} from '@spanline/core/internal';
import type { SpanAttributes, SpanStatus } from '@spanline/record';
import { observedUsage } from '../provider/observed-usage.ts';
import type { AnswerReader, ClientCall, RequestRewrite } from './call.ts';

/** The tracer of a call, and the package that uses it. */
export interface CallTracing {
  readonly tracer: Tracer;
  readonly guard: Guard;
  /** The package that traces it; also where its faults are counted. */
  readonly scope: InstrumentationScope;
}

/** Everything that a call needs until its end. */
export interface CallWork {
  readonly span: CallSpan;
  readonly reader: AnswerReader;
  /** Usage of the answer so far. */
  readonly usage: AnswerUsage;
  readonly rewrite: RequestRewrite | undefined;
  readonly catchUp: (() => void) | undefined;
  readonly startedMs: number;
  readonly attributes: SpanAttributes[];
  chunks: number;
  /** Seconds. */
  firstChunk: number | undefined;
}

/** The end of a call that did not end well. */
export interface CallEnd {
  readonly failure?: { readonly error: unknown };
  readonly status?: SpanStatus;
}

/** The open spans of client calls, shared by every copy of this package. */
const clientCalls = sharedState('client-calls', () => new WeakSet<Span>());

/** True for the span of a call that the application makes on a client, whatever its type. */
export const isClientCall = (span: Span): boolean => clientCalls.has(span);

/** The span of a call. One that may not be written is made at the end, with the time of the call. */
class CallSpan {
  readonly now: Span | undefined;
  readonly #tracer: Tracer;
  readonly #options: SpanOptions;
  readonly #isWritten: ClientCall['isWritten'];

  constructor(tracer: Tracer, scope: InstrumentationScope, { span: given, isWritten }: ClientCall) {
    const options: SpanOptions = { ...given };
    options.scope = scope;
    this.#tracer = tracer;
    this.#options = options;
    this.#isWritten = isWritten;
    if (isWritten === undefined) {
      this.now = tracer.startSpan(options);
      clientCalls.add(this.now);
      return;
    }
    options.startTime = epochMs(tracer);
    const parent = currentSpan();
    if (parent !== undefined) options.parent = parent;
  }

  /** One more span of the same call. */
  another(): Span {
    return this.#tracer.startSpan(this.#options);
  }

  atEnd(attributes: readonly SpanAttributes[], isBroken: boolean): Span | undefined {
    if (this.#isWritten === undefined) return this.now;
    const isWritten = this.#isWritten(Object.assign({}, ...attributes) as SpanAttributes, isBroken);
    return isWritten ? this.another() : undefined;
  }
}

/** The usage of a call's answer. */
export function usageOf({ span: { attributes } }: ClientCall): AnswerUsage {
  const { 'gen_ai.provider.name': provider, 'gen_ai.request.model': model } = attributes ?? {};
  return new AnswerUsage({ provider, model });
}

/** Attributes of the usage so far: the client's, completed by that of its requests on the wire. */
function billedAttributes({ usage, span: { now } }: CallWork, isBroken: boolean): SpanAttributes {
  const billed = mostExact([usage.read(isBroken), now === undefined ? undefined : observedUsage(now, isBroken)]);
  return billed === undefined ? {} : usageAttributes(billed);
}

const failureIn = (reader: AnswerReader): unknown => reader.failure?.();
const furtherOf = (reader: AnswerReader): readonly SpanAttributes[] | undefined => reader.more?.();

/** Attributes of the stream so far. */
export function streamAttributes({ reader, chunks, firstChunk }: CallWork): SpanAttributes {
  // After a spread, V8 defines each further member of a literal on its slow path.
  const attributes: SpanAttributes = { ...reader.gathered() };
  attributes['spanline.stream.chunks'] = chunks;
  attributes['gen_ai.response.time_to_first_chunk'] = firstChunk;
  return attributes;
}

/**
 * One call, from its start to its first end. Nothing is kept after the end, however long somebody keeps the client's
 * promise.
 */
export class CallState {
  readonly tracing: CallTracing;
  #work: CallWork | undefined;
  #attempts = 0;
  #latestRequest: unknown;

  constructor(tracing: CallTracing, call: ClientCall) {
    this.tracing = tracing;
    const { reader, rewrite, catchUp, startedMs = performance.now() } = call;
    const span = new CallSpan(tracing.tracer, tracing.scope, call);
    const usage = usageOf(call);
    this.#work = { span, reader, usage, rewrite, catchUp, startedMs, attributes: [], chunks: 0, firstChunk: undefined };
    if (span.now !== undefined) onForcedEnd(span.now, () => this.#flush());
  }

  /** `undefined` after the end. */
  get work(): CallWork | undefined {
    return this.#work;
  }

  guarded<T, A = undefined, B = undefined, C = undefined>(
    fn: (first: A, second: B, third: C) => T,
    first?: A,
    second?: B,
    third?: C,
  ): T | undefined {
    return this.tracing.guard(this.tracing.scope.name, fn, first, second, third);
  }

  attempted(request: unknown): void {
    if (this.#work === undefined || request === this.#latestRequest) return;
    this.#latestRequest = request;
    this.#attempts++;
  }

  /**
   * Ends the call. Only the first end counts.
   *
   * @param read - reads what is known at the end
   */
  end(read: (work: CallWork) => SpanAttributes, { failure, status }: CallEnd = {}): void {
    const work = this.#work;
    if (work === undefined) return;
    this.#work = undefined;
    this.#latestRequest = undefined;
    const { attributes, reader } = work;
    const isBroken = failure !== undefined || status !== undefined;
    const answer = this.guarded(read, work);
    if (answer !== undefined) attributes.push(answer);
    const billed = this.guarded(billedAttributes, work, isBroken);
    if (billed !== undefined) attributes.push(billed);
    if (this.#attempts > 1) attributes.push({ 'spanline.retry.attempt': this.#attempts });
    const span = work.span.now ?? this.guarded(() => work.span.atEnd(attributes, isBroken));
    if (span === undefined) return;
    for (const each of attributes) span.set(each);
    const error = failure === undefined ? this.guarded(failureIn, reader) : failure.error;
    if (failure !== undefined || error !== undefined) span.fail(error);
    span.end(status === undefined ? undefined : { status });
    const further = this.guarded(furtherOf, reader);
    if (further !== undefined) for (const more of further) work.span.another().set(more).end();
  }

  /** The tracer ends the span itself. */
  #flush(): void {
    const work = this.#work;
    if (work === undefined) return;
    this.guarded(() => work.catchUp?.());
    for (const each of work.attributes) work.span.now?.set(each);
    if (work.chunks > 0) work.span.now?.set(streamAttributes(work)).set(billedAttributes(work, true));
  }
}
