/** The event of an evaluation: a score. */
import { text } from '@spanline/record';

/** Name of the event. */
export const EVALUATION = 'gen_ai.evaluation.result';

/** A score without ids. */
export interface Evaluation {
  readonly name: string;
  readonly value: number | string;
  readonly label?: string;
  readonly explanation?: string;
}

/** Reads an evaluation. Without a name or a value there is none. */
export function readEvaluation(attributes: Readonly<Record<string, unknown>>): Evaluation | undefined {
  const name = text(attributes['gen_ai.evaluation.name']);
  const label = text(attributes['gen_ai.evaluation.score.label']);
  const given = attributes['gen_ai.evaluation.score.value'];
  const value = typeof given === 'number' && Number.isFinite(given) ? given : label;
  if (name === undefined || value === undefined) return undefined;
  const explanation = text(attributes['gen_ai.evaluation.explanation']);
  return {
    name,
    value,
    ...(label === undefined ? {} : { label }),
    ...(explanation === undefined ? {} : { explanation }),
  };
}
