/** Results of evaluators, in the shapes that evaluators of other libraries return too. */
import { props, SpanlineError } from '@spanline/record';

/** Result of an evaluator. */
export interface Verdict {
  /** A number, a category or a yes/no. */
  readonly value: number | string | boolean;
  /** The value in words. */
  readonly label?: string;
  /** Why. It is content: it passes capture and redaction. */
  readonly explanation?: string;
  /** Version of the evaluator: `judge.version` of a judge. */
  readonly version?: string;
}

/**
 * Return values of an evaluator:
 *
 * - a number, a category, a yes/no, or a {@link Verdict};
 * - `{ score, metadata: { rationale } }` (autoevals) or `{ score, comment }` (openevals, agentevals);
 * - `undefined`, `null`, or a `score` of `null`: it does not apply, and no score is written.
 */
export type EvaluatorResult = number | string | boolean | Verdict | ForeignResult | null | undefined;

/** Result of an evaluator of autoevals, openevals or agentevals. */
export interface ForeignResult {
  readonly score: number | boolean | null;
  readonly comment?: string | undefined;
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
}

const isValue = (value: unknown): value is number | string | boolean =>
  (typeof value === 'number' && Number.isFinite(value)) ||
  (typeof value === 'string' && value !== '') ||
  typeof value === 'boolean';

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/**
 * Reads what an evaluator returned.
 *
 * @returns `undefined` if the evaluator does not apply
 * @throws SpanlineError `ERR_INVALID_SCORE` for a result that is no score, such as `NaN`: it is a failure, never a 0
 */
export function readVerdict(result: unknown): Verdict | undefined {
  if (result === undefined || result === null) return undefined;
  if (isValue(result)) return { value: result };
  const { value, score, label, explanation, comment, metadata, version } = props(result);
  if (score === null && value === undefined) return undefined;
  const given = value ?? score;
  if (!isValue(given)) {
    const expected = 'a finite number, a text, a yes/no, or an object with a `value` or a `score`';
    throw new SpanlineError({ code: 'ERR_INVALID_SCORE', option: 'the result of an evaluator', expected, got: given });
  }
  const words = text(label);
  const why = text(explanation) ?? text(comment) ?? text(props(metadata)['rationale']);
  const own = text(version);
  return {
    value: given,
    ...(words === undefined ? {} : { label: words }),
    ...(why === undefined ? {} : { explanation: why }),
    ...(own === undefined ? {} : { version: own }),
  };
}
