/** A kind of HTTP client, and how its requests are followed. */

import type { RequestLine } from '../apis/index.ts';
import type { ExchangeEvents } from '../exchange/index.ts';

/** Follows a request; `undefined` for one that is no call of a model. Never throws. */
export type Follow = (line: RequestLine) => ExchangeEvents | undefined;

/**
 * Gets a request that cannot be followed.
 *
 * @param why - a sentence for the person who runs the process
 */
export type Unseen = (line: RequestLine, why: string) => void;

/** Starts to follow the requests of one kind of client. @returns the undo */
export type Transport = (follow: Follow) => () => void;

const [MAJOR = 0, MINOR = 0] = process.versions.node.split('.').map(Number);

/**
 * True if the running Node has something that came with `minors`: the first minor version that has it, by major
 * version. Later major versions have it too.
 */
export function nodeHas(minors: Readonly<Record<number, number>>): boolean {
  const least = minors[MAJOR];
  return least === undefined ? MAJOR > Math.max(...Object.keys(minors).map(Number)) : MINOR >= least;
}

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
