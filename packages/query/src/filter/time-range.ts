import { checkOptions, option, type Shape, SpanlineError } from '@spanline/record';
import { resolveField } from './fields/resolve.ts';
import { FILTER_SHAPE, type FilterOptions } from './parse/parse.ts';
import { type Period, readPeriod, readSpan } from './parse/time.ts';
import { ALL, type Bounds, type Filter } from './tree.ts';

/** A range of time, as a command has it. A time is ISO 8601 (UTC if it has no zone), `today` or `now-1h`. */
export interface TimeRange {
  /** Length of time until now, such as `90m`, `1h`, `7d`, or a time. */
  since?: string;
  /** A time. */
  from?: string;
  /** A time. A day, a month or a year is inside as a whole. */
  to?: string;
}

const time = option.like<string>('a time', (value) => typeof value === 'string');
const RANGE_SHAPE: Shape<TimeRange> = { since: time, from: time, to: time };

function invalid(name: keyof TimeRange, expected: string, got: unknown): never {
  throw new SpanlineError({ code: 'ERR_INVALID_OPTION', option: name, expected, got });
}

function periodOf(name: keyof TimeRange, text: string, now: number, example: string): Period {
  return readPeriod(text, now) ?? invalid(name, `a time, such as ${example}`, text);
}

function startOf({ since, from }: TimeRange, now: number): number | undefined {
  if (since !== undefined && from !== undefined) invalid('from', 'absent beside since', from);
  if (from !== undefined) return periodOf('from', from, now, '2026-11-23, 2026-11-23T09:12Z or now-1h').from;
  if (since === undefined) return undefined;
  const length = readSpan(since);
  return length === undefined ? periodOf('since', since, now, '1h, 7d, 2026-11-23 or today').from : now - length;
}

/**
 * The filter of a range of time, over the times of the lines. Join it with `allOf`.
 *
 * @throws SpanlineError `ERR_INVALID_OPTION` if a time cannot be read, or if the range ends before it begins
 * @example
 * ```ts
 * import { allOf, parseFilter, timeFilter, toTest } from '@spanline/query';
 *
 * const passes = toTest(allOf(parseFilter('type:llm'), timeFilter({ since: '1h' })));
 * console.log(passes({ '@timestamp': new Date().toISOString(), 'span.type': 'llm' })); // true
 * ```
 */
export function timeFilter(range: TimeRange, options: FilterOptions = {}): Filter {
  checkOptions(RANGE_SHAPE, range);
  checkOptions(FILTER_SHAPE, options);
  const now = options.now ?? Date.now();
  const gte = startOf(range, now);
  const lt = range.to === undefined ? undefined : periodOf('to', range.to, now, '2026-11-23 or now-1h').to;
  if (gte !== undefined && lt !== undefined && lt <= gte) invalid('to', 'a time after the start', range.to);
  const field = resolveField('time');
  if (field === undefined || (gte === undefined && lt === undefined)) return ALL;
  const bounds: Bounds = { ...(gte === undefined ? {} : { gte }), ...(lt === undefined ? {} : { lt }) };
  return { kind: 'test', field, test: { kind: 'range', bounds } };
}
