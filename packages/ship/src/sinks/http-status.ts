import { type HttpResponse, retryAfterMs } from '@spanline/remote';
import type { SendResult } from '../contracts/sink.ts';

type Headers = HttpResponse['headers'];

/** Retries after the wait that the response asks for, if it asks for one. */
export function retry(headers: Headers, reason: string, throttled: boolean): SendResult {
  const afterMs = retryAfterMs(headers);
  return { kind: 'retry', reason, throttled, ...(afterMs === undefined ? {} : { afterMs }) };
}

const PAUSES: Readonly<Record<number, string>> = {
  407: 'a proxy asks for a key',
  415: 'the target takes no such requests; does it take gzip?',
};

/**
 * Interprets the status of an HTTP response:
 *
 * - 2xx: stored
 * - 408, 429, 5xx: retry, after `Retry-After` or `x-ratelimit-reset`
 * - 413, 400, 422: split
 * - 401, 403, redirects and other 4xx: pause
 *
 * @param headers - in lower case, as Node's `IncomingHttpHeaders` and `Object.fromEntries(response.headers)` are
 */
export function resultOfStatus(status: number, headers: Headers = {}): SendResult {
  if (status >= 200 && status < 300) return { kind: 'stored' };
  if (status === 401 || status === 403) return { kind: 'pause', reason: `${status}, the key is missing or refused` };
  if (status === 413) return { kind: 'split', reason: '413, too large' };
  if (status === 408 || status === 429) return retry(headers, `${status}, too many requests`, true);
  if (status >= 500) return retry(headers, `${status} from the server`, status === 503);
  if (status === 400 || status === 422) return { kind: 'split', reason: `${status}, refused` };
  return { kind: 'pause', reason: `${status}, ${PAUSES[status] ?? 'is the URL right?'}` };
}

/** Interprets a response whose status says everything, except that a proxy may answer 200 with a web page. */
export function resultOfResponse({ status, headers }: HttpResponse): SendResult {
  const result = resultOfStatus(status, headers);
  if (result.kind !== 'stored' || !/^text\/html/i.test(headers['content-type'] ?? '')) return result;
  return { kind: 'retry', reason: `${status} with a web page for an answer` };
}

/** Parses the body of a response; `undefined` unless it is a JSON object. */
export function jsonBody({ body }: HttpResponse): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
