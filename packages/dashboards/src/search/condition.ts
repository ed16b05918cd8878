/** Conditions as queries of Elasticsearch and OpenSearch. */
import { profileKey } from '@spanline/record';
import type { Condition, Selection } from '@spanline/record/metrics';

/** A query, or a part of a request. */
export type Json = Readonly<Record<string, unknown>>;

/** Profile of the documents. */
export type SearchProfile = 'ecs' | 'otel';

function conditionQuery(condition: Condition, profile: SearchProfile): Json {
  const name = profileKey(condition.field, profile);
  if ('is' in condition) return { terms: { [name]: condition.is } };
  if ('isNot' in condition) return { bool: { must_not: [{ terms: { [name]: condition.isNot } }] } };
  if ('contains' in condition)
    return { wildcard: { [name]: { value: `*${condition.contains}*`, case_insensitive: true } } };
  if ('atLeast' in condition) return { range: { [name]: { gte: condition.atLeast } } };
  if ('atMost' in condition) return { range: { [name]: { lte: condition.atMost } } };
  const exists = { exists: { field: name } };
  return condition.exists ? exists : { bool: { must_not: [exists] } };
}

/** The lines of a selection. */
export function selectionQuery(selection: Selection, profile: SearchProfile): Json {
  const groups = selection.map((group) => {
    const [first, ...others] = group.map((condition) => conditionQuery(condition, profile));
    return first !== undefined && others.length === 0
      ? first
      : { bool: { should: [first, ...others], minimum_should_match: 1 } };
  });
  return { bool: { filter: groups } };
}
