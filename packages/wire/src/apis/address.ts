/** The address of a request, as the application gives it. */

import type { RequestLine } from './api.ts';

/** The scheme and the host of an address, and what follows up to the fragment. */
const ADDRESS = /^(https?:\/\/[^/?#\\@\s]+)([^#]*)/;
/** Paths that `URL` would change. */
const IRREGULAR = /[\s\\]|\/\.|^[^/]/;

/**
 * Takes an address apart. A URL is made only of one that is written unusually: every request of the process is looked
 * at, and `URL` takes ten times as long.
 *
 * @returns `undefined` for what is no address
 */
export function lineOfAddress(address: string, method: RequestLine['method']): RequestLine | undefined {
  const [, origin, path] = ADDRESS.exec(address) ?? [];
  if (origin !== undefined && path !== undefined && !IRREGULAR.test(path)) return { origin, path, method };
  if (!URL.canParse(address)) return undefined;
  const url = new URL(address);
  return { origin: url.origin, path: `${url.pathname}${url.search}`, method };
}
