/** Selections of the metrics catalogue in the grammar of filters. */

import type { Condition, Measure, Selection } from '@spanline/record/metrics';

type Scalar = string | number | boolean;
type Group = readonly Condition[];

const valueOf = (value: Scalar): string => (/^\w+$/.test(String(value)) ? String(value) : JSON.stringify(value));
const listOf = (values: readonly Scalar[]): string => `(${values.map(valueOf).join(' OR ')})`;

/** A part of a text in any case has no filter: `passesParts` tests it. */
function termOf(condition: Condition): string | undefined {
  const { field } = condition;
  if ('is' in condition) return `${field}:${listOf(condition.is)}`;
  if ('isNot' in condition) return `-${field}:${listOf(condition.isNot)}`;
  if ('contains' in condition) return undefined;
  if ('atLeast' in condition) return `${field}>=${condition.atLeast}`;
  if ('atMost' in condition) return `${field}<=${condition.atMost}`;
  return condition.exists ? `exists:${field}` : `-exists:${field}`;
}

/** Filters find spans, so that a filter of spans does not say so. */
const isSpanGroup = ([first, ...others]: Group): boolean =>
  first !== undefined &&
  others.length === 0 &&
  first.field === 'event.name' &&
  'is' in first &&
  first.is[0] === 'span.end';

/** True if the measure is about spans. */
export const isOfSpans = ({ where }: Measure): boolean => where.some(isSpanGroup);

/** The filter of a selection. */
export function selectionFilter(where: Selection): string {
  const groups = where.filter((group) => !isSpanGroup(group)).map((group) => group.map(termOf));
  return groups
    .filter((terms) => !terms.includes(undefined))
    .map((terms) => (terms.length === 1 ? terms.join('') : `(${terms.join(' OR ')})`))
    .join(' ');
}

/** The filter of the lines that a measure takes something of. */
export function measureFilter(measure: Measure): string {
  const filter = selectionFilter(measure.where);
  return measure.kind === 'count' ? filter : `${filter} exists:${measure.field}`.trim();
}

/** True if a line passes the conditions that {@link selectionFilter} leaves out. Each stands alone in its group. */
export function passesParts(where: Selection, line: Readonly<Record<string, unknown>>): boolean {
  return where.flat().every((condition) => {
    if (!('contains' in condition)) return true;
    const value = line[condition.field];
    return typeof value === 'string' && value.toLowerCase().includes(condition.contains.toLowerCase());
  });
}

/** True if {@link selectionFilter} leaves out conditions. */
export const hasParts = (where: Selection): boolean => where.flat().some((condition) => 'contains' in condition);
