/** The server that a model is called on, from the base URL of its client. */

import { providerOf } from '@spanline/core/internal';
import { memoize, type SpanAttributes } from '@spanline/record';

/** A program calls few servers, each of them often. */
const MAX_SERVERS = 100;
const UNKNOWN: SpanAttributes = Object.freeze({});

/** `server.address` and `server.port` of a base URL; empty for what is no URL. */
export const serverOf: (baseUrl: string) => SpanAttributes = memoize(MAX_SERVERS, (baseUrl) => {
  if (!URL.canParse(baseUrl)) return UNKNOWN;
  const { hostname, port, protocol } = new URL(baseUrl);
  const usualPort = protocol === 'http:' ? 80 : 443;
  return Object.freeze({
    // An IPv6 address is in brackets only as a part of a URL.
    'server.address': hostname.replace(/^\[|\]$/g, ''),
    'server.port': port === '' ? usualPort : Number(port),
  });
});

const readServer = memoize(MAX_SERVERS, (key: string): SpanAttributes => {
  const [protocol = '', baseUrl = ''] = key.split(' ');
  const server = serverOf(baseUrl);
  return Object.freeze({
    'gen_ai.provider.name': providerOf({ host: server['server.address'], protocol }),
    ...server,
  });
});

/**
 * Provider and server of a client.
 *
 * @param baseUrl - the base URL that the client is set to
 * @param protocol - the provider whose protocol the client speaks. A gateway or a server of the user's own speaks it as
 * well
 */
export function serverAttributes(baseUrl: unknown, protocol: string): SpanAttributes {
  return readServer(`${protocol} ${String(baseUrl)}`);
}
