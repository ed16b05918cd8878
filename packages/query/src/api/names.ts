/** Filters and names of fields, as a caller wrote them. */

import { SpanlineError } from '@spanline/record';
import { type Field, type Filter, parseFilter, resolveField, suggestField } from '../filter/index.ts';

/** A filter: text in the filter grammar, or a parsed one. */
export type QueryFilter = string | Filter;

/** The field of a name. @throws SpanlineError `ERR_INVALID_OPTION` */
export function fieldOf(name: string): Field {
  const field = resolveField(name);
  if (field !== undefined) return field;
  const suggestion = suggestField(name);
  throw new SpanlineError({
    code: 'ERR_INVALID_OPTION',
    option: 'by',
    expected: 'names of fields',
    got: name,
    ...(suggestion === undefined ? {} : { suggestion }),
  });
}

/** A parsed filter. @throws FilterError */
export const toFilter = (filter: QueryFilter): Filter => (typeof filter === 'string' ? parseFilter(filter) : filter);
