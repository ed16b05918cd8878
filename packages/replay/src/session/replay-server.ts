/** A replay as a provider on the loopback interface, for programs in other processes. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';

/** A replay that is served. */
export interface ReplayServer {
  /** `http://127.0.0.1:<port>`, without a path. */
  readonly url: string;
  /** Ends the server and its connections. */
  close(): Promise<void>;
}

/** Of the addresses that the answers are asked for; only their paths count. */
const ORIGIN = 'http://127.0.0.1';

async function answer(answerFrom: typeof fetch, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const { method = 'POST', url: path = '/' } = incoming;
  const left = new AbortController();
  outgoing.once('close', () => left.abort());
  const body = await buffer(incoming);
  const init = { method, signal: left.signal, ...(body.length === 0 ? {} : { body: new Uint8Array(body) }) };
  const response = await answerFrom(new URL(path, ORIGIN), init);
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  if (response.body === null) outgoing.end();
  else await pipeline(Readable.fromWeb(response.body as never), outgoing);
}

/** Serves the answers of a `fetch`. A failure of the network closes the connection. */
export async function serveReplay(answerFrom: typeof fetch): Promise<ReplayServer> {
  const server = createServer((incoming, outgoing) => {
    answer(answerFrom, incoming, outgoing).catch(() => outgoing.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
