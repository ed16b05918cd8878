/** Recorded failures as answers of a provider. */
import type { ErrorClass, SpanRecord } from '@spanline/record';
import type { Api } from './model-request.ts';

const STATUS: Readonly<Partial<Record<ErrorClass, number>>> = {
  rate_limit: 429,
  auth: 401,
  context_length: 400,
  content_filter: 400,
};

/** Clients of OpenAI and Anthropic try again unless this header says no: the recorded call had its attempts. */
const HEADERS = { 'content-type': 'application/json', 'x-should-retry': 'false' };

/** An answer that is an error. */
export function errorResponse(api: Api, status: number, type: string, message: string): Response {
  const error = { message, type, code: type };
  const body = api === 'anthropic-messages' ? { type: 'error', error: { type, message } } : { error };
  return new Response(JSON.stringify(body), { status, headers: HEADERS });
}

/** The status that the recorded call ended with; `undefined` for a failure of the network or of time. */
function statusOf(record: SpanRecord): number | undefined {
  const [, told] = /^(\d{3})\b/.exec(record['error.message'] ?? '') ?? [];
  if (told !== undefined && Number(told) >= 400) return Number(told);
  const kind = record['spanline.error.class'] as ErrorClass | undefined;
  if (kind === 'timeout' || kind === 'network' || kind === 'aborted') return undefined;
  return (kind === undefined ? undefined : STATUS[kind]) ?? 500;
}

/**
 * A recorded failure as the answer that a client makes it of.
 *
 * @throws TypeError as `fetch` does, for a broken connection
 */
export function failureResponse(api: Api, record: SpanRecord): Response {
  const status = statusOf(record);
  const message = (record['error.message'] ?? record['error.type'] ?? 'the recorded call failed').replace(
    /^\d{3} /,
    '',
  );
  if (status !== undefined) return errorResponse(api, status, record['error.type'] ?? 'error', message);
  throw new TypeError('fetch failed', { cause: new Error(message) });
}
