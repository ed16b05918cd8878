import type { Span, SpanAttributes } from '@spanline/core';
import { bag, text } from '@spanline/instrumentation';
import { componentName } from './components.ts';
import { toModelMessages } from './messages.ts';
import { readModelCall } from './model-call.ts';
import { readBrokenAnswer, readModelError, readModelOutput } from './model-output.ts';
import type { Method } from './replace-method.ts';
import { SCOPE } from './scope.ts';
import { addStreamEvent, answerSoFar, createStreamedTokens, type StreamedTokens } from './tokens.ts';
import type { Tracing } from './traced-method.ts';

/** Calls a method of a component, if it has one. */
function ask(self: object, name: string, ...args: unknown[]): unknown {
  const method: unknown = (self as Record<string, unknown>)[name];
  return typeof method === 'function' ? Reflect.apply(method, self, args) : undefined;
}

/** A prompt, a string or messages, as the model itself reads them. */
function messagesOf(self: object, input: unknown): unknown[] {
  const messages = ask(ask(self.constructor, '_convertInputToPromptValue', input) as object, 'toChatMessages');
  return Array.isArray(messages) ? messages : [];
}

function startSpan({ tracer, guard, capture }: Tracing, self: object, input: unknown, options: unknown): Span {
  const where = 'langchain streamEvents';
  const className = componentName(self);
  const extra = { options, invocation_params: guard(where, () => ask(self, 'invocationParams', options ?? {})) };
  const metadata = bag(guard(where, () => ask(self, 'getLsParams', options ?? {})));
  const call = guard(where, () => readModelCall(ask(self, 'toJSON'), extra, metadata, className));
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

/** LangChain keeps the events and reads to the end whoever listens, so that listening takes nothing from the application. */
async function listen(stream: AsyncIterable<unknown>, span: Span, tokens: StreamedTokens): Promise<unknown> {
  for await (const event of stream) {
    if (addStreamEvent(tokens, event)) span.set(answerSoFar(tokens));
  }
  return (stream as { output?: unknown }).output;
}

/** What is told of a stream when it is over. */
interface Story {
  readonly tokens: StreamedTokens;
  end(message: unknown): void;
  fail(error: unknown): void;
}

function storyOf({ guard }: Tracing, span: Span, options: unknown): Story {
  const startedMs = performance.now();
  const tokens = createStreamedTokens();
  const tell = (attributes: () => SpanAttributes): void => {
    guard('langchain streamEvents', () => span.set(attributes()));
  };
  return {
    tokens,
    end(message) {
      // The clients of OpenAI and Anthropic end a stream that was aborted as if it were whole.
      const isAborted = bag(bag(options)['signal'])['aborted'] === true;
      const result = { generations: [[{ message }]] };
      if (isAborted) tell(() => readBrokenAnswer(tokens, startedMs));
      else tell(() => readModelOutput(result, { cached: false, startedMs, tokens }));
      span.end(isAborted ? { status: 'aborted' } : undefined);
    },
    fail(error) {
      tell(() => ({ ...readBrokenAnswer(tokens, startedMs), ...readModelError(error) }));
      span.fail(error).end();
    },
  };
}

/**
 * Turns `model.streamEvents` of a chat model, in its third version, into a traced one. The earlier versions report callbacks.
 */
export function tracedStreamEvents(tracing: Tracing): (original: Method) => Method {
  const { tracer, guard } = tracing;
  return (original) =>
    function streamEvents(this: object, ...args: unknown[]): unknown {
      const [input, options] = args;
      const version = text(bag(options)['version']);
      const hasCallbacks = version === 'v1' || version === 'v2';
      const span = hasCallbacks
        ? undefined
        : guard('langchain streamEvents', () => startSpan(tracing, this, input, options));
      if (span === undefined) return Reflect.apply(original, this, args);
      const story = storyOf(tracing, span, options);
      let stream: unknown;
      try {
        stream = tracer.run(span, () => Reflect.apply<object, unknown[], unknown>(original, this, args));
      } catch (error) {
        story.fail(error);
        throw error;
      }
      if (typeof bag(stream)[Symbol.asyncIterator as never] === 'function') {
        void listen(stream as AsyncIterable<unknown>, span, story.tokens).then(story.end, story.fail);
      } else span.end();
      return stream;
    };
}
