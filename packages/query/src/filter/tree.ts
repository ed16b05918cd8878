import type { Value } from './fields/column.ts';
import type { Field } from './fields/resolve.ts';
import type { Pattern } from './pattern.ts';

/** Bounds of a number, or of a time in milliseconds since the epoch. */
export interface Bounds {
  readonly gt?: number;
  readonly gte?: number;
  readonly lt?: number;
  readonly lte?: number;
}

/**
 * A test of one value. A field without a value passes none.
 *
 * - `exists`: every value passes.
 * - `equal`: one of these texts, numbers or booleans.
 * - `pattern`: a text that a pattern with wildcards fits as a whole.
 * - `range`: a number, a time, or a label whose text is a number.
 * - `phrase`: words that follow each other in a text.
 */
export type Test =
  | { readonly kind: 'exists' }
  | { readonly kind: 'equal'; readonly values: readonly Value[] }
  | { readonly kind: 'pattern'; readonly pattern: Pattern }
  | { readonly kind: 'range'; readonly bounds: Bounds }
  | { readonly kind: 'phrase'; readonly words: readonly Pattern[] };

/** A filter, read and resolved. Every engine answers it alike. */
export type Filter =
  | { readonly kind: 'all' }
  | { readonly kind: 'and' | 'or'; readonly filters: readonly Filter[] }
  | { readonly kind: 'not'; readonly filter: Filter }
  | { readonly kind: 'test'; readonly field: Field; readonly test: Test };

/** The fields that a filter tests. */
export function fieldsIn(filter: Filter): Field[] {
  if (filter.kind === 'test') return [filter.field];
  if (filter.kind === 'not') return fieldsIn(filter.filter);
  return filter.kind === 'all' ? [] : filter.filters.flatMap(fieldsIn);
}

/** The filter that every span passes. */
export const ALL: Filter = { kind: 'all' };

/** One test for the alternatives of a field: `model:(a OR b)`. */
function mergeEqual(filters: readonly Filter[]): Filter[] {
  const merged: Filter[] = [];
  const places = new Map<string, number>();
  for (const filter of filters) {
    if (filter.kind !== 'test' || filter.test.kind !== 'equal') {
      merged.push(filter);
      continue;
    }
    const { field, test } = filter;
    const place = places.get(field.name);
    const first = place === undefined ? undefined : merged[place];
    if (place === undefined || first?.kind !== 'test' || first.test.kind !== 'equal') {
      places.set(field.name, merged.length);
      merged.push(filter);
    } else {
      merged[place] = { kind: 'test', field, test: { kind: 'equal', values: [...first.test.values, ...test.values] } };
    }
  }
  return merged;
}

/** Joins filters. One filter stays as it is. */
export function join(kind: 'and' | 'or', filters: readonly Filter[]): Filter {
  const merged = kind === 'or' ? mergeEqual(filters) : filters;
  const [only = ALL] = merged;
  return merged.length < 2 ? only : { kind, filters: merged };
}

/** A filter that passes what all of the filters pass. */
export function allOf(...filters: readonly Filter[]): Filter {
  const limiting = filters.filter(({ kind }) => kind !== 'all');
  return join('and', limiting);
}
