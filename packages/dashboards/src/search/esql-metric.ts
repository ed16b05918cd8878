/** Metrics in ES|QL. */
import { type AttributeKey, profileKey } from '@spanline/record';
import type { Measure, Metric } from '@spanline/record/metrics';
import type { SearchProfile } from './condition.ts';
import { esqlAggregation, esqlCondition } from './esql.ts';
import { valueName } from './measure.ts';

/** A name of a column, in backticks where it needs them. */
export function esqlName(name: string): string {
  return /^[a-z_@][\w.]*$/i.test(name) ? name : `\`${name.replaceAll('`', '``')}\``;
}

/** The column of a field. */
export function esqlField(key: AttributeKey, profile: SearchProfile): string {
  return esqlName(profileKey(key, profile));
}

/** The aggregations of a metric, for `STATS`. */
export function esqlAggregations(name: string, { of, per = [] }: Metric, profile: SearchProfile): string[] {
  const parts = { of, per };
  return (['of', 'per'] as const).flatMap((part) =>
    parts[part].map((measure, index) => {
      const value = esqlAggregation(measure, profile);
      return `${valueName(name, part, index)} = ${value} WHERE ${esqlCondition(measure.where, profile)}`;
    }),
  );
}

/** A sum of no lines is 0, as it is in a search. */
function sumOf(name: string, part: 'of' | 'per', measures: readonly Measure[]): string {
  const values = measures.map((measure, index) => {
    const value = valueName(name, part, index);
    return measure.kind === 'sum' ? `COALESCE(${value}, 0)` : value;
  });
  return values.length === 1 ? values.join('') : `(${values.join(' + ')})`;
}

/** The value of a metric of its aggregations, for `EVAL`; null without data. */
export function esqlValue(name: string, { of, per, factor = 1 }: Metric): string {
  const value = `${sumOf(name, 'of', of)}${factor === 1 ? '' : ` * ${factor}`}`;
  if (per === undefined) return value;
  const whole = sumOf(name, 'per', per);
  return `CASE(${whole} > 0, TO_DOUBLE(${value}) / ${whole})`;
}
