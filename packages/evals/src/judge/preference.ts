/** Preferences of a model between two answers. A model prefers places: it is asked in both orders. */
import { checkOptions } from '@spanline/record';
import type { EvaluatorContext } from '../feedback/feedback.ts';
import { type Judge, JUDGE_SHAPE, type JudgeModelOptions, type JudgeStats } from './judge-options.ts';
import { judge } from './judge.ts';

/** Options of {@link preference}. */
export interface PreferenceOptions extends JudgeModelOptions {
  /** Tells the model which answer is the better one. */
  rubric: string;
}

/** Two answers to a question. */
export interface AnswerPair {
  readonly question?: string | undefined;
  readonly first: string;
  readonly second: string;
}

/** The answer that is better. */
export type Preferred = 'first' | 'second' | 'tie';

/** A preference. */
export interface PreferenceVerdict {
  /** `tie` also if the two orders disagree. */
  readonly value: Preferred;
  /** The answers that the model preferred in the given order, and in the other one. */
  readonly orders: readonly [Preferred, Preferred];
  readonly explanation?: string;
  /** Equal for judges with the same rubric. */
  readonly version?: string;
}

/** Prefers one of two answers. */
export type Prefer = (pair: AnswerPair, context?: Partial<EvaluatorContext>) => Promise<PreferenceVerdict>;

/** A model that prefers one of two answers. */
export type PreferenceJudge = Prefer & { stats(): JudgeStats };

const { scale: _, labels: __, examples: ___, ...SHAPE } = JUDGE_SHAPE;

const BY_PLACE: Readonly<Record<string, readonly [Preferred, Preferred]>> = {
  a: ['first', 'second'],
  b: ['second', 'first'],
};

/**
 * Makes an evaluator that prefers one of two answers. It asks the model in both orders. If they disagree, the verdict
 * is a tie.
 *
 * @throws SpanlineError `ERR_INVALID_OPTION`
 */
export function preference(options: PreferenceOptions): PreferenceJudge {
  checkOptions(SHAPE, options);
  const rubric = `${options.rubric.trim()}\n\nCompare the two answers. Label "a" if answer_a is better, "b" if answer_b is, "tie" if neither is. Their order and their length do not matter.`;
  const ask = judge({ ...options, rubric, labels: ['a', 'b', 'tie'] });

  const prefer: Prefer = async ({ question, first, second }, context) => {
    const asked = question === undefined ? {} : { question };
    const [forth, back] = await Promise.all([
      ask({ ...asked, answer_a: first, answer_b: second }, context),
      ask({ ...asked, answer_a: second, answer_b: first }, context),
    ]);
    const orders = [BY_PLACE[String(forth.value)]?.[0] ?? 'tie', BY_PLACE[String(back.value)]?.[1] ?? 'tie'] as const;
    const value = orders[0] === orders[1] ? orders[0] : 'tie';
    const why = forth.explanation === undefined ? {} : { explanation: forth.explanation };
    return { value, orders, ...why, version: ask.version };
  };
  return Object.assign(prefer, { stats: () => ask.stats() });
}

/** Prefers the answer with the higher score of a judge that sees one answer. */
export function higherScore(score: Judge): Prefer {
  return async ({ question, first, second }, context) => {
    const asked = question === undefined ? {} : { question };
    const [one, other] = await Promise.all([
      score({ ...asked, answer: first }, context),
      score({ ...asked, answer: second }, context),
    ]);
    const difference = Number(one.value) - Number(other.value);
    const value = difference > 0 ? 'first' : difference < 0 ? 'second' : 'tie';
    return { value, orders: [value, value] };
  };
}
