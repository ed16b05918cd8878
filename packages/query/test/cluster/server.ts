/** A server on the loopback that answers as a cluster does, with what a test says. */

import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterEach } from 'vitest';

/** A request, as it came. */
export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Readonly<Record<string, unknown>>;
}

/** Status and body of an answer; a text is sent as it is. */
export type Reply = readonly [status: number, body: unknown, headers?: Readonly<Record<string, string>>];

const ES: Reply = [200, { version: { number: '8.15.0' }, tagline: 'You Know, for Search' }];
const keyword = { keyword: { type: 'keyword' } };
const types: Readonly<Record<string, unknown>> = {
  duration_ms: { double: { type: 'double' } },
  message: { text: { type: 'text' } },
  '@timestamp': { date: { type: 'date' } },
  'event.start': { date: { type: 'date' } },
};

function caps(path: string): Reply {
  const fields = new URL(path, 'http://x').searchParams.get('fields')?.split(',') ?? [];
  const known = fields.filter((field) => field !== 'trace.id').map((field) => [field, types[field] ?? keyword]);
  return [200, { indices: ['spans'], fields: Object.fromEntries(known) }];
}

/** An empty answer of a search. */
export const nothing = { _shards: { total: 1, successful: 1, failed: 0 }, hits: { hits: [] } };

/** A hit of a search. */
export const hit = (id: string, source: object, sort: readonly unknown[] = [1, 1]): object => ({
  _index: 'spans',
  _id: id,
  _source: source,
  sort,
});

function usual({ method, path }: Seen): Reply | undefined {
  if (path.endsWith('/')) return ES;
  if (path.includes('/_field_caps')) return caps(path);
  if (path.includes('/_pit')) return [200, { id: 'p' }];
  return method === 'DELETE' ? [200, { succeeded: true }] : undefined;
}

/** Starts a server. What `reply` leaves open is answered as Elasticsearch 8 does. */
export async function startCluster(
  reply: (seen: Seen) => Reply | undefined | 'silence' | 'cut',
  tls?: { readonly key: string; readonly cert: string },
): Promise<{ readonly url: string; readonly host: string; readonly seen: readonly Seen[] }> {
  const seen: Seen[] = [];
  const answerTo = (request: IncomingMessage, response: ServerResponse): void => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString();
      const one: Seen = {
        method: request.method ?? '',
        path: request.url ?? '',
        headers: request.headers,
        body: text === '' ? {} : (JSON.parse(text) as Seen['body']),
      };
      seen.push(one);
      const answer = reply(one) ?? usual(one) ?? [200, nothing];
      if (answer === 'silence') return;
      if (answer === 'cut') {
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
        response.write('{"hits":{"hits":[', () => response.destroy());
        return;
      }
      const [status, body, headers] = answer;
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(typeof body === 'string' ? body : JSON.stringify(body));
    });
  };
  const server = tls === undefined ? createServer(answerTo) : createTlsServer(tls, answerTo);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url: `${tls === undefined ? 'http' : 'https'}://${host}/spans`, host, seen };
}
