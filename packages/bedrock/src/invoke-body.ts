/** Bodies of `InvokeModel`: JSON in the shape of each model's maker. */

import { isObject, props } from '@spanline/instrumentation';

const DECODER = new TextDecoder();
const MAX_BYTES = 32 * 1024 * 1024;

function textOf(body: unknown): string | undefined {
  if (typeof body === 'string') return body;
  if (body instanceof ArrayBuffer) return textOf(new Uint8Array(body));
  return body instanceof Uint8Array && body.byteLength <= MAX_BYTES ? DECODER.decode(body) : undefined;
}

/** True for a body that has been parsed before. */
function isParsed(body: unknown): body is Record<string, unknown> {
  return isObject(body) && Object.getPrototypeOf(body) === Object.prototype;
}

/**
 * Reads a body: text, bytes, or an object that was parsed from them. It is empty for a stream, for more than 32 MiB,
 * and for what is no JSON.
 */
export function decodeBody(body: unknown): Record<string, unknown> {
  if (isParsed(body)) return body;
  const given = textOf(body);
  if (given === undefined) return {};
  try {
    const value: unknown = JSON.parse(given);
    return isObject(value) && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** Headers with the counts of an answer, and the names of these counts in the events of a stream. */
const COUNTS = {
  'x-amzn-bedrock-input-token-count': 'inputTokenCount',
  'x-amzn-bedrock-output-token-count': 'outputTokenCount',
  'x-amzn-bedrock-cache-read-input-token-count': 'cacheReadInputTokenCount',
  'x-amzn-bedrock-cache-write-input-token-count': 'cacheWriteInputTokenCount',
};
const METRICS = 'amazon-bedrock-invocationMetrics';

/** Reads a whole answer. Some makers count nothing in the body (Cohere, Mistral): Amazon counts in the headers. */
export function decodeAnswer(body: unknown, response: unknown): Record<string, unknown> {
  const answer = decodeBody(body);
  const headers = props(props(response)['headers']);
  const counts = Object.entries(COUNTS).flatMap(([header, name]) =>
    headers[header] === undefined ? [] : [[name, headers[header]]],
  );
  return counts.length === 0 ? answer : { [METRICS]: Object.fromEntries(counts), ...answer };
}
