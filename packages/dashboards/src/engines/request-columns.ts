import type { AttributeKey } from '@spanline/record';

/** Columns of the list of requests, which each dashboard has. Each product puts the time in front of them. */
export const REQUEST_COLUMNS = [
  'span.name',
  'duration_ms',
  'span.status',
  'spanline.rollup.cost_usd',
  'trace_id',
] as const satisfies readonly AttributeKey[];
