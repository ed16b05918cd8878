import { oneLine, pointAt, SpanlineError } from '@spanline/record';

/** Details of an {@link ExpressionError}. */
interface ExpressionErrorDetails {
  /** The expression, as it was written. */
  readonly text: string;
  /** First character that is wrong, counted from 0 in UTF-16 units. */
  readonly at: number;
  /** Characters that are wrong. @defaultValue 1 */
  readonly length?: number;
  /** A sentence without a full stop. */
  readonly problem: string;
  /** The text that was probably meant. */
  readonly suggestion?: string | undefined;
}

/**
 * An expression that cannot be read. The message shows it and points at the character.
 *
 * `code` is `ERR_INVALID_EXPRESSION`.
 */
export class ExpressionError extends SpanlineError {
  /** First character that is wrong, counted from 0 in UTF-16 units. */
  readonly at: number;
  /** The message without the code. */
  readonly problem: string;

  constructor({ text, at, length = 1, problem, suggestion }: ExpressionErrorDetails) {
    const question = suggestion === undefined ? '' : `; did you mean "${suggestion}"?`;
    const meant = suggestion === undefined ? {} : { suggestion };
    const whole = `${oneLine(problem)}${question}\n${pointAt(text, at, length)}`;
    super({ code: 'ERR_INVALID_EXPRESSION', problem: whole, ...meant });
    this.at = at;
    this.problem = whole;
  }
}
