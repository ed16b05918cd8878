/** One call of a language model, from its request to the end of its answer. */

import type { Span, SpanAttributes, SpanOptions } from '@spanline/core';
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
import { type Cut, failedWith, takenBack } from './cut.ts';
import { offer, type Recording, withdraw } from './enclosing.ts';

const NOTHING: SpanAttributes = Object.freeze({});

/** Settings of a new recording. */
export interface ModelCallOptions {
  readonly tracing: Tracing;
  /** Settings and messages of the request, in the shape of any event or of a model's parameters. */
  readonly request: Props;
  readonly hidden: Hidden;
  readonly parent?: SpanOptions['parent'];
  readonly startTime?: number | undefined;
  /** The SDK reports the answer by an event only. A middleware below sees it first. */
  readonly isByEvent?: boolean;
  /** Called when the answer turns out to be a stream. Only where the model is wrapped. */
  readonly onStream?: () => void;
  /** Called when a stream has arrived, with an object of the answer. */
  readonly onAnswered?: (holder: unknown) => void;
  /** Called when a stream ends early. */
  readonly onCut?: (how: Cut) => void;
  /** Called when the model gives an error, and no answer. */
  readonly onFailed?: (error: unknown) => void;
}

/** The recording of one call. Only its first end counts. */
export class ModelCall implements Recording {
  readonly span: Span;
  readonly isByEvent: boolean;
  readonly #tracing: Tracing;
  readonly #hidden: Hidden;
  readonly #startedMs = performance.now();
  readonly #signal: AbortSignal | undefined;
  /** Tools of the request. */
  readonly #tools: unknown;
  readonly #onStream: ModelCallOptions['onStream'];
  readonly #onCut: ModelCallOptions['onCut'];
  readonly #onAnswered: ModelCallOptions['onAnswered'];
  readonly #onFailed: ModelCallOptions['onFailed'];
  #endTime: number | undefined;
  #streamed: StreamedAnswer | undefined;
  #firstChunk: number | undefined;

  constructor({
    tracing,
    request,
    hidden,
    parent,
    startTime,
    isByEvent = false,
    onStream,
    onCut,
    onAnswered,
    onFailed,
  }: ModelCallOptions) {
    this.#tracing = tracing;
    this.#hidden = hidden;
    const { abortSignal, tools } = request;
    this.#tools = tools;
    this.#signal = abortSignal instanceof AbortSignal ? abortSignal : undefined;
    this.#onStream = onStream;
    this.#onCut = onCut;
    this.#onAnswered = onAnswered;
    this.#onFailed = onFailed;
    this.isByEvent = isByEvent;
    const { guard } = tracing;
    // A value of the application that cannot be read costs the facts that it is read for, and not the line.
    const { provider, modelId } = request;
    const attributes =
      guard('request', () => requestAttributes(hidden.inputs ? { ...request, tools: undefined } : request)) ??
      requestAttributes({ provider, modelId });
    if (!hidden.inputs) attributes['gen_ai.input.messages'] = guard('messages', () => promptMessages(request));
    const name = `chat ${attributes['gen_ai.request.model'] ?? 'model'}`;
    this.span = tracing.tracer.startSpan(spanOptions(tracing, { name, type: 'llm', parent, startTime, attributes }));
    offer(this.span, this);
    onForcedEnd(this.span, () => this.#describeStream());
  }

  get isOpen(): boolean {
    return this.span.isRecording;
  }

  /** The answer is there, and the SDK will report it later. The call ends now. */
  answered(): void {
    this.#endTime ??= epochMs(this.#tracing.tracer);
  }

  /** Records what the model gives: an answer, a stream, or an error. */
  run<T>(execute: () => PromiseLike<T>, isStreamed = false): Promise<T> {
    const { tracer, guard } = this.#tracing;
    if (isStreamed) this.#opens();
    const fail = (error: unknown): never => {
      guard('model call', () => {
        this.fail(error);
        this.#onFailed?.(error);
      });
      throw error;
    };
    const answer = (result: T): T => guard('model call', () => this.#take(result)) ?? result;
    try {
      return Promise.resolve(tracer.run(this.span, execute)).then(answer, fail);
    } catch (error) {
      return fail(error);
    }
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
    this.#set(() => headerAttributes(props(error)['responseHeaders']));
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

  #usage(result: Props): SpanAttributes {
    const { 'gen_ai.provider.name': provider, 'gen_ai.request.model': model } = attributesOf(this.span) ?? {};
    return answerUsage(result, { provider, model }, observedUsage(this.span), this.#tools);
  }

  #take<T>(result: T): T {
    const answer = props(result);
    const { stream } = answer;
    if (!(stream instanceof ReadableStream)) {
      this.end(answer);
      return result;
    }
    this.#opens();
    const streamed = (this.#streamed = new StreamedAnswer());
    streamed.opened(answer);
    const watched = watchStream(stream, this.#watcher(streamed));
    return watched === undefined ? result : { ...result, stream: watched.stream };
  }

  #opens(): void {
    this.span.set({ 'gen_ai.request.stream': true });
    this.#onStream?.();
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
          this.#onAnswered?.(props(streamed.facts['usage'])['raw']);
        }),
      abandoned: (reason) => guard('model stream', () => this.#left(streamed, reason)),
      failed: (error) =>
        guard('model stream', () => {
          this.fail(error);
          this.#onCut?.(failedWith(error));
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
    this.#onCut?.(how);
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
    if (this.#tracing.guard('answer', () => isBroken(answer)) === true) this.span.fail(MODEL_FAILURE);
    this.#set(() => answerFacts(answer));
    if (!this.#set(() => this.#usage(answer))) this.#set(() => this.#usage({ usage: answer['usage'] }));
    if (!this.#hidden.outputs) this.#set(() => ({ 'gen_ai.output.messages': answerMessages(answer) }));
  }

  /** @returns false if a value cannot be read */
  #set(read: () => SpanAttributes): boolean {
    return this.#tracing.guard('answer', () => this.span.set(read())) !== undefined;
  }
}
