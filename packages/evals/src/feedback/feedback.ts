/** Feedback functions: which spans are scored, on which of their fields, and how. */
import { checkOptions, option, type Shape, SPAN_TYPES, type SpanType } from '@spanline/record';
import type { EvaluatedSpan } from '../subject/evaluated-span.ts';
import type { Field } from '../subject/fields.ts';
import type { Subject } from '../subject/open-traces.ts';
import { KEEP_SHAPE, type KeepOptions } from './keep.ts';
import type { EvaluatorResult } from './verdict.ts';

/** Fields by name. */
export type Fields = Readonly<Record<string, Field<unknown>>>;

/** The values that an evaluator gets. */
export type Values<On extends Fields> = { readonly [Key in keyof On]: NonNullable<ReturnType<On[Key]>> };

/** Beside the values of an evaluator. */
export interface EvaluatorContext {
  /** Fires when the evaluator has run for too long, or the application shuts down. */
  readonly signal: AbortSignal;
}

/** Options of {@link feedback}. */
export interface FeedbackOptions<On extends Fields = Fields> {
  /**
   * Name of the score: `faithfulness`, `prompt_injection`. Metrics and alert rules find it by this name
   * (`faithfulness_score`).
   */
  name: string;
  /** Fields that the evaluator gets. If one of them has no value, the evaluator does not run. */
  on: On;
  /** Computes the score. It may be asynchronous. */
  fn: (values: Values<On>, context: EvaluatorContext) => EvaluatorResult | Promise<EvaluatorResult>;
  /**
   * Spans that are scored: those of a type, or those that pass a test.
   *
   * @defaultValue the first span of each trace in this process
   */
  when?: SpanType | ((subject: Subject) => boolean);
  /** Share of traces that are scored, 0 to 1. All feedback functions choose the same traces. @defaultValue 1 */
  sample?: number;
  /**
   * Scores that keep their trace in tail sampling, and may raise the capture of the rest of it.
   *
   * @defaultValue none
   */
  keep?: KeepOptions;
  /** Who gives the score. @defaultValue `code` */
  source?: 'code' | 'llm_judge';
}

/** A feedback function, as {@link feedback} returns it. */
export interface Feedback {
  readonly name: string;
  readonly source: 'code' | 'llm_judge';
  readonly sample: number;
  readonly keep: KeepOptions | undefined;
  /** True for a span that is scored. */
  matches(span: EvaluatedSpan, subject: () => Subject): boolean;
  /** Reads the values. @returns `undefined` if a field has no value */
  select(subject: Subject): Readonly<Record<string, unknown>> | undefined;
  evaluate(values: Readonly<Record<string, unknown>>, context: EvaluatorContext): unknown;
  /** US dollars that the evaluator costs at most for these values; `undefined` if that is not known. Code costs 0. */
  mostUsd(values: Readonly<Record<string, unknown>>): number | undefined;
}

const SHAPE: Shape<FeedbackOptions> = {
  name: option.required(option.string()),
  on: option.required(option.dictionary<Field<unknown>>(option.callback())),
  fn: option.required(option.callback()),
  when: option.anyOf<NonNullable<FeedbackOptions['when']>>(option.oneOf(SPAN_TYPES), option.callback()),
  sample: option.number({ min: 0, max: 1 }),
  keep: option.object<KeepOptions>(KEEP_SHAPE),
  source: option.oneOf(['code', 'llm_judge']),
};

function matcher(when: FeedbackOptions['when']): Feedback['matches'] {
  if (when === undefined) return ({ isLocalRoot }) => isLocalRoot;
  return typeof when === 'function' ? (_, subject) => when(subject()) : ({ type }) => type === when;
}

/**
 * Describes a score: the spans that get it, the fields that it is computed from, and the function.
 *
 * @throws SpanlineError `ERR_INVALID_OPTION`
 * @example
 * ```ts
 * import { feedback, field, groundedness } from '@spanline/evals';
 *
 * const faithfulness = feedback({
 *   name: 'faithfulness',
 *   on: { answer: field.answer, documents: field.documents },
 *   fn: groundedness(),
 * });
 * ```
 */
export function feedback<const On extends Fields>(options: FeedbackOptions<On>): Feedback {
  checkOptions(SHAPE as unknown as Shape<FeedbackOptions<On>>, options);
  const { name, fn, when, sample = 1, source = 'code', keep } = options;
  const fields = Object.entries(options.on);
  return {
    name,
    source,
    sample,
    keep,
    matches: matcher(when),
    select(subject) {
      const values: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
      for (const [key, read] of fields) {
        const value = read(subject);
        if (value === undefined || value === null) return undefined;
        values[key] = value;
      }
      return values;
    },
    evaluate: (values, context) => fn(values as Values<On>, context),
    mostUsd(values) {
      const { mostUsd } = fn as { mostUsd?: Feedback['mostUsd'] };
      if (typeof mostUsd === 'function') return mostUsd(values);
      return source === 'code' ? 0 : undefined;
    },
  };
}
