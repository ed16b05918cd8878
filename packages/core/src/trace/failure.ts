/** An error in the terms of a record. */
import { type ErrorClass, isObject, text } from '@spanline/record';
import { readProperty, readText } from '../gate/index.ts';
import { causeFields } from './cause-fields.ts';
import { classifyError } from './error-class.ts';
import { causeChain, classNameOf, httpStatusOf, messageOf, partsOf } from './thrown-value.ts';

/** Characters. The line's limit of the field is smaller. */
const MAX_CAUSE_TEXT = 8192;

/** An error as its record describes it. */
export interface Failure {
  /** Of low cardinality: the error's name, else its code. */
  readonly type: string;
  readonly message: string;
  readonly stack: string | undefined;
  /** Its causes, see {@link causeText}; `undefined` if it has none. */
  readonly cause: string | undefined;
  readonly class: ErrorClass;
  /** `undefined` if it is not known whether a retry can help. */
  readonly retryable: boolean | undefined;
}

/**
 * Returns the name an operator searches for: `RateLimitError`, `TypeError`, `ECONNREFUSED`. A code or class name is
 * preferred to `Error`.
 */
function errorType(error: unknown): string {
  if ((typeof error !== 'object' && typeof error !== 'function') || error === null) return typeof error;
  const name = readText(error, 'name');
  if (name !== undefined && name !== 'Error') return name;
  const className = classNameOf(error);
  if (className !== undefined && className !== 'Error' && className !== 'Object') return className;
  return readText(error, 'code') ?? name ?? 'Error';
}

function isRetryable(errorClass: ErrorClass, status: number | undefined): boolean | undefined {
  if (errorClass === 'rate_limit' || errorClass === 'timeout' || errorClass === 'network') return true;
  if (errorClass === 'auth' || errorClass === 'context_length' || errorClass === 'content_filter') return false;
  return status === undefined ? undefined : status >= 500;
}

function codeOf(error: unknown): string | undefined {
  const code = readProperty(error, 'code');
  return typeof code === 'number' ? String(code) : text(code);
}

/** `Error: connect refused (ECONNREFUSED)`. Every error has a name: an object without one says its fields. */
function summary(error: unknown): string {
  if (isObject(error) && readText(error, 'name') === undefined) return causeFields(error);
  const [type, code, message] = [errorType(error), codeOf(error), messageOf(error)];
  return `${type}${message === '' ? '' : `: ${message}`}${code === undefined || code === type ? '' : ` (${code})`}`;
}

function summaries(errors: readonly unknown[]): string[] {
  return errors.map(summary).filter((line) => line !== '');
}

function withParts(error: unknown): string {
  const parts = summaries(partsOf(error));
  return parts.length === 0 ? summary(error) : `${summary(error)} [${parts.join('; ')}]`;
}

/**
 * Describes what an error arose from: the errors that it stands for (`AggregateError`), then its causes, outermost
 * first, each on a line. Returns `undefined` if there is nothing to report. Never throws.
 */
export function causeText(error: unknown): string | undefined {
  const own = summaries(partsOf(error));
  const causes = causeChain(error)
    .slice(1)
    .map(withParts)
    .filter((line) => line !== '');
  const lines = own.length === 0 ? causes : [own.join('; '), ...causes];
  return lines.length === 0 ? undefined : lines.join('\n').slice(0, MAX_CAUSE_TEXT);
}

/** Describes an error. Its class and HTTP status are those of the innermost cause that has one. Never throws. */
export function describeFailure(error: unknown): Failure {
  const chain = causeChain(error);
  const errorClass = chain.map(classifyError).findLast((found) => found !== undefined) ?? 'other';
  const status = chain.map(httpStatusOf).findLast((found) => found !== undefined);
  return {
    type: errorType(error),
    message: messageOf(error),
    stack: readText(error, 'stack'),
    cause: causeText(error),
    class: errorClass,
    retryable: isRetryable(errorClass, status),
  };
}

/** True if `error` is `origin`, wraps it, or repeats its message: the failure arose below and passed through. */
export function isSameFailure(error: unknown, origin: unknown): boolean {
  if (causeChain(error).includes(origin)) return true;
  const message = messageOf(error);
  return message !== '' && message === messageOf(origin);
}
