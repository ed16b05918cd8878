/** Details of a {@link SpanlineError}. */
export interface SpanlineErrorDetails {
  /** Stable code, `ERR_…`. */
  code: string;
  /** The option, rule or argument that is wrong, as the user wrote it (`limits.fieldBytes`). */
  option?: string;
  /** Completes the sentence "must be …". */
  expected?: string;
  /** The whole reason, where it is not an option that is wrong. */
  problem?: string;
  /** There is no option of this name. */
  isUnknown?: boolean;
  /** The known option or value that was probably meant. */
  suggestion?: string;
  /** The value that came. The message describes it and never shows it in full. */
  got?: unknown;
  cause?: unknown;
}

const MAX_SHOWN = 40;

/** Describes a wrong value. A string is shown only if it cannot be a secret. */
function describe(got: unknown, option: string): string {
  if (got === null) return 'null';
  if (typeof got === 'number' || typeof got === 'boolean' || got === undefined) return String(got);
  if (typeof got === 'string') {
    const hidden = got.length > MAX_SHOWN || /key|secret|token|password/i.test(option);
    return hidden ? `a string of ${got.length} characters` : JSON.stringify(got);
  }
  try {
    if (Array.isArray(got)) return `an array of ${got.length}`;
  } catch {
    return 'an object that cannot be read';
  }
  return typeof got === 'object' ? 'an object' : `a ${typeof got}`;
}

function sentence(details: SpanlineErrorDetails, received: string | undefined): string {
  const { option, expected, isUnknown, suggestion, problem } = details;
  if (problem !== undefined) return `: ${problem}`;
  const question = suggestion === undefined ? '' : `; did you mean "${suggestion}"?`;
  if (isUnknown === true) {
    return `: unknown option "${option}"${question} (expected ${expected})`;
  }
  const subject = option === undefined ? '' : `: ${option}`;
  const rule = expected === undefined ? '' : ` must be ${expected}`;
  return `${subject}${rule}${received === undefined ? '' : `, got ${received}`}${question}`;
}

/**
 * The one error class of Spanline. It is thrown at start-up only, for a wrong option or a wrong call.
 *
 * @example
 * ```ts
 * import { createTracer } from '@spanline/core';
 *
 * try {
 *   createTracer({ capture: 'everything' as never });
 * } catch (error) {
 *   if (error instanceof Error && 'code' in error) console.error(error.code, error.message);
 * }
 * ```
 */
export class SpanlineError extends Error {
  override readonly name = 'SpanlineError';
  readonly code: string;
  readonly option: string | undefined;
  readonly expected: string | undefined;
  /** A description of the value that came, not the value itself. */
  readonly got: string | undefined;
  /** The known option or value that was probably meant. */
  readonly suggestion: string | undefined;

  constructor(details: SpanlineErrorDetails) {
    const { code, option, expected, got, suggestion, cause } = details;
    const received = 'got' in details ? describe(got, option ?? '') : undefined;
    super(`${code}${sentence(details, received)}`, cause === undefined ? undefined : { cause });
    this.code = code;
    this.option = option;
    this.expected = expected;
    this.got = received;
    this.suggestion = suggestion;
  }
}
