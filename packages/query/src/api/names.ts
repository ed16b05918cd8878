/** Filters and names of fields, as a caller wrote them. */

import { SpanlineError } from '@spanline/record';
import { type Field, type Filter, parseFilter, readSpan, resolveField, suggestField } from '../filter/index.ts';

/** A filter: text in the filter grammar, or a parsed one. */
export type QueryFilter = string | Filter;

const INTERVAL = /^(?<time>.+)\/(?<every>[^/]+)$/;

/** A time by intervals: `start/5m`. */
function intervalField(name: string): Field | undefined {
  const { time = '', every = '' } = INTERVAL.exec(name)?.groups ?? {};
  const field = resolveField(time);
  const everyMs = readSpan(every) ?? 0;
  return field?.type === 'time' && everyMs >= 1 ? { ...field, name, everyMs } : undefined;
}

/** The field of a name that spans are grouped by. @throws SpanlineError `ERR_INVALID_OPTION` */
export function fieldOf(name: string): Field {
  const field = resolveField(name) ?? intervalField(name);
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
