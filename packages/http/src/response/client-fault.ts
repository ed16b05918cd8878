/** Errors that are the client's fault. */

import { type ChildFailure, describeFailure, props } from '@spanline/instrumentation';
import { isFailedCall } from './failed-call.ts';
import { linkedErrors } from './linked-errors.ts';
import { isOutage, isRefusal } from './upstream-error.ts';

/** An error that reached an error handler, and what is known about its request. */
export interface HandledError {
  readonly error: unknown;
  /** The first error of the request, if an error handler has replaced it by `error`. */
  readonly replaced: unknown;
  /** The status that the response had when the error came. */
  readonly statusAtError: number | undefined;
  /** The status that was sent. */
  readonly status: number;
  /** Failures below the request's span. */
  readonly failures: readonly ChildFailure[];
}

function isClientStatus(status: unknown): boolean {
  return typeof status === 'number' && status >= 400 && status < 500;
}

/** True for an error with a status for the client: one of http-errors (body-parser, csurf), Boom, or your own. */
function hasClientStatus(error: unknown): boolean {
  const { status, statusCode, expose, output } = props(error);
  return expose === true || [status, statusCode, props(output)['statusCode']].some(isClientStatus);
}

/** `res.status(404); throw new Error('no such page')` makes an error for the client with the response. */
function isMadeForClient({ error, statusAtError }: HandledError): boolean {
  return hasClientStatus(error) || isClientStatus(statusAtError);
}

/** Types of errors that nobody makes for a client. `SyntaxError` and `URIError` may be about what the client sent. */
const BUILT_IN: ReadonlySet<string> = new Set([
  'AggregateError',
  'AssertionError',
  'Error',
  'EvalError',
  'RangeError',
  'ReferenceError',
  'TypeError',
]);

/**
 * True for an error of a class of its own (`ZodError`, `MulterError`) that the application answered with 3xx or 4xx.
 */
function isMappedForClient({ error, status }: HandledError): boolean {
  return status >= 300 && !BUILT_IN.has(describeFailure(error).type) && !isOutage(error);
}

/**
 * True for the error of a failed call, for one that wraps it or repeats its message, and for one made in its place,
 * with the same status.
 */
function comesFrom({ status }: HandledError, links: readonly unknown[], failure: ChildFailure): boolean {
  if (links.includes(failure.error)) return true;
  const { status: given, statusCode = given } = props(failure.error);
  if (!failure.isRecovered && statusCode === status) return true;
  const { message } = describeFailure(failure.error);
  return message !== '' && message === describeFailure(links[0]).message;
}

/**
 * True if a call failed, nothing made up for it, and the error has neither a class of its own nor `expose`. As with an
 * answer without an error, the call then made the request fail.
 */
function standsForCall({ error, failures }: HandledError): boolean {
  if (!failures.some((failure) => !failure.isRecovered && isFailedCall(failure))) return false;
  return props(error)['expose'] !== true && BUILT_IN.has(describeFailure(error).type);
}

/**
 * True if an error below 500 is the client's fault. Its origin decides, not its status: frameworks adopt the status of
 * any error, also that of a provider which refuses the service's own key. May throw for a hostile error.
 */
export function isClientFault(handled: HandledError): boolean {
  if (handled.status >= 500) return false;
  const links = linkedErrors(handled.error, handled.replaced);
  if (links.some(isRefusal)) return false;
  if (handled.failures.some((failure) => isFailedCall(failure) && comesFrom(handled, links, failure))) return false;
  if (standsForCall(handled)) return false;
  return isMadeForClient(handled) || isMappedForClient(handled);
}

/**
 * The error that made a request fail: the first one that reached an error handler. One that was made for the client is
 * not the reason if an error handler replaced it, or failed with another one.
 */
export function reasonOf({ error, replaced }: HandledError): unknown {
  return replaced === undefined || (hasClientStatus(replaced) && !isRefusal(replaced)) ? error : replaced;
}
