/** The range of time of flags. */

import { type Filter, timeFilter, type TimeRange } from '@spanline/query';
import { SpanlineError } from '@spanline/record';

/**
 * Reads a range.
 *
 * @param range - may be among other flags
 * @param flagOf - the flag that a part of the range came from. @defaultValue the one of its name
 * @throws SpanlineError `ERR_INVALID_OPTION` that names the flag
 */
export function timeRange(range: TimeRange, flagOf = (part: keyof TimeRange): string => `--${part}`): Filter {
  const { since, from, to } = range;
  try {
    return timeFilter({
      ...(since !== undefined && { since }),
      ...(from !== undefined && { from }),
      ...(to !== undefined && { to }),
    });
  } catch (error) {
    if (!(error instanceof SpanlineError) || error.option === undefined) throw error;
    const { code, option, expected = 'a time' } = error;
    const part = option as keyof TimeRange;
    throw new SpanlineError({ code, option: flagOf(part), expected, got: range[part] });
  }
}
