/** Attributes from the headers of an answer. */

import { BILL_HEADERS, rateLimitRatio, reportedByHeaders } from '@spanline/core/internal';
import { number, props, type Props, type SpanAttributes, text } from '@spanline/record';

const REQUEST_IDS = ['x-request-id', 'request-id', 'apim-request-id', 'x-amzn-requestid'] as const;

/** Reads a header of a `Headers` object or of a plain one. */
export function headerOf(headers: unknown, name: string): string | undefined {
  const { get } = props(headers);
  return text(typeof get === 'function' ? Reflect.apply(get, headers, [name]) : props(headers)[name]);
}

/** Those that are read of an answer. */
const READ: ReadonlySet<string> = new Set([...REQUEST_IDS, ...BILL_HEADERS]);
/** More headers of one answer are not looked through. */
const MAX_HEADERS = 1000;

/**
 * The headers that are read, found in one pass: `Headers` checks each name that it is asked for, and has few of ours.
 * Headers that cannot be listed stay as they are.
 */
function readHeaders(headers: unknown): unknown {
  const { get, [Symbol.iterator]: iterate } = props(headers) as { get?: unknown; [Symbol.iterator]?: unknown };
  if (typeof get !== 'function' || typeof iterate !== 'function') return headers;
  const found = new Map<string, unknown>();
  let count = 0;
  for (const [name, value] of headers as Iterable<readonly [name: unknown, value: unknown]>) {
    if (typeof name !== 'string' || count++ === MAX_HEADERS) return headers;
    const key = name.toLowerCase();
    if (READ.has(key)) found.set(key, value);
  }
  return found;
}

function requestId(headers: unknown): string | undefined {
  for (const name of REQUEST_IDS) {
    const id = headerOf(headers, name);
    if (id !== undefined) return id;
  }
  return undefined;
}

/** The provider's id of the request, and the share of the rate limit that is left. */
function headerAttributes(headers: unknown): SpanAttributes {
  return {
    'spanline.ratelimit.remaining_ratio': rateLimitRatio(headers),
    'spanline.provider.request_id': requestId(headers),
  };
}

/** The same of a successful answer, with the cost and the service tier that its headers report. */
export function answerHeaders(given: unknown): SpanAttributes {
  const headers = readHeaders(given);
  const attributes = headerAttributes(headers);
  const reported = reportedByHeaders(headers);
  return reported === undefined ? attributes : Object.assign(attributes, reported);
}

/** AWS counts the attempts of a call that failed. */
function lastAttempt(metadata: Props): number | undefined {
  const attempts = number(metadata['attempts']) ?? 1;
  return attempts > 1 ? attempts : undefined;
}

/** Attributes from the headers of a client's error. Those of AWS have the response beside the error's own fields. */
export function errorAttributes(error: unknown): SpanAttributes {
  const { headers, request_id: id, requestID, $response, $metadata } = props(error);
  const known = headerAttributes(headers ?? props($response)['headers']);
  const metadata = props($metadata);
  const request = known['spanline.provider.request_id'] ?? id ?? requestID ?? metadata['requestId'];
  return {
    ...known,
    'spanline.provider.request_id': typeof request === 'string' ? request : undefined,
    'spanline.retry.attempt': lastAttempt(metadata),
  };
}
