/** `model.streamEvents()` in its third version, which reports no callbacks. */

import type { Span, SpanAttributes } from '@spanline/core';
import { attributesOf, classNameOf, type Method, observedUsage, props, text } from '@spanline/instrumentation';
import { readBrokenAnswer, readModelError, readModelOutput } from '../models/answer.ts';
import { readModelRequest } from '../models/request.ts';
import { addStreamEvent, createStreamedAnswer, partialOutput, type StreamedAnswer } from '../models/streamed-answer.ts';
import { toModelMessages } from '../objects/messages.ts';
import { SCOPE } from '../scope.ts';
import { openCall, outerCall } from './open-calls.ts';
import type { Tracing } from './tracing.ts';

/** Calls a method, if the component has it. */
function callMethod(self: object, name: string, ...args: unknown[]): unknown {
  const method: unknown = (self as Record<string, unknown>)[name];
  return typeof method === 'function' ? Reflect.apply(method, self, args) : undefined;
}

/** The messages of an input (prompt, string or messages), as the model converts them. */
function messagesOf(self: object, input: unknown): unknown[] {
  const messages = callMethod(
    callMethod(self.constructor, '_convertInputToPromptValue', input) as object,
    'toChatMessages',
  );
  return Array.isArray(messages) ? messages : [];
}

function startSpan({ tracer, guard, capture }: Tracing, self: object, input: unknown, options: unknown): Span {
  const where = 'langchain streamEvents';
  const className = classNameOf(self);
  const extra = { options, invocation_params: guard(where, () => callMethod(self, 'invocationParams', options ?? {})) };
  const metadata = props(guard(where, () => callMethod(self, 'getLsParams', options ?? {})));
  const call = guard(where, () => readModelRequest(callMethod(self, 'toJSON'), extra, metadata, className));
  const span = tracer.startSpan({
    scope: SCOPE,
    name: `chat ${call?.model ?? className}`,
    type: 'llm',
    ...(capture === undefined ? {} : { capture }),
  });
  guard(where, () =>
    span.set({ ...call?.attributes }).set({ 'gen_ai.input.messages': toModelMessages(messagesOf(self, input)) }),
  );
  return span;
}

/** Reads the stream. LangChain keeps the events for every reader, so that the application misses none. */
async function readStream(stream: AsyncIterable<unknown>, span: Span, answer: StreamedAnswer): Promise<unknown> {
  for await (const event of stream) {
    if (addStreamEvent(answer, event)) span.set(partialOutput(answer));
  }
  return (stream as { output?: unknown }).output;
}

/** Ends the span of one stream. */
interface StreamEnd {
  readonly answer: StreamedAnswer;
  end(message: unknown): void;
  fail(error: unknown): void;
}

function createStreamEnd({ guard }: Tracing, span: Span, options: unknown): StreamEnd {
  const startedMs = performance.now();
  const requestModel = attributesOf(span)?.['gen_ai.request.model'];
  const answer = createStreamedAnswer(requestModel);
  const setAttributes = (attributes: () => SpanAttributes): void => {
    guard('langchain streamEvents', () => span.set(attributes()));
  };
  return {
    answer,
    end(message) {
      // The clients of OpenAI and Anthropic end an aborted stream normally.
      const isAborted = props(props(options)['signal'])['aborted'] === true;
      const result = { generations: [[{ message }]] };
      const observed = observedUsage(span, isAborted);
      const arrival = { isCached: false, startedMs, streamed: answer, observed, requestModel };
      if (isAborted) setAttributes(() => readBrokenAnswer(answer, startedMs, observed));
      else setAttributes(() => readModelOutput(result, arrival));
      span.end(isAborted ? { status: 'aborted' } : undefined);
    },
    fail(error) {
      setAttributes(() => ({
        ...readBrokenAnswer(answer, startedMs, observedUsage(span, true)),
        ...readModelError(error),
      }));
      span.fail(error).end();
    },
  };
}

/** Wraps `model.streamEvents` of a chat model. Versions 1 and 2 report callbacks and pass through. */
export function tracedStreamEvents(tracing: Tracing): (original: Method) => Method {
  const { tracer, guard } = tracing;
  return (original) =>
    function streamEvents(this: object, ...args: unknown[]): unknown {
      const [input, options] = args;
      const version = text(props(options)['version']);
      const hasCallbacks = version === 'v1' || version === 'v2';
      const span =
        hasCallbacks || outerCall(this, 'stream') !== undefined
          ? undefined
          : guard('langchain streamEvents', () => startSpan(tracing, this, input, options));
      if (span === undefined) return Reflect.apply(original, this, args);
      openCall(span, this, 'stream');
      const end = createStreamEnd(tracing, span, options);
      let stream: unknown;
      try {
        stream = tracer.run(span, () => Reflect.apply<object, unknown[], unknown>(original, this, args));
      } catch (error) {
        end.fail(error);
        throw error;
      }
      if (typeof props(stream)[Symbol.asyncIterator as never] === 'function') {
        void readStream(stream as AsyncIterable<unknown>, span, end.answer).then(end.end, end.fail);
      } else span.end();
      return stream;
    };
}
