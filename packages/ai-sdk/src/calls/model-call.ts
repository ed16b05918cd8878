/** One call of a language model, from its request to the end of its answer. */

import type { Span, SpanAttributes } from '@spanline/core';
import {
  attributesOf,
  epochMs,
  observedUsage,
  onForcedEnd,
  type Props,
  props,
  type StreamWatcher,
  watchStream,
} from '@spanline/instrumentation';
import {
  answerFacts,
  answerMessages,
  answerUsage,
  headerAttributes,
  isBroken,
  MODEL_FAILURE,
  toSeconds,
} from '../objects/answer.ts';
import { type Hidden, shownError } from '../objects/hidden.ts';
import { promptMessages } from '../objects/messages.ts';
import { requestAttributes } from '../objects/request.ts';
import { StreamedAnswer } from '../objects/streamed-answer.ts';
import { spanOptions, type Tracing } from '../tracing.ts';
import type { CallEnds, CallPlace } from './call-place.ts';
import { type Cut, failedWith, takenBack } from './cut.ts';
import { offer, withdraw } from './enclosing.ts';
import type { OpenCall } from './open-call.ts';
import type { Operation } from './operation.ts';
import type { Recording } from './recording.ts';

const NOTHING: SpanAttributes = Object.freeze({});

const errorFacts = (error: unknown): SpanAttributes => headerAttributes(props(error)['responseHeaders']);

const outputFacts = (answer: Props): SpanAttributes => ({ 'gen_ai.output.messages': answerMessages(answer) });

const setFacts = <A>(span: Span, read: (from: A) => SpanAttributes, from: A): Span => span.set(read(from));

const NOWHERE: CallPlace = Object.freeze({});

/** The recording of one call. Only its first end counts. */
export class ModelCall implements OpenCall, Recording {
  readonly span: Span;
  readonly isByEvent: boolean;
  readonly #tracing: Tracing;
  readonly #hidden: Hidden;
  readonly #startedMs = performance.now();
  #signal: AbortSignal | undefined;
  /** Tools of the request. */
  readonly #tools: unknown;
  readonly #operation: Operation | undefined;
  readonly #ends: CallEnds | undefined;
  #endTime: number | undefined;
  #streamed: StreamedAnswer | undefined;
  #firstChunk: number | undefined;

  /**
   * @param request - settings and messages, in the shape of any event or of a model's parameters
   * @param isByEvent - the SDK reports the answer by an event only. A middleware below sees it first
   */
  constructor(tracing: Tracing, request: Props, hidden: Hidden, isByEvent = false, place = NOWHERE) {
    this.#tracing = tracing;
    this.#hidden = hidden;
    const { abortSignal, tools } = request;
    this.#tools = tools;
    this.takeSignal(abortSignal);
    const { parent, startTime, operation, ends } = place;
    this.#operation = operation;
    this.#ends = ends;
    this.isByEvent = isByEvent;
    const { guard } = tracing;
    // A value of the application that cannot be read costs the facts that it is read for, and not the line.
    const { provider, modelId } = request;
    const settings = hidden.inputs ? { ...request, tools: undefined } : request;
    const attributes = guard('request', requestAttributes, settings) ?? requestAttributes({ provider, modelId });
    if (!hidden.inputs) attributes['gen_ai.input.messages'] = guard('messages', promptMessages, request);
    const name = `chat ${attributes['gen_ai.request.model'] ?? 'model'}`;
    this.span = tracing.tracer.startSpan(spanOptions(tracing, { name, type: 'llm', parent, startTime, attributes }));
    offer(this.span, this);
  }

  get isOpen(): boolean {
    return this.span.isRecording;
  }

  takeSignal(signal: unknown): void {
    if (signal instanceof AbortSignal) this.#signal = signal;
  }

  /** The answer is there, and the SDK will report it later. The call ends now. */
  answered(): void {
    this.#endTime ??= epochMs(this.#tracing.tracer);
  }

