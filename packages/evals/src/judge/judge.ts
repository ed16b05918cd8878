/** Scores by a model. */
import { defaultTracer } from '@spanline/core';
import { priceOf } from '@spanline/core/internal';
import { BoundedMap, checkOptions, SpanlineError } from '@spanline/record';
import { createOutside } from '../evaluating.ts';
import type { EvaluatorContext } from '../feedback/feedback.ts';
import type { Verdict } from '../feedback/verdict.ts';
import { isUnbilled, tryAgain } from './attempts.ts';
import { judgeBudget } from './budget.ts';
import type { JudgeAnswer } from './clients/complete.ts';
import { connect } from './clients/connect.ts';
import { JudgeError } from './judge-error.ts';
import { type Judge, JUDGE_SHAPE, type JudgeOptions, type JudgeStats } from './judge-options.ts';
import { createPrompts, type JudgePrompt } from './prompt.ts';
import { readAnswer } from './read-answer.ts';
import { callFacts, recordCall } from './recorded-call.ts';
import { labelScale, numberScale } from './scale.ts';
import { Slots } from './slots.ts';

function faulty(name: string, expected: string): SpanlineError {
  return new SpanlineError({ code: 'ERR_INVALID_OPTION', option: name, expected });
}

/** Most tokens of most texts: English has four letters a token, Chinese one of three bytes. */
const tokensOf = (text: string): number => Math.ceil(Buffer.byteLength(text) / 3);

/** A signal that fires after a time, or with another one. */
function limited(ms: number, outer: AbortSignal | undefined): { signal: AbortSignal; stop: () => void } {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(new DOMException('The judgement timed out', 'TimeoutError')), ms);
  const abort = (): void => controller.abort(outer?.reason);
  outer?.addEventListener('abort', abort, { once: true });
  if (outer?.aborted === true) abort();
  return {
    signal: controller.signal,
    stop() {
      clearTimeout(timer);
      outer?.removeEventListener('abort', abort);
    },
  };
}

/**
 * Makes an evaluator of a model: it scores any values by a rubric, with a reason.
 *
 * - What is judged is data: it stands between tags that nobody can guess, and a verdict counts only with the same id.
 * - A judgement that fails throws. It is counted, and never a score of 0.
 * - Each call has an `evaluator` span in a trace of its own, with its tokens and cost. They are never the request's.
 *
 * @throws SpanlineError `ERR_INVALID_OPTION`
 * @example
 * ```ts
 * import { feedback, field, judge } from '@spanline/evals';
 * import OpenAI from 'openai';
 *
 * const polite = judge({
 *   client: new OpenAI({ apiKey: 'sk-…' }),
 *   model: 'gpt-4o-mini',
 *   rubric: 'Judge how polite the answer is. 10 is a warm answer, 0 an insult.',
 *   budget: 5,
 * });
 * feedback({ name: 'politeness', on: { answer: field.answer }, fn: polite, source: 'llm_judge', sample: 0.1 });
 * ```
 */
