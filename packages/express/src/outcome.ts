import { STATUS_CODES } from 'node:http';
import type { Response } from 'express';

/** How an exchange ended. */
export type Outcome = { status: 'ok' } | { status: 'aborted' } | { status: 'error'; error: unknown };

const SERVER_ERROR = 500;

/** An error for a response that says no more than its status, named as OpenTelemetry's HTTP conventions name it (`error.type` = `500`). */
function statusError(code: number): { name: string; message: string } {
  return { name: String(code), message: STATUS_CODES[code] ?? 'server error' };
}

/**
 * Reads the outcome from a closed response. A client that left gives none of the events and codes of an answer; a handler's fault after the head was sent looks the same on the
 * response, so that what the handlers failed with decides.
 *
 * @param failure - what the application's handlers failed with, if anything
 */
export function outcomeOf(res: Response, failure: unknown): Outcome {
  const error: unknown = failure ?? res.errored ?? undefined;
  if (res.writableFinished) {
    return res.statusCode >= SERVER_ERROR
      ? { status: 'error', error: error ?? statusError(res.statusCode) }
      : { status: 'ok' };
  }
  return error === undefined ? { status: 'aborted' } : { status: 'error', error };
}
