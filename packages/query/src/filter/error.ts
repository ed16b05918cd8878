import { SpanlineError } from '@spanline/record';

/** Details of a {@link FilterError}. */
interface FilterErrorDetails {
  /** The filter, as it was written. */
  readonly filter: string;
  /** First character that is wrong, counted from 0 in UTF-16 units. */
  readonly at: number;
  /** Characters that are wrong. @defaultValue 1 */
  readonly length?: number;
  /** A sentence without a full stop. */
  readonly problem: string;
  /** The known name or value that was probably meant. */
  readonly suggestion?: string | undefined;
}

/** Characters of the filter around the error that the message shows. */
const SHOWN = 76;
const CUT = '…';

/** Characters that a terminal would act on become spaces. */
const printable = (text: string): string => text.replaceAll(/[\p{C}\p{Z}]/gu, (found) => ' '.repeat(found.length));

/** One line of the filter around the error, and a line with carets below. Control characters become spaces. */
function picture({ filter, at, length = 1 }: FilterErrorDetails): string {
  const from = Math.max(0, Math.min(at - SHOWN / 2, filter.length - SHOWN));
  const before = from > 0 ? CUT : '';
  const after = from + SHOWN < filter.length ? CUT : '';
  const shown = printable(filter.slice(from, from + SHOWN));
  const room = SHOWN - (at - from) + 1;
  const carets = '^'.repeat(Math.max(1, Math.min(length, room)));
  return `  ${before}${shown}${after}\n  ${' '.repeat(before.length + at - from)}${carets}`;
}

/**
 * A filter that cannot be read. The message shows the line and points at the character.
 *
 * `code` is `ERR_INVALID_FILTER`.
 */
export class FilterError extends SpanlineError {
  /** First character that is wrong, counted from 0 in UTF-16 units. */
  readonly at: number;
  /** The problem alone, as a sentence without a full stop. */
  readonly problem: string;

  constructor(details: FilterErrorDetails) {
    const { at, suggestion } = details;
    const problem = printable(details.problem);
    const meant = suggestion === undefined ? {} : { suggestion };
    const question = suggestion === undefined ? '' : `; did you mean "${suggestion}"?`;
    super({ code: 'ERR_INVALID_FILTER', problem: `${problem}${question}\n${picture(details)}`, ...meant });
    this.at = at;
    this.problem = problem;
  }
}
