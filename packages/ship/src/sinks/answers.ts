import { retryAfterMs } from '@spanline/remote';
import type { Answer } from '../engine/http.ts';
import type { Verdict } from '../engine/types.ts';

const isSuccess = (status: number): boolean => status >= 200 && status < 300;

/** Asks again after what the server said, if it said something. */
export function retry(answer: Answer, reason: string, throttled: boolean): Verdict {
  const afterMs = retryAfterMs(answer.headers);
  return { kind: 'retry', reason, throttled, ...(afterMs === undefined ? {} : { afterMs }) };
}

/** What a status means everywhere; `undefined` for success, which each target explains in its own way. */
export function statusVerdict(answer: Answer): Verdict | undefined {
  const { status } = answer;
  if (isSuccess(status)) return undefined;
  if (status === 401 || status === 403) return { kind: 'pause', reason: `${status}, the key is missing or refused` };
  if (status === 413) return { kind: 'split', reason: '413, too large' };
  if (status === 408 || status === 429) return retry(answer, `${status}, too many requests`, true);
  if (status >= 500) return retry(answer, `${status} from the server`, status === 503);
  if (status === 400 || status === 422) return { kind: 'split', reason: `${status}, refused` };
  return { kind: 'pause', reason: `${status}, is the URL right?` };
}

/** The JSON object of an answer; `undefined` for anything else. */
export function jsonBody(answer: Answer): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(answer.body.toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
