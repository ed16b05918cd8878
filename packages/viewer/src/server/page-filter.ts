/** The filter of the page. */

import { allOf, type Filter, parseFilter, resolveField, timeFilter } from '@spanline/query';

/** A filter of the page: text in the filter grammar, and times. */
export interface PageFilter {
  readonly text: string;
  readonly since?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/**
 * The filter of a time that was chosen in a chart. Charts show a span at its start, so that its start is in the range;
 * other lines have their own time there.
 */
function startedIn(time: Filter): Filter {
  const field = resolveField('start');
  if (time.kind !== 'test' || field === undefined) return time;
  const isSpan: Filter = { kind: 'test', field, test: { kind: 'exists' } };
  return { kind: 'or', filters: [{ ...time, field }, allOf({ kind: 'not', filter: isSpan }, time)] };
}

/** @throws FilterError */
export function toFilter({ text, since, from, to }: PageFilter): Filter {
  const time = timeFilter({ ...(since && { since }), ...(from && { from }), ...(to && { to }) });
  return allOf(parseFilter(text), from || to ? startedIn(time) : time);
}

/** Whether traces leave the list as time goes by. */
export const isRolling = ({ text, since }: PageFilter): boolean => since !== undefined || /\bnow\b/.test(text);
