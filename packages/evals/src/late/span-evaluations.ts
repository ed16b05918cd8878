/** Scores that were computed later or elsewhere: in a notebook, by another process, by people. */
import { defaultTracer, type Tracer } from '@spanline/core';
import { checkOptions, option, type Shape } from '@spanline/record';

/** One score of one span. Numbers may be texts, as CSV files have them. */
export interface EvaluationRow {
  /** Id of the span: 16 hex digits. */
  readonly 'context.span_id': string;
  /** Id of its trace: 32 hex digits. With it, readers find the span faster. */
  readonly 'context.trace_id'?: string | undefined;
  readonly score?: number | string | boolean | null | undefined;
  readonly label?: string | null | undefined;
  readonly explanation?: string | null | undefined;
}

/** Options of {@link SpanEvaluations}. */
export interface SpanEvaluationsOptions {
  /** Name of the score: `hallucination`. */
  evalName: string;
  /** One row for each score. */
  rows: readonly EvaluationRow[];
  /** Who gave the scores. @defaultValue `llm_judge` */
  source?: 'user' | 'code' | 'llm_judge';
  /** Version of the evaluator, such as that of its rubric. @defaultValue none */
  version?: string;
}

/** Result of {@link SpanEvaluations.logEvaluations}. */
export interface LoggedEvaluations {
  /** Scores that were written. */
  readonly logged: number;
  /** Rows that were left out. */
  readonly rejected: readonly { readonly row: number; readonly reason: string }[];
}

const SHAPE: Shape<SpanEvaluationsOptions> = {
  evalName: option.required(option.string()),
  rows: option.required(
    option.list(option.like<EvaluationRow>('an object', (row) => typeof row === 'object' && row !== null)),
  ) as Shape<SpanEvaluationsOptions>['rows'],
  source: option.oneOf(['user', 'code', 'llm_judge']),
  version: option.string(),
};

const LOG_SHAPE: Shape<{ tracer?: Tracer }> = {
  tracer: option.like<Tracer>('a tracer', (value) => typeof (value as Tracer).score === 'function'),
};

const given = (text: string | null | undefined): string | undefined =>
  typeof text === 'string' && text.trim() !== '' ? text : undefined;

/** The texts that CSV files have for a number that is missing or has no end. */
const NOT_FINITE = /^\s*[+-]?(?:nan|inf(?:inity)?)\s*$/i;

/** A number, also as text; a category; a yes/no. */
function readScore(score: EvaluationRow['score']): number | string | boolean | undefined {
  if (typeof score !== 'string') return score ?? undefined;
  const number = score.trim() === '' ? Number.NaN : Number(score);
  return Number.isFinite(number) ? number : given(score);
}

/** The reason to leave a row out; `undefined` for a row that is written. */
function fault(row: EvaluationRow): string | undefined {
  const { 'context.span_id': spanId, 'context.trace_id': traceId, score, label } = row;
  if (!/^[0-9a-f]{16}$/.test(String(spanId))) return 'context.span_id must be 16 lower-case hex digits';
  if (given(traceId) !== undefined && !/^[0-9a-f]{32}$/.test(String(traceId)))
    return 'context.trace_id must be 32 lower-case hex digits';
  const isFinite = typeof score === 'number' ? Number.isFinite(score) : !NOT_FINITE.test(String(score));
  if (!isFinite) return 'score must be a finite number';
  return readScore(score) === undefined && given(label) === undefined ? 'a row needs a score or a label' : undefined;
}

/**
 * Scores of spans that were logged before, by the ids of the spans. They become score lines, which every reader joins
 * with their spans.
 *
 * @throws SpanlineError `ERR_INVALID_OPTION`
 * @example
 * ```ts
 * import { SpanEvaluations } from '@spanline/evals';
 *
 * const evaluations = new SpanEvaluations({
 *   evalName: 'hallucination',
 *   rows: [{ 'context.span_id': 'a7bdd4eb4d93c92d', score: 0, label: 'factual' }],
 * });
 * console.table(evaluations.head());
 * evaluations.logEvaluations();
 * ```
 */
export class SpanEvaluations {
  readonly evalName: string;
  readonly rows: readonly EvaluationRow[];
  readonly #source: NonNullable<SpanEvaluationsOptions['source']>;
  readonly #version: string | undefined;

  constructor(options: SpanEvaluationsOptions) {
    checkOptions(SHAPE, options);
    const { evalName, rows, source = 'llm_judge', version } = options;
    this.evalName = evalName;
    this.rows = [...rows];
    this.#source = source;
    this.#version = version;
  }

  /** Returns the first rows. @param count - @defaultValue 5 */
  head(count = 5): readonly EvaluationRow[] {
    return this.rows.slice(0, count);
  }

  /**
   * Writes a score line for each row. Rows that cannot be joined with a span, or have no score, are left out and named.
   *
   * @param options - `tracer` writes the lines. @defaultValue `defaultTracer()`
   * @throws SpanlineError `ERR_INVALID_OPTION`
   */
  logEvaluations(options: { tracer?: Tracer } = {}): LoggedEvaluations {
    checkOptions(LOG_SHAPE, options);
    const tracer = options.tracer ?? defaultTracer();
    const rejected: { row: number; reason: string }[] = [];
    this.rows.forEach((row, index) => {
      const reason = fault(row);
      if (reason !== undefined) {
        rejected.push({ row: index, reason });
        return;
      }
      const [label, explanation, traceId] = [row.label, row.explanation, row['context.trace_id']].map(given);
      tracer.score({
        name: this.evalName,
        value: readScore(row.score) ?? (label as string),
        source: this.#source,
        ...(this.#version === undefined ? {} : { version: this.#version }),
        spanId: row['context.span_id'],
        ...(traceId === undefined ? {} : { traceId }),
        ...(label === undefined ? {} : { label }),
        ...(explanation === undefined ? {} : { explanation }),
      });
    });
    return { logged: this.rows.length - rejected.length, rejected };
  }
}
