import { oneLine, pointAt, SpanlineError } from '@spanline/record';

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
    const problem = oneLine(details.problem);
    const meant = suggestion === undefined ? {} : { suggestion };
    const question = suggestion === undefined ? '' : `; did you mean "${suggestion}"?`;
    super({
      code: 'ERR_INVALID_FILTER',
      problem: `${problem}${question}\n${pointAt(details.filter, at, details.length)}`,
      ...meant,
    });
    this.at = at;
    this.problem = problem;
  }
}