  /** Records what the model gives: an answer, a stream, or an error. */
  async run<T>(execute: () => PromiseLike<T>, isStreamed = false): Promise<T> {
    const { tracer, guard } = this.#tracing;
    if (isStreamed) this.#opens();
    let result: T;
    try {
      result = await tracer.run(this.span, execute);
    } catch (error) {
      guard('model call', ModelCall.#fail, this as ModelCall, error);
      throw error;
    }
    return guard('model call', ModelCall.#take<T>, this as ModelCall, result) ?? result;
  }

  static #fail(this: void, call: ModelCall, error: unknown): void {
    call.fail(error);
    if (call.#operation !== undefined) call.#ends?.onFailed?.(call.#operation, error);
  }

  /** Ends the call with an answer that came whole. */
  end(result: Props, more: SpanAttributes = NOTHING, endTime?: number): void {
    if (!this.isOpen) return;
    this.#describe(result);
    this.span.set(more);
    this.#close({ endTime: endTime ?? this.#endTime });
  }

  fail(error: unknown, endTime?: number): void {
    if (!this.isOpen) return;
    this.#describeStream();
    this.#set(errorFacts, error);
    this.span.fail(shownError(error, this.#hidden));
    this.#close({ endTime });
  }

  /** Ends a call that nobody waits for any more. */
  leave(status: 'abandoned' | 'aborted'): void {
    if (!this.isOpen) return;
    this.#describeStream();
    this.#close({ status });
  }

  #close(options: { status?: 'abandoned' | 'aborted'; endTime?: number | undefined }): void {
    withdraw(this.span);
    this.#streamed = undefined;
    this.span.end(options);
  }

  static #take<T>(this: void, call: ModelCall, result: T): T {
    const answer = props(result);
    const { stream } = answer;
    if (stream instanceof ReadableStream) return call.#watch(result, answer, stream);
    call.end(answer);
    return result;
  }

  #watch<T>(result: T, answer: Props, stream: ReadableStream): T {
    this.#opens();
    const streamed = (this.#streamed = new StreamedAnswer());
    onForcedEnd(this.span, () => this.#describeStream());
    streamed.opened(answer);
    const watched = watchStream(stream, this.#watcher(streamed));
    return watched === undefined ? result : { ...result, stream: watched.stream };
  }

  #opens(): void {
    this.span.set({ 'gen_ai.request.stream': true });
    if (this.#operation !== undefined) this.#ends?.onStream?.(this.#operation);
  }

  #watcher(streamed: StreamedAnswer): StreamWatcher {
    const { tracer, guard } = this.#tracing;
    return {
      run: (fn) => (this.isOpen ? tracer.run(this.span, fn) : fn()),
      chunk: (part) =>
        guard('model stream', () => {
          if (streamed.add(part)) this.#firstChunk ??= performance.now() - this.#startedMs;
        }),
      done: () =>
        guard('model stream', () => {
          if (streamed.failure === undefined || streamed.isComplete) this.#describeStream();
          if (streamed.failure !== undefined) return this.fail(streamed.failure.error);
          this.#close({});
          const { raw } = props(streamed.facts['usage']);
          if (this.#operation !== undefined) this.#ends?.onAnswered?.(this.#operation, raw, this.#signal);
        }),
      abandoned: (reason) => guard('model stream', () => this.#left(streamed, reason)),
      failed: (error) =>
        guard('model stream', () => {
          this.fail(error);
          this.#cut(failedWith(error));
        }),
    };
  }

  /**
   * The SDK cancels the stream of a call that was aborted, with the reason.
   *
   * @param given - the reason that the stream was cancelled with
   */
  #left(streamed: StreamedAnswer, given: unknown): void {
    if (!this.isOpen) return;
    const reason: unknown = this.#signal?.aborted === true ? this.#signal.reason : given;
    if (streamed.failure !== undefined) return this.fail(streamed.failure.error);
    if (streamed.isComplete) {
      this.#describeStream();
      return this.#close({});
    }
    const how: Cut = reason === undefined ? { status: 'abandoned' } : takenBack(reason);
    if (how.failure !== undefined) return this.fail(reason);
    this.leave(how.status ?? 'aborted');
    this.#cut(how);
  }

  #cut(how: Cut): void {
    if (this.#operation !== undefined) this.#ends?.onCut?.(this.#operation, how);
  }

  /** Sets what has arrived of a stream. */
  #describeStream(): void {
    const streamed = this.#streamed;
    if (streamed === undefined) return;
    this.#streamed = undefined;
    this.#describe({ ...streamed.facts, content: streamed.parts() });
    this.span.set({
      'spanline.stream.chunks': streamed.chunks,
      'gen_ai.response.time_to_first_chunk': toSeconds(this.#firstChunk),
    });
  }

  /** Sets facts, usage and content of an answer, and the failure of one that ends with an error. */
  #describe(answer: Props): void {
    if (this.#tracing.guard('answer', isBroken, answer) === true) this.span.fail(MODEL_FAILURE);
    this.#set(answerFacts, answer);
    const isCounted = this.#tracing.guard('answer', ModelCall.#setUsage, this, answer) !== undefined;
    if (!isCounted) this.#tracing.guard('answer', ModelCall.#setUsage, this, { usage: answer['usage'] });
    if (!this.#hidden.outputs) this.#set(outputFacts, answer);
  }

  static #setUsage(this: void, call: ModelCall, answer: Props): Span {
    const { span } = call;
    const { 'gen_ai.provider.name': provider, 'gen_ai.request.model': model } = attributesOf(span) ?? {};
    return span.set(answerUsage(answer, { provider, model }, observedUsage(span), call.#tools));
  }

  #set<A>(read: (from: A) => SpanAttributes, from: A): void {
    this.#tracing.guard('answer', setFacts<A>, this.span, read, from);
  }
}
