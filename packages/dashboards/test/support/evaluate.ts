import type { Condition, Measure, Metric, Selection } from '@spanline/dashboards';

type Line = Readonly<Record<string, unknown>>;

function passes(line: Line, condition: Condition): boolean {
  const value = line[condition.field];
  const values = Array.isArray(value) ? value : value === undefined ? [] : [value];
  if ('is' in condition) return values.some((one) => condition.is.includes(one as string));
  if ('isNot' in condition) return !values.some((one) => condition.isNot.includes(one as string));
  if ('contains' in condition)
    return values.some((one) => String(one).toLowerCase().includes(condition.contains.toLowerCase()));
  if ('atLeast' in condition) return values.some((one) => Number(one) >= condition.atLeast);
  if ('atMost' in condition) return values.some((one) => Number(one) <= condition.atMost);
  return condition.exists === values.length > 0;
}

const selected = (lines: readonly Line[], where: Selection): Line[] =>
  lines.filter((line) => where.every((group) => group.some((condition) => passes(line, condition))));

function measured(lines: readonly Line[], measure: Measure): number | undefined {
  const found = selected(lines, measure.where);
  if (measure.kind === 'count') return found.length;
  const values = found.map((line) => line[measure.field]).filter((value) => typeof value === 'number');
  const sum = values.reduce((total, value) => total + value, 0);
  if (measure.kind === 'sum') return sum;
  if (values.length === 0) return undefined;
  if (measure.kind === 'mean') return sum / values.length;
  if (measure.kind !== 'quantile') return Math.min(...values);
  const sorted = values.toSorted((first, second) => first - second);
  return sorted[Math.round(measure.at * (sorted.length - 1))];
}

/** A metric of lines, without any shortcut. */
export function evaluate({ of, per, factor = 1 }: Metric, lines: readonly Line[]): number | undefined {
  const total = (measures: readonly Measure[]): number | undefined => {
    const numbers = measures.map((measure) => measured(lines, measure));
    return numbers.includes(undefined) ? undefined : numbers.reduce<number>((sum, one) => sum + (one ?? 0), 0);
  };
  const value = total(of);
  if (value === undefined || per === undefined) return value === undefined ? undefined : value * factor;
  const whole = total(per);
  return whole === undefined || whole === 0 ? undefined : (value * factor) / whole;
}
