/** Attributes from the headers of an answer. */

import { rateLimitRatio, reportedByHeaders } from '@spanline/core/internal';
import { number, props, type Props, type SpanAttributes, text } from '@spanline/record';

const REQUEST_IDS = ['x-request-id', 'request-id', 'apim-request-id', 'x-amzn-requestid'] as const;

/** Reads a header of a `Headers` object or of a plain one. */
export function headerOf(headers: unknown, name: string): string | undefined {
  const { get } = props(headers);
  return text(typeof get === 'function' ? Reflect.apply(get, headers, [name]) : props(headers)[name]);
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
export function answerHeaders(headers: unknown): SpanAttributes {
  return { ...headerAttributes(headers), ...reportedByHeaders(headers) };
}

/** AWS counts the attempts of a call that failed. */
function retries(metadata: Props): number | undefined {
  const attempts = number(metadata['attempts']) ?? 1;
  return attempts > 1 ? attempts - 1 : undefined;
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
    'spanline.retry.attempt': retries(metadata),
  };
}
