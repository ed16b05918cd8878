/** Calls of models by a client that has no wrapper. */
import { isObject, props } from '@spanline/record';
import type { Content } from '../api/index.ts';
import { admitText, readProperty } from '../gate/index.ts';
import { providerOf } from '../providers/index.ts';
import {
  answeredModel,
  AnswerUsage,
  type NormalizedUsage,
  normalizeUsage,
  usageAttributes,
  type UsageContext,
} from '../usage/index.ts';
import { readOptions, runStep, type Step, STEP_OPTIONS, type StepOptions, type StepShape, type Work } from './step.ts';

/** A model's answer, as `answer` reads it from the result. */
export interface LlmAnswer {
  /** The answer's messages or text. */
  output?: Content;
  /** Token usage in the shape of any provider or framework, or the whole answer around it, which has more. */
  usage?: unknown;
  /** Name of the model that answered. @defaultValue the one that the answer around the usage names */
  model?: string | undefined;
  /** The provider's id of the answer. */
  id?: string | undefined;
  /** Why the model stopped, one reason per choice. */
  finishReasons?: readonly string[] | undefined;
}

/** Options of {@link llmSpan}. */
export interface LlmSpanOptions<R = unknown> extends StepOptions {
  /** Name of the model. */
  model: string;
  /** OpenTelemetry's name of the provider: `openai`, `aws.bedrock`. */
  provider?: string | undefined;
  /** The messages of the request. */
  messages: Content;
  temperature?: number | undefined;
  topP?: number | undefined;
  maxTokens?: number | undefined;
  /** Reads the answer from the result. @defaultValue the result is the output, and has the token usage */
  answer?: ((result: R) => LlmAnswer) | undefined;
}

/** Keys of answers that hold a usage object. */
const USAGE_KEYS = ['usage', 'usageMetadata', 'usage_metadata', 'response_metadata', 'usage_info', 'usageInfo', 'meta'];

/** Counts of answers that have no usage object: Ollama's, and those of models that Bedrock runs. */
const COUNT_KEYS = ['eval_count', 'prompt_eval_count', 'prompt_token_count', 'inputTextTokenCount'];

/** The answer has more than its usage object. The AI SDK's streams have it later, in promises that read them. */
function wholeAnswer(result: unknown): LlmAnswer {
  const answer = props(result);
  const hasUsage =
    !('textStream' in answer) &&
    (USAGE_KEYS.some((key) => isObject(answer[key])) || COUNT_KEYS.some((key) => typeof answer[key] === 'number'));
  return { output: result, usage: hasUsage ? answer : undefined };
}

/** The usage in the chunks of a stream. */
function streamedUsage(
  chunks: readonly unknown[],
  context: UsageContext,
  isBroken: boolean,
): NormalizedUsage | undefined {
  const usage = new AnswerUsage(context);
  for (const chunk of chunks) usage.add(chunk);
  return usage.read(isBroken);
}

/** The usage that an answer has, in an event of a stream or around it, or that the chunks of the result have. */
function usageOf(
  answer: LlmAnswer,
  result: unknown,
  context: UsageContext,
  isBroken: boolean,
): NormalizedUsage | undefined {
  const reported = normalizeUsage(answer.usage, context) ?? streamedUsage([answer.usage], context, isBroken);
  return reported ?? (Array.isArray(result) ? streamedUsage(result, context, isBroken) : undefined);
}

const LLM_SHAPE: StepShape<LlmSpanOptions> = {
  operation: 'chat',
  names: {
    ...STEP_OPTIONS,
    model: true,
    provider: true,
    messages: true,
    temperature: true,
    topP: true,
    maxTokens: true,
    answer: true,
  },
  callbacks: ['answer'],
};

/**
 * Runs a call of a model as an `llm` span. It records messages, parameters, answer, tokens and cost. Use it for a
 * client that has no wrapper.
 *
 * @example
 * ```ts
 * import { llmSpan } from '@spanline/core';
 *
 * const ask = async () => ({ text: 'because', usage: { prompt_tokens: 12, completion_tokens: 3 } });
 * await llmSpan(
 *   { model: 'gpt-4o', messages: 'why?', answer: ({ text, usage }) => ({ output: text, usage }) },
 *   ask,
 * );
 * ```
 */
export function llmSpan<T>(options: LlmSpanOptions<Awaited<T>>, fn: Work<T>): T {
  const given = readOptions(options, LLM_SHAPE);
  const { messages, temperature, topP, maxTokens, answer: readAnswer = wholeAnswer } = given;
  const model = admitText(given.model);
  const provider = admitText(given.provider);
  const host = admitText(readProperty(given.attributes, 'server.address'));
  const step: Step<Awaited<T>> = {
    operation: LLM_SHAPE.operation,
    subject: model,
    type: 'llm',
    attributes: {
      'gen_ai.provider.name': providerOf({ host, id: provider, model }),
      'gen_ai.request.model': model,
      'gen_ai.request.temperature': temperature,
      'gen_ai.request.top_p': topP,
      'gen_ai.request.max_tokens': maxTokens,
    },
    input: messages,
    output(span, result, isBroken) {
      const reported: unknown = readAnswer(result);
      const answer: LlmAnswer = isObject(reported) ? reported : { output: reported };
      const answered = answer.model ?? answeredModel(answer.usage ?? (Array.isArray(result) ? result : undefined));
      const context = { provider, model: admitText(answered) ?? model };
      const usage = usageOf(answer, result, context, isBroken);
      if (usage !== undefined) span.set(usageAttributes(usage));
      span.set({
        'gen_ai.response.model': answered,
        'gen_ai.response.id': answer.id,
        'gen_ai.response.finish_reasons': answer.finishReasons,
      });
      if (answer.output !== undefined) span.output(answer.output);
    },
  };
  return runStep(given, step, fn);
}
