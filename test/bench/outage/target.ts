import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';

/** A target that can be switched off: Elasticsearch's `_bulk` and Datadog's intake. It knows lines by their number. */
export interface Target {
  readonly url: string;
  /** Numbers that came, each once. */
  readonly seen: ReadonlySet<number>;
  readonly requests: () => number;
  /** Closes the port and every connection. */
  down(): Promise<void>;
  /** Listens on the same port again. */
  up(): Promise<void>;
}

const NUMBER = /"line":(\d+)/g;

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  return (request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body).toString();
}

/** Starts a target that listens. */
export async function startTarget(): Promise<Target> {
  const seen = new Set<number>();
  let requests = 0;
  const server = createServer((request, response) => {
    void (async () => {
      const body = await bodyOf(request);
      requests++;
      // A document may hold another one as text: its quotes are escaped then.
      for (const [, number] of body.replaceAll('\\"', '"').matchAll(NUMBER)) seen.add(Number(number));
      const isBulk = request.url?.includes('_bulk') === true;
      const items = isBulk
        ? (body.match(/^\{"(?:create|index)":/gm) ?? []).map(() => ({ create: { status: 201 } }))
        : [];
      const type = isBulk ? 'application/vnd.elasticsearch+json; compatible-with=9' : 'application/json';
      response.writeHead(isBulk ? 200 : 202, { 'content-type': type, 'x-elastic-product': 'Elasticsearch' });
      response.end(isBulk ? JSON.stringify({ took: 1, errors: false, items }) : '{}');
    })().catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    seen,
    requests: () => requests,
    async down() {
      server.close();
      server.closeAllConnections();
      if (server.listening) await once(server, 'close');
    },
    async up() {
      server.listen(port, '127.0.0.1');
      await once(server, 'listening');
    },
  };
}
