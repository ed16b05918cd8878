import type { Span } from '@spanline/core';
import { bag, text } from '@spanline/core/source';
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

/**
 * Turns `model.streamEvents` of a chat model, in its third version, into a traced one. The earlier versions report callbacks.
 */
export function tracedStreamEvents(tracing: Tracing): (original: Method) => Method {
  const { tracer, guard } = tracing;
  return (original) =>
    function streamEvents(this: object, ...args: unknown[]): unknown {
      const [input, options] = args;
      const version = text(bag(options)['version']);
      const span =
        version === 'v1' || version === 'v2'
          ? undefined
          : guard('langchain streamEvents', () => startSpan(tracing, this, input, options));
      if (span === undefined) return Reflect.apply(original, this, args);
      const startedMs = performance.now();
      const tokens = createStreamedTokens();
      const fail = (error: unknown): void => {
        guard('langchain streamEvents', () =>
          span.set({ ...readBrokenAnswer(tokens, startedMs), ...readModelError(error) }),
        );
        span.fail(error).end();
      };
      let stream: unknown;
      try {
        stream = tracer.run(span, () => Reflect.apply<object, unknown[], unknown>(original, this, args));
      } catch (error) {
        fail(error);
        throw error;
      }
      if (typeof bag(stream)[Symbol.asyncIterator as never] !== 'function') {
        span.end();
        return stream;
      }
      const end = (message: unknown): void => {
        const result = { generations: [[{ message }]] };
        guard('langchain streamEvents', () => span.set(readModelOutput(result, { cached: false, startedMs, tokens })));
        span.end();
      };
      void listen(stream as AsyncIterable<unknown>, span, tokens).then(end, fail);
      return stream;
    };
}
