/** The server that a model is called on, from the base URL of its client. */

import { memoize, type SpanAttributes } from '@spanline/record';
import { providerOfHost } from './names.ts';

/** A program calls few servers, each of them often. */
const MAX_SERVERS = 100;
const UNKNOWN: SpanAttributes = Object.freeze({});

/** `server.address` and `server.port` of a base URL; empty for what is no URL. */
export const serverOf: (baseUrl: string) => SpanAttributes = memoize(MAX_SERVERS, (baseUrl) => {
  if (!URL.canParse(baseUrl)) return UNKNOWN;
  const { hostname, port, protocol } = new URL(baseUrl);
  const usualPort = protocol === 'http:' ? 80 : 443;
  return Object.freeze({ 'server.address': hostname, 'server.port': port === '' ? usualPort : Number(port) });
});

const readServer = memoize(MAX_SERVERS, (key: string): SpanAttributes => {
  const [fallback = '', baseUrl = ''] = key.split(' ');
  const server = serverOf(baseUrl);
  const { 'server.address': host } = server;
  return Object.freeze({
    'gen_ai.provider.name': (host === undefined ? undefined : providerOfHost(host)) ?? fallback,
    ...server,
  });
});

/**
 * Provider and server of a client.
 *
 * @param baseUrl - the base URL that the client is set to
 * @param fallback - the provider of unknown hosts: a gateway or a server of the user's own that speaks this provider's
 * protocol
 */
export function serverAttributes(baseUrl: unknown, fallback: string): SpanAttributes {
  return readServer(`${fallback} ${String(baseUrl)}`);
}
