/** Guards a language model of the AI SDK. */
import { Answer } from '../gate/answer.ts';
import { GatedStream, gateWhole } from '../gate/gated-stream.ts';
import { checkInput } from '../gate/input.ts';
import { Engine, type UseGuardsOptions } from '../guards/engine.ts';
import { aiSdkShape, promptOf } from '../shapes/ai-sdk.ts';
import { messageTexts } from '../shapes/requests.ts';

interface Call {
  readonly params: unknown;
}

/** A middleware for `wrapLanguageModel` of `ai` 6 (`LanguageModelV3Middleware`) and 7 (`LanguageModelV4Middleware`). */
export interface GuardMiddleware {
  readonly specificationVersion: 'v3';
  wrapGenerate<T>(call: Call & { readonly doGenerate: () => PromiseLike<T> }): Promise<T>;
  wrapStream<T>(call: Call & { readonly doStream: () => PromiseLike<T> }): Promise<T>;
}

function iteratorOf(stream: ReadableStream<unknown>): AsyncIterator<unknown> {
  const reader = stream.getReader();
  return {
    async next() {
      const result = await reader.read();
      return result.done ? { done: true, value: undefined } : { done: false, value: result.value };
    },
    async return() {
      await reader.cancel();
      return { done: true, value: undefined };
    },
  };
}

/** Errors of a model are parts of its stream, as those of providers are. */
function gatedParts(stream: ReadableStream<unknown>, answer: Answer): ReadableStream<unknown> {
  const parts = new GatedStream(iteratorOf(stream), answer, aiSdkShape());
  return new ReadableStream<unknown>(
    {
      async pull(controller) {
        try {
          const { done, value } = await parts.next();
          if (done === true) controller.close();
          else controller.enqueue(value);
        } catch (error) {
          if (answer.stop?.error !== error) {
            controller.error(error);
            return;
          }
          controller.enqueue({ type: 'error', error });
          controller.close();
        }
      },
      async cancel() {
        await parts.return();
      },
    },
    { highWaterMark: 0 },
  );
}

/**
 * Creates a middleware that guards each call of a language model: prompts, texts, reasoning, arguments of tools. Put it
 * before `spanlineMiddleware` in the list, so that the model's span has the answer of the model.
 *
 * @throws SpanlineError `ERR_INVALID_OPTION`
 * @example
 * ```ts
 * import { openai } from '@ai-sdk/openai';
 * import { detectors, guardMiddleware, redactOutput } from '@spanline/guards';
 * import { wrapLanguageModel } from 'ai';
 *
 * const model = wrapLanguageModel({
 *   model: openai('gpt-4o'),
 *   middleware: guardMiddleware({ guards: [redactOutput({ rules: detectors(), failMode: 'closed' })] }),
 * });
 * ```
 */
export function guardMiddleware(options: UseGuardsOptions): GuardMiddleware {
  const engine = new Engine(options);
  const check = ({ params }: Call): Promise<void> =>
    checkInput(engine, { texts: messageTexts(promptOf(params)) }, 'input');
  return {
    specificationVersion: 'v3',
    async wrapGenerate({ doGenerate, ...call }) {
      await check(call);
      const answer = new Answer(engine, 'output');
      return gateWhole(await doGenerate(), answer, aiSdkShape()) as Promise<Awaited<ReturnType<typeof doGenerate>>>;
    },
    async wrapStream({ doStream, ...call }) {
      await check(call);
      const answer = new Answer(engine, 'output');
      const result = await doStream();
      const { stream } = result as { stream: ReadableStream<unknown> };
      return { ...result, stream: gatedParts(stream, answer) };
    },
  };
}
