/** A kind of HTTP client, and how its requests are followed. */

import type { RequestLine } from '../apis/index.ts';
import type { ExchangeEvents } from '../exchange/index.ts';

/** Follows a request; `undefined` for one that is no call of a model. Never throws. */
export type Follow = (line: RequestLine) => ExchangeEvents | undefined;

/** Starts to follow the requests of one kind of client. @returns the undo */
export type Transport = (follow: Follow) => () => void;

/** Methods that calls of models have. */
export function methodOf(method: unknown): RequestLine['method'] | undefined {
  if (method === 'POST') return 'post';
  return method === 'GET' || method === undefined ? 'get' : undefined;
}

const SECRET = /^(?:set-)?cookie|^(?:proxy-)?authenticat|^authorization$/;

/** The headers of an answer, by lower-case name. Those with secrets are left out. */
export function headersOf(raw: readonly (Uint8Array | string)[]): Record<string, string> {
  const headers: Record<string, string> = {};
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = String(raw[index]).toLowerCase();
    if (!SECRET.test(name)) headers[name] = String(raw[index + 1]);
  }
  return headers;
}
