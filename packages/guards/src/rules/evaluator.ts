/** A rule that judges text: an evaluator of `@spanline/evals`, a judge, or any function. */
import { checkOptions, option, props, type Shape, SpanlineError, text } from '@spanline/record';
import type { Found, MatchContext, Matcher, Rule, Step } from './rule.ts';
import { completeLength } from './sentences.ts';

/** The values of an evaluator. The text stands under the names that evaluators of `@spanline/evals` use. */
export interface EvaluatorInput {
  readonly text: string;
  readonly answer: string;
}

/** Options of {@link evaluator}. */
export interface EvaluatorOptions {
  /** Name of the rule. `prompt_injections` counts rules with `injection` in their name. */
  name: string;
  /**
   * Judges a text: `promptInjection()` or another evaluator of `@spanline/evals`, or a function of your own. It may be
   * asynchronous. `signal` fires when the verdict is no longer waited for.
   */
  fn: (values: EvaluatorInput, context: { readonly signal: AbortSignal }) => unknown;
  /** A score above it is a finding. */
  above?: number;
  /** A score below it is a finding. @defaultValue neither: a score is an error */
  below?: number;
  /** The yes/no that is a finding: `false` for `jsonValidity()`. @defaultValue true */
  on?: boolean;
  /**
   * The text that is judged at once, and held back of a stream until then: each `sentence`, or the `whole` text.
   *
   * @defaultValue `whole`
   */
  window?: 'sentence' | 'whole';
}

const SHAPE: Shape<EvaluatorOptions> = {
  name: option.required(option.string()),
  fn: option.required(option.callback()),
  above: option.number({}),
  below: option.number({}),
  on: option.boolean(),
  window: option.oneOf(['sentence', 'whole']),
};

type Judge = (value: unknown) => boolean;

function judgeBy({ name, above, below, on = true }: EvaluatorOptions): Judge {
  return (value) => {
    if (typeof value === 'boolean') return value === on;
    if (typeof value === 'number' && Number.isFinite(value) && (above !== undefined || below !== undefined)) {
      return (above !== undefined && value > above) || (below !== undefined && value < below);
    }
    const expected = typeof value === 'number' ? 'a yes/no, unless `above` or `below` is given' : 'a score or a yes/no';
    throw new SpanlineError({ code: 'ERR_INVALID_SCORE', option: `the result of "${name}"`, expected, got: value });
  };
}

class EvaluatorMatcher implements Matcher {
  readonly #options: EvaluatorOptions;
  readonly #judge: Judge;
  readonly #context: MatchContext;
  #text = '';
  #base = 0;

  constructor(options: EvaluatorOptions, judge: Judge, context: MatchContext) {
    this.#options = options;
    this.#judge = judge;
    this.#context = context;
  }

  push(piece: string): Step | Promise<Step> {
    this.#text += piece;
    const length = this.#options.window === 'sentence' ? completeLength(this.#text) : 0;
    return length === 0 ? { found: [], decided: this.#base } : this.#read(length);
  }

  end(): Step | Promise<Step> {
    return this.#text === '' ? { found: [], decided: this.#base } : this.#read(this.#text.length);
  }

  /** Judges the text up to `length`: sentence by sentence would be as many verdicts as a large piece has sentences. */
  async #read(length: number): Promise<Step> {
    const judged = this.#text.slice(0, length);
    const start = this.#base;
    this.#text = this.#text.slice(length);
    this.#base += length;
    const found = await this.#context.judgeOnce(this.#options, judged, (text) => this.#evaluate(text));
    return { found: found.map((each) => ({ ...each, start, end: start + length })), decided: start + length };
  }

  async #evaluate(judged: string): Promise<Found[]> {
    if (judged.trim() === '') return [];
    const { name, fn } = this.#options;
    const result = await fn({ text: judged, answer: judged }, { signal: this.#context.signal });
    const { value = result, score = value, explanation, comment, metadata } = props(result);
    const given = value === result ? score : value;
    // An evaluator that does not apply gives no verdict.
    if (given === undefined || given === null) this.#context.unjudged();
    if (given === undefined || given === null || !this.#judge(given)) return [];
    const why = text(explanation) ?? text(comment) ?? text(props(metadata)['rationale']);
    return [{ start: 0, end: judged.length, rule: name, explanation: why }];
  }
}

/**
 * A rule that judges text. A finding is the whole text that was judged, so that `redactOutput` replaces all of it.
 *
 * @throws SpanlineError `ERR_INVALID_OPTION`
 * @example
 * ```ts
 * import { promptInjection } from '@spanline/evals';
 * import { evaluator } from '@spanline/guards';
 *
 * const rule = evaluator({ name: 'prompt_injection', fn: promptInjection() });
 * ```
 */
export function evaluator(options: EvaluatorOptions): Rule {
  checkOptions(SHAPE, options);
  const { name, window: holds = 'whole' } = options;
  const judge = judgeBy(options);
  return { name, holds, isJudge: true, start: (context) => new EvaluatorMatcher(options, judge, context) };
}
