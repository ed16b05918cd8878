/** Bodies of `InvokeModel`: JSON in the shape of each model's maker. */

import { isObject } from '@spanline/instrumentation';

const DECODER = new TextDecoder();
const MAX_BYTES = 32 * 1024 * 1024;

function textOf(body: unknown): string | undefined {
  if (typeof body === 'string') return body;
  if (body instanceof ArrayBuffer) return textOf(new Uint8Array(body));
  return body instanceof Uint8Array && body.byteLength <= MAX_BYTES ? DECODER.decode(body) : undefined;
}

/** Reads a body. It is empty for a stream, for more than 32 MiB, and for what is no JSON. */
export function decodeBody(body: unknown): Record<string, unknown> {
  const given = textOf(body);
  if (given === undefined) return {};
  try {
    const value: unknown = JSON.parse(given);
    return isObject(value) && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
