/** A kind of HTTP client, and how its requests are followed. */

import type { FoundApi, RequestStart } from '../apis/index.ts';
import type { ExchangeEvents } from '../exchange/index.ts';

/** Calls of models among the requests of a process. Its methods never throw. */
export interface Calls {
  /** The call that a request is; `undefined` for one that goes elsewhere. */
  find(request: RequestStart): FoundApi | undefined;
  /** Follows a call; `undefined` if nothing is recorded. */
  follow(found: FoundApi): ExchangeEvents | undefined;
}

/** Who asks for calls at the moment. */
interface Running {
  readonly capture: Calls | undefined;
}

/**
 * Gets a call that cannot be followed.
 *
 * @param why - a sentence for the person who runs the process
 */
export type Unseen = (found: FoundApi, why: string) => void;

/** Starts to follow the calls that one kind of client makes. @returns the undo */
export type Transport = (running: Running) => () => void;

const [MAJOR = 0, MINOR = 0] = process.versions.node.split('.').map(Number);

/**
 * True if the running Node has something that came with `minors`: the first minor version that has it, by major
 * version. Later major versions have it too.
 */
export function nodeHas(minors: Readonly<Record<number, number>>): boolean {
  const least = minors[MAJOR];
  return least === undefined ? MAJOR > Math.max(...Object.keys(minors).map(Number)) : MINOR >= least;
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
