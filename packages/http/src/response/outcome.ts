/** The outcome of a request. */

import { STATUS_CODES } from 'node:http';
import { failuresBelow } from '@spanline/instrumentation';
import type { Exchange } from '../exchange/exchange.ts';
import { isClientFault, reasonOf } from './client-fault.ts';
import { failedCall } from './failed-call.ts';

/** Status of a request's span, with the error that caused it. */
export type Outcome = { status: 'ok' } | { status: 'aborted' } | { status: 'error'; error: unknown };

/** An error that nobody threw. Its name becomes `error.type`. */
export interface NamedFailure {
  name: string;
  message: string;
}

const SERVER_ERROR = 500;
/**
 * The error of a response with nothing but its status, named as in OpenTelemetry's HTTP conventions (`error.type` =
 * `500`).
 */
function statusError(code: number): NamedFailure {
  return { name: String(code), message: STATUS_CODES[code] ?? 'server error' };
}

/** The outcome of a request with an error. */
function outcomeOfError(status: number, known: unknown, exchange: Exchange): Outcome {
  const { lastError = known, statusAtError, span } = exchange;
  const replaced = lastError === known ? undefined : known;
  const handled = { error: lastError, replaced, statusAtError, status, failures: failuresBelow(span) };
  return isClientFault(handled) ? { status: 'ok' } : { status: 'error', error: reasonOf(handled) };
}

/**
 * The outcome of a response that was sent whole.
 *
 * @param known - the error of the handlers; `undefined` if there was none
 */
export function outcomeOfAnswer(status: number, known: unknown, exchange: Exchange): Outcome {
  if (known !== undefined) {
    const outcome = exchange.guard('http error', outcomeOfError, status, known, exchange);
    return outcome ?? { status: 'error', error: known };
  }
  const call = exchange.guard('http error', failedCall, exchange, status);
  if (call !== undefined) return { status: 'error', error: call.error };
  return status >= SERVER_ERROR ? { status: 'error', error: statusError(status) } : { status: 'ok' };
}
