/**
 * Compiles filters for an engine. An engine that cannot answer a test exactly finds all that pass it and some more;
 * below NOT it finds none that fails. Its answer then holds every span that passes the filter, and the caller tests
 * each with `toTest`.
 */

import type { Field } from './fields/resolve.ts';
import type { Filter, Test } from './tree.ts';

/** A test in an engine's language. */
export interface Compiled<Query> {
  readonly query: Query;
  /** `false`: it finds more than what passes. */
  readonly isExact: boolean;
}

/** An engine's language. */
export interface Language<Query> {
  readonly all: Query;
  readonly none: Query;
  and(queries: readonly Query[]): Query;
  or(queries: readonly Query[]): Query;
  not(query: Query): Query;
  test(field: Field, test: Test): Compiled<Query>;
}

/** Joins the tests of several columns, of which one must pass. */
export function anyOf<Query>(
  language: Pick<Language<Query>, 'or' | 'none'>,
  tests: readonly Compiled<Query>[],
): Compiled<Query> {
  const [only, ...others] = tests;
  if (only === undefined) return { query: language.none, isExact: true };
  if (others.length === 0) return only;
  return { query: language.or(tests.map(({ query }) => query)), isExact: tests.every(({ isExact }) => isExact) };
}

/** Compiles a filter. */
export function approximate<Query>(filter: Filter, language: Language<Query>, isBelowNot = false): Compiled<Query> {
  switch (filter.kind) {
    case 'all':
      return { query: language.all, isExact: true };
    case 'not': {
      const { query, isExact } = approximate(filter.filter, language, !isBelowNot);
      return { query: language.not(query), isExact };
    }
    case 'test': {
      const compiled = language.test(filter.field, filter.test);
      return compiled.isExact || !isBelowNot ? compiled : { query: language.none, isExact: false };
    }
    default: {
      const parts = filter.filters.map((part) => approximate(part, language, isBelowNot));
      const queries = parts.map(({ query }) => query);
      return { query: language[filter.kind](queries), isExact: parts.every(({ isExact }) => isExact) };
    }
  }
}
