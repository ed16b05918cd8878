/** Conditions in the syntax of Datadog's log search. */
import { profileKey } from '@spanline/record';
import type { Condition, Selection } from '@spanline/record/metrics';

type Scalar = string | number | boolean;

/** Attributes that Datadog searches without `@`. */
const RESERVED: ReadonlySet<string> = new Set(['service', 'status', 'host', 'source']);

/** The name of a field, as searches, facets and measures have it. */
export function attributeOf(field: Condition['field']): string {
  const name = profileKey(field, 'datadog');
  return RESERVED.has(name) ? name : `@${name}`;
}

function valueOf(value: Scalar): string {
  return typeof value === 'string' && !/^[\w.]+$/.test(value) ? JSON.stringify(value) : String(value);
}

function anyOf(name: string, values: readonly Scalar[]): string {
  const [first, ...others] = values.map(valueOf);
  return others.length === 0 ? `${name}:${first}` : `${name}:(${[first, ...others].join(' OR ')})`;
}

function termOf(condition: Condition): string {
  const name = attributeOf(condition.field);
  if ('is' in condition) return anyOf(name, condition.is);
  if ('isNot' in condition) return `-${anyOf(name, condition.isNot)}`;
  if ('contains' in condition) return `${name}:*${condition.contains}*`;
  if ('atLeast' in condition) return `${name}:>=${condition.atLeast}`;
  if ('atMost' in condition) return `${name}:<=${condition.atMost}`;
  return `${condition.exists ? '' : '-'}${name}:*`;
}

/** The search of a selection. */
export function logQuery(selection: Selection): string {
  return selection
    .map((group) => (group.length === 1 ? group.map(termOf).join('') : `(${group.map(termOf).join(' OR ')})`))
    .join(' ');
}
