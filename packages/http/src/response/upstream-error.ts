/** Errors that clients of other services throw. */

import { describeFailure, isObject, type Props, props } from '@spanline/instrumentation';

/** Properties of the errors of SDKs and HTTP clients that the errors of an application do not have. */
const OWN_KEYS = [
  '$metadata', // AWS SDK 3
  '$response',
  'errorDetails', // Google's generative AI client
  'httpResponse', // Hugging Face
  'isAxiosError',
  'rawResponse', // Cohere, Mistral and other clients that Fern and Speakeasy generate
  'rawType', // Stripe
  'requestID', // OpenAI, Anthropic and other clients that Stainless generates
  'responseHeaders', // Vercel AI SDK
] as const;

/** Codes of undici's errors for an answer: of `interceptors.responseError`, and of `throwOnError` up to version 6. */
const UNDICI: ReadonlySet<unknown> = new Set(['UND_ERR_RESPONSE', 'UND_ERR_RESPONSE_STATUS_CODE']);

/** Google Gen AI's `ApiError` has the body of the response as its message. */
const BODY_AS_MESSAGE = '{"error":';

function isHeaders(value: unknown): boolean {
  return isObject(value) && typeof props(value)['get'] === 'function';
}

/** True for the response of an HTTP client: axios, got, ky, superagent, Octokit, Elasticsearch. */
function isResponse(value: unknown): boolean {
  return isObject(value) && isObject(props(value)['headers']);
}

function hasResponse(error: Props): boolean {
  const { headers, response, meta, message, code } = error;
  return (
    OWN_KEYS.some((key) => error[key] !== undefined) ||
    isResponse(response) ||
    isResponse(meta) ||
    isHeaders(headers) ||
    // A Groq or undici error has plain headers; those of http-errors are for the client, without a body.
    (isObject(headers) && (isObject(error['error']) || UNDICI.has(code))) ||
    (typeof message === 'string' && message.startsWith(BODY_AS_MESSAGE))
  );
}

/** True for an error with the answer of another service, which refused a call of this one. */
export function isRefusal(error: unknown): boolean {
  return isObject(error) && hasResponse(props(error));
}

const OUTAGES: ReadonlySet<string> = new Set(['network', 'timeout', 'rate_limit', 'context_length', 'content_filter']);

/** True for an error that only a call of another service has: no connection, a time-out, a limit of a model. */
export function isOutage(error: unknown): boolean {
  return OUTAGES.has(describeFailure(error).class);
}
