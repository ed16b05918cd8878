/** Calls of a model that are tried again. */
import { props } from '@spanline/record';
import { backoffMs, retryAfterMs } from '@spanline/remote';
import { JudgeError } from './judge-error.ts';
import { type Slots, unlessAborted } from './slots.ts';

const BACKOFF = { minMs: 500, maxMs: 30_000 };
/** Request timeout, too many requests, and faults of the server. */
const isPassing = (status: number): boolean => status === 408 || status === 429 || status >= 500;
/** No connection, or one that broke. */
const NETWORK = /^(?:E(?:CONN|PIPE|TIMEDOUT|NOTFOUND|AI_AGAIN|HOST|NET)|UND_ERR_)/;
const CONNECTION_ERROR = /^(?:APIConnection(?:Timeout)?Error|AI_APICallError)$/;

function statusOf(error: unknown): number | undefined {
  const { status, statusCode, response } = props(error);
  return [status, statusCode, props(response)['status']].find((value): value is number => typeof value === 'number');
}

/** Headers are an object, or a `Headers`. */
function headersOf(error: unknown): Record<string, string | undefined> {
  const { headers, responseHeaders, response } = props(error);
  const given = headers ?? responseHeaders ?? props(response)['headers'];
  const read = (name: string): string | undefined => {
    const value: unknown =
      typeof props(given)['get'] === 'function' ? (given as Headers).get(name) : props(given)[name];
    return typeof value === 'string' ? value : undefined;
  };
  return { 'retry-after': read('retry-after'), date: read('date') };
}

function mayPass(error: unknown): boolean {
  const status = statusOf(error);
  if (status !== undefined) return isPassing(status);
  const { name, code, cause } = props(error);
  return (
    CONNECTION_ERROR.test(String(name)) || NETWORK.test(String(code)) || NETWORK.test(String(props(cause)['code']))
  );
}

/** True if nothing was billed: the server refused, or was not reached. */
export const isUnbilled = (error: unknown): boolean => statusOf(error) !== undefined || mayPass(error);

/** A status, or the class of the error. Its message may quote what was judged. */
function describe(error: unknown): string {
  const status = statusOf(error);
  const { name } = props(error);
  return status === undefined ? (typeof name === 'string' ? name : 'unknown error') : `status ${status}`;
}

/** Some clients do not obey the signal. */
function answered<T>(call: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = unlessAborted<never>(signal, () => () => undefined);
  return Promise.race([call, aborted]);
}

/** Options of {@link tryAgain}. */
export interface Attempts {
  readonly retries: number;
  readonly slots: Slots;
  readonly signal: AbortSignal;
  readonly onRetry: () => void;
}

/**
 * Makes a call, and makes it again after a fault that may pass. All calls of a judge wait as long as `Retry-After`
 * asks.
 *
 * @throws JudgeError `ERR_JUDGE_CALL`
 */
export async function tryAgain<T>(call: () => Promise<T>, { retries, slots, signal, onRetry }: Attempts): Promise<T> {
  for (let failures = 0; ;) {
    try {
      await slots.ready(signal);
      return await answered(call(), signal);
    } catch (error) {
      failures++;
      const isOver = failures > retries || signal.aborted || !mayPass(error);
      const asked = retryAfterMs(headersOf(error));
      if (asked !== undefined) slots.pause(asked);
      else if (!isOver) slots.pause(backoffMs(failures, BACKOFF));
      if (isOver) {
        const why = signal.aborted ? 'the judgement took too long' : describe(error);
        throw new JudgeError('ERR_JUDGE_CALL', `the model could not be asked (${why})`, error);
      }
      onRetry();
    }
  }
}
