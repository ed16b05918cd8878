/** The values that a judge may give. */
import { checkOptions, option, type Shape, SpanlineError } from '@spanline/record';
import type { Verdict } from '../feedback/verdict.ts';

/** Numbers from `min` to `max`. The score that is written is 0 for `min` and 1 for `max`. */
export interface NumberScale {
  min: number;
  max: number;
}

/** The labels that a judge may give: the labels alone, or the score of each. */
export type LabelScale = readonly string[] | Readonly<Record<string, number>>;

/** How a judge asks for a value, and reads it. */
export interface Scale {
  /** The member of the verdict that has the value. */
  readonly member: 'score' | 'label';
  /** Completes "`score` is …". */
  readonly described: string;
  /** Reads what the model gave. @returns `undefined` for what is outside of the scale */
  read(given: unknown): Pick<Verdict, 'value' | 'label'> | undefined;
}

const NUMBERS: Shape<NumberScale> = {
  min: option.required(option.number()),
  max: option.required(option.number()),
};

function numberOf(given: unknown): number {
  if (typeof given === 'string' && /^\s*-?\d+(?:\.\d+)?\s*$/.test(given)) return Number(given);
  return typeof given === 'number' ? given : Number.NaN;
}

/** @throws SpanlineError `ERR_INVALID_OPTION` */
export function numberScale(options: NumberScale): Scale {
  checkOptions(NUMBERS, options);
  const { min, max } = options;
  if (!(min < max)) {
    throw new SpanlineError({ code: 'ERR_INVALID_OPTION', option: 'scale.max', expected: 'larger than min', got: max });
  }
  return {
    member: 'score',
    described: `a number from ${min} (worst) to ${max} (best)`,
    read(given) {
      const number = numberOf(given);
      if (!(number >= min && number <= max)) return undefined;
      return { value: Math.round(((number - min) / (max - min)) * 10_000) / 10_000 };
    },
  };
}

/** @throws SpanlineError `ERR_INVALID_OPTION` */
export function labelScale(labels: LabelScale): Scale {
  const isList = Array.isArray(labels);
  const values = new Map<string, string | number>(
    isList
      ? (labels as readonly string[]).map((name) => [name, name])
      : Object.entries(labels as Record<string, number>),
  );
  if (values.size < 2) {
    throw new SpanlineError({
      code: 'ERR_INVALID_OPTION',
      option: 'labels',
      expected: 'two labels or more',
      got: labels,
    });
  }
  const byName = new Map([...values.keys()].map((name) => [name.toLowerCase(), name]));
  return {
    member: 'label',
    described: `one of ${[...values.keys()].map((name) => JSON.stringify(name)).join(', ')}`,
    read(given) {
      const label = typeof given === 'string' ? byName.get(given.trim().toLowerCase()) : undefined;
      if (label === undefined) return undefined;
      return { value: values.get(label) as string | number, label };
    },
  };
}
