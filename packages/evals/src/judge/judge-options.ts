/** Options of judges. */
import type { Tracer } from '@spanline/core';
import { option, type Shape } from '@spanline/record';
import type { EvaluatorContext } from '../feedback/feedback.ts';
import type { Verdict } from '../feedback/verdict.ts';
import type { JudgeBudget } from './budget.ts';
import { connect, type JudgeClient } from './clients/connect.ts';
import type { JudgeExample } from './prompt.ts';
import type { LabelScale, NumberScale } from './scale.ts';

/** Options of every judge. */
export interface JudgeModelOptions {
  /**
   * A client of OpenAI or Anthropic (wrapped or not), a chat model of LangChain, a language model of the AI SDK, or a
   * function that asks a model.
   */
  client: JudgeClient;
  /** Name of the model. A client of OpenAI or Anthropic needs it. @defaultValue that of the client */
  model?: string;
  /** US dollars that the judge may spend in a UTC day, or a budget that judges share. @defaultValue no limit */
  budget?: number | JudgeBudget;
  /**
   * US dollars that a call of a model without a known price reserves of the budget. If the call's cost stays unknown,
   * it counts as this much. @defaultValue none: such a model with a budget is an error
   */
  callUsd?: number;
  /** Calls at once, 1 to 100. @defaultValue 4 */
  concurrency?: number;
  /** Verdicts that are kept, so that the same values are not judged twice; 0 for none. @defaultValue 1000 */
  cache?: number;
  /** Further attempts after a fault that may pass: status 408, 429, 5xx, no connection. 0 to 10. @defaultValue 2 */
  retries?: number;
  /** Milliseconds after which a judgement has failed, pauses included; 1 to 600,000. @defaultValue 60000 */
  timeoutMs?: number;
  /** Tokens that the answer may have, 16 to 100,000. Models that reason need more. @defaultValue 1000 */
  maxTokens?: number;
  /** The tracer that records the calls. @defaultValue `defaultTracer()` */
  tracer?: Tracer;
}

/** Options of {@link judge}. */
export interface JudgeOptions extends JudgeModelOptions {
  /** Tells the model the subject of the judgement, and the meaning of the scores. */
  rubric: string;
  /** Numbers that the model gives. The score is 0 to 1 all the same. @defaultValue 0 to 10 */
  scale?: NumberScale;
  /** Labels instead of numbers: `['polite', 'rude']`, or with scores `{ factual: 1, invented: 0 }`. */
  labels?: LabelScale;
  /** Judgements that show the model how to judge. */
  examples?: readonly JudgeExample[];
}

/** Counters of a judge since its start. */
export interface JudgeStats {
  /** Verdicts of the model. */
  judged: number;
  /** Verdicts that were there already. */
  cached: number;
  /** Judgements without a verdict: the model could not be asked, or its answer has none. Never a score of 0. */
  failed: number;
  /** Judgements that the budget refused. They are failures too. */
  refused: number;
  /** Attempts that were repeated. */
  retries: number;
  /** US dollars that calls have cost, as far as that is known. */
  spentUsd: number;
}

/** A judge: an evaluator for `feedback({ fn, source: 'llm_judge' })`. */
export interface Judge {
  /** @throws JudgeError */
  (values: Readonly<Record<string, unknown>>, context?: Partial<EvaluatorContext>): Promise<Verdict>;
  readonly model: string | undefined;
  /** Equal for judges with the same task, examples and scale. */
  readonly version: string;
  /** US dollars that a judgement of these values costs at most; `undefined` if the model has no known price. */
  mostUsd(values: Readonly<Record<string, unknown>>): number | undefined;
  stats(): JudgeStats;
}

const isNumberScale = (value: unknown): boolean => typeof value === 'object' && value !== null;

export const JUDGE_SHAPE: Shape<JudgeOptions> = {
  client: option.required(
    option.like<JudgeClient>(
      'a client of OpenAI or Anthropic, a chat model of LangChain, a language model of the AI SDK, or a function',
      (value) => connect(value) !== undefined,
    ),
  ),
  model: option.string(),
  budget: option.anyOf<number | JudgeBudget>(
    option.number({ min: 0 }),
    option.like<JudgeBudget>('a budget', (value) => typeof (value as JudgeBudget).reserve === 'function'),
  ),
  callUsd: option.number({ min: 0 }),
  concurrency: option.number({ min: 1, max: 100, integer: true }),
  cache: option.number({ min: 0, max: 1_000_000, integer: true }),
  retries: option.number({ min: 0, max: 10, integer: true }),
  timeoutMs: option.number({ min: 1, max: 600_000 }),
  maxTokens: option.number({ min: 16, max: 100_000, integer: true }),
  tracer: option.like<Tracer>('a tracer', (value) => typeof (value as Tracer).onSpanEnd === 'function'),
  rubric: option.required(option.string()),
  scale: option.like<NumberScale>('{ min, max }', isNumberScale),
  labels: option.anyOf<LabelScale>(option.list(option.string()), option.dictionary(option.number())),
  examples: option.list(option.like<JudgeExample>('an example', isNumberScale)) as Shape<JudgeOptions>['examples'],
};
