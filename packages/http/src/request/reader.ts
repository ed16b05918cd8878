/** How requests of a framework are read. */

import type { IncomingHttpHeaders } from 'node:http';

/** Reads requests, and the ids that something before the adapter gave them. */
export interface RequestReader<Req, Res> {
  /** The message that stands for a request in all adapters that it passes: Node's, or the `Request` of the Web. */
  key(req: Req): object;
  method(req: Req): string | undefined;
  /** Path and query, as the client sent them. */
  target(req: Req): string;
  /** Names in lower case. */
  headers(req: Req): IncomingHttpHeaders;
  /** Version of HTTP; `undefined` if the framework does not expose it. */
  version(req: Req): string | undefined;
  /** `http` or `https`, as the framework's settings for proxies have it. */
  scheme(req: Req): string | undefined;
  /** Address of the client, likewise. */
  address(req: Req): string | undefined;
  /** The id that the framework or an earlier middleware gave to the request. */
  givenId(req: Req): unknown;
  /** A header of the response, as an earlier middleware set it. */
  givenHeader(res: Res, name: string): unknown;
}
