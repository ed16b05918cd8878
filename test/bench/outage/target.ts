import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { gunzipSync } from 'node:zlib';

/** How a target is out of order: nobody listens, or it has too many requests. */
export type Outage = 'down' | '429';

/** Elasticsearch and Datadog's intake on loopback, as far as counting lines needs. */
export interface OutageTarget {
  readonly port: number;
  /** How often each numbered line has arrived. */
  readonly arrived: ReadonlyMap<number, number>;
  fail(outage: Outage): Promise<void>;
  recover(): Promise<void>;
  close(): Promise<void>;
}

/** Datadog's transport puts a line into a string of the request. */
const SEQUENCE = /\\?"seq\\?":(\d+)/g;
const HEADERS = { 'content-type': 'application/json', 'x-elastic-product': 'Elasticsearch' };
const GREETING = { version: { number: '8.19.0', build_flavor: 'default' }, tagline: 'You Know, for Search' };

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  return (request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body).toString('utf8');
}

function answer(response: ServerResponse, path: string, body: string): void {
  if (path.includes('_bulk')) {
    const lines = body.split('\n').length - 1;
    const items = Array.from({ length: lines / 2 }, () => ({ create: { status: 201 } }));
    response.writeHead(200, HEADERS).end(JSON.stringify({ took: 1, errors: false, items }));
  } else if (path.startsWith('/api/v2/logs')) response.writeHead(202, HEADERS).end('{}');
  else response.writeHead(200, HEADERS).end(JSON.stringify(GREETING));
}

/** Starts a target that works. */
export async function startOutageTarget(): Promise<OutageTarget> {
  const arrived = new Map<number, number>();
  const sockets = new Set<Socket>();
  let isThrottling = false;
  let server: Server | undefined;

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await read(request);
    if (isThrottling) {
      response.writeHead(429, HEADERS).end('{}');
      return;
    }
    for (const [, digits] of body.matchAll(SEQUENCE))
      arrived.set(Number(digits), (arrived.get(Number(digits)) ?? 0) + 1);
    answer(response, request.url ?? '', body);
  }

  function listen(port: number): Promise<number> {
    const started = createServer((request, response) => void serve(request, response).catch(() => {}));
    server = started;
    started.on('connection', (socket) => {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
    });
    return new Promise((resolve) => {
      started.listen(port, '127.0.0.1', () => resolve((started.address() as AddressInfo).port));
    });
  }

  function close(): Promise<void> {
    return new Promise((resolve) => {
      if (server === undefined) return resolve();
      server.close(() => resolve());
      server = undefined;
      for (const socket of sockets) socket.destroy();
    });
  }

  const port = await listen(0);
  return {
    port,
    arrived,
    close,
    async fail(outage) {
      if (outage === 'down') await close();
      else isThrottling = true;
    },
    async recover() {
      isThrottling = false;
      if (server === undefined) await listen(port);
    },
  };
}