export function judge(options: JudgeOptions): Judge {
  checkOptions(JUDGE_SHAPE, options);
  const { rubric, labels, examples = [], retries = 2, maxTokens = 1000, timeoutMs = 60_000, callUsd } = options;
  const connection = connect(options.client);
  if (connection === undefined) throw faulty('client', 'a client');
  if (options.scale !== undefined && labels !== undefined) throw faulty('labels', 'absent if scale is given');
  const model = options.model ?? connection.model;
  if (model === undefined && connection.needsModel === true) throw faulty('model', 'given for this client');
  const tracer = options.tracer ?? defaultTracer();
  const scale = labels === undefined ? numberScale(options.scale ?? { min: 0, max: 10 }) : labelScale(labels);
  const prompts = createPrompts({ rubric, scale, examples });
  const facts = callFacts(connection, model, prompts.version);
  const budget = typeof options.budget === 'number' ? judgeBudget({ perDayUsd: options.budget }) : options.budget;
  const cache = options.cache === 0 ? undefined : new BoundedMap<string, Verdict>(Math.max(2, options.cache ?? 1000));
  const running = new Map<string, Promise<Verdict>>();
  const slots = new Slots(options.concurrency ?? 4);
  const outside = createOutside();
  const counts: JudgeStats = { judged: 0, cached: 0, failed: 0, refused: 0, retries: 0, spentUsd: 0 };

  /** The most that a call can cost. */
  function mostOf(inputTokens: number): number | undefined {
    if (callUsd !== undefined) return callUsd;
    return priceOf(tracer, {
      provider: facts['gen_ai.provider.name'],
      host: facts['server.address'],
      port: facts['server.port'],
      requestModel: facts['gen_ai.request.model'],
      units: { input_tokens: inputTokens, output_tokens: maxTokens },
    });
  }
  const mostUsdOf = ({ system, user }: JudgePrompt): number | undefined => mostOf(tokensOf(system) + tokensOf(user));
  if (budget !== undefined && mostOf(1) === undefined) {
    throw faulty('callUsd', 'given, because the model has no known price and the judge has a budget');
  }

  async function ask({ system, user }: JudgePrompt, signal: AbortSignal): Promise<JudgeAnswer> {
    const given = await connection?.complete({ system, user, model, maxTokens, signal });
    return typeof given === 'object' ? given : { text: String(given ?? '') };
  }

  async function call(prompt: JudgePrompt, signal: AbortSignal): Promise<JudgeAnswer> {
    const most = budget === undefined ? 0 : (mostUsdOf(prompt) ?? 0);
    const reserved = await budget?.reserve(most);
    try {
      const onRetry = (): void => void counts.retries++;
      const { answer, usd } = await recordCall({
        tracer,
        outside,
        facts,
        name: model === undefined ? 'judge' : `judge ${model}`,
        ask: () => tryAgain(() => ask(prompt, signal), { retries, slots, signal, onRetry }),
      });
      counts.spentUsd += usd ?? 0;
      await reserved?.settle(usd ?? most);
      return answer;
    } catch (error) {
      // A call that took too long may be billed all the same.
      if (isUnbilled((error as Error).cause)) await reserved?.settle(0);
      throw error;
    }
  }

  async function judged(prompt: JudgePrompt, context: Partial<EvaluatorContext>): Promise<Verdict> {
    const { signal, stop } = limited(timeoutMs, context.signal);
    try {
      const { text } = await slots.run(signal, () => call(prompt, signal));
      const read = readAnswer(text, prompt.id, scale);
      if (typeof read === 'string') throw new JudgeError('ERR_JUDGE_VERDICT', `the model gave no verdict: ${read}`);
      const verdict = { ...read, version: prompts.version };
      counts.judged++;
      cache?.set(prompt.key, verdict);
      return verdict;
    } catch (error) {
      counts.failed++;
      if ((error as { code?: unknown }).code === 'ERR_JUDGE_BUDGET') counts.refused++;
      throw error;
    } finally {
      stop();
    }
  }

  /** The same values at the same time are judged once. */
  function evaluate(
    values: Readonly<Record<string, unknown>>,
    context: Partial<EvaluatorContext> = {},
  ): Promise<Verdict> {
    const prompt = prompts.of(values);
    const known = cache?.get(prompt.key);
    if (known !== undefined) {
      counts.cached++;
      return Promise.resolve(known);
    }
    const same = cache === undefined ? undefined : running.get(prompt.key);
    if (same !== undefined) {
      return same.then((verdict) => {
        counts.cached++;
        return verdict;
      });
    }
    const verdict = judged(prompt, context).finally(() => running.delete(prompt.key));
    running.set(prompt.key, verdict);
    return verdict;
  }

  return Object.assign(evaluate, {
    model,
    version: prompts.version,
    mostUsd: (values: Readonly<Record<string, unknown>>) => mostUsdOf(prompts.of(values)),
    stats: (): JudgeStats => ({ ...counts }),
  });
}
