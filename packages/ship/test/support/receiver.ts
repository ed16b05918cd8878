import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { onTestFinished } from 'vitest';

/** A request as a target sees it. */
export interface Received {
  path: string;
  headers: IncomingMessage['headers'];
  body: Buffer;
}

/** What a target answers; `undefined` breaks the connection, `hang` never answers, `drip` never ends to. */
export type Reply =
  | { status: number; headers?: Record<string, string>; body?: string | Buffer }
  | 'hang'
  | 'drip'
  | undefined;

/** Sends an answer a byte at a time until the other side has had enough. */
function drip(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  const timer = setInterval(() => response.write(' '), 5);
  response.once('close', () => clearInterval(timer));
}

/** A target on loopback. */
export interface Receiver {
  readonly url: string;
  readonly port: number;
  readonly requests: Received[];
  /** Replaces what it answers from now on. */
  answer: (request: Received, index: number) => Reply;
  /** Resolves when so many requests, or what a test asks for, have arrived. */
  until(isThere: () => boolean): Promise<void>;
  /** Closes the port, or opens it again. */
  refuse(isRefusing: boolean): Promise<void>;
  close(): Promise<void>;
}

async function read(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  return request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
}

function reply(response: ServerResponse, answer: Reply): void {
  if (answer === 'hang') return;
  if (answer === 'drip') {
    drip(response);
    return;
  }
  if (answer === undefined) {
    response.socket?.resetAndDestroy();
    return;
  }
  response.writeHead(answer.status, answer.headers).end(answer.body);
}

/** Starts a target that answers as the test says. */
export async function startReceiver(answer: Receiver['answer'], port = 0): Promise<Receiver> {
  const requests: Received[] = [];
  const sockets = new Set<Socket>();
  let waiting: (() => void)[] = [];
  const current = { answer };
  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const received = { path: request.url ?? '', headers: request.headers, body: await read(request) };
    requests.push(received);
    reply(response, current.answer(received, requests.length - 1));
    for (const look of waiting) look();
  }
  const server = createServer((request, response) => void serve(request, response));
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => {
    server.listen(port, '127.0.0.1', resolve);
  });
  const bound = (server.address() as AddressInfo).port;
  const receiver: Receiver = {
    url: `http://127.0.0.1:${bound}`,
    port: bound,
    requests,
    get answer() {
      return current.answer;
    },
    set answer(next) {
      current.answer = next;
    },
    until: (isThere) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (!isThere()) return;
          waiting = waiting.filter((other) => other !== look);
          resolve();
        };
        waiting.push(look);
        look();
      }),
    refuse: (isRefusing) =>
      new Promise((resolve) => {
        if (server.listening !== isRefusing) return resolve();
        if (!isRefusing) return void server.listen(bound, '127.0.0.1', resolve);
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
  return receiver;
}

/** A target that goes when the test has ended. */
export async function receiver(answer: Receiver['answer']): Promise<Receiver> {
  const started = await startReceiver(answer);
  onTestFinished(() => started.close());
  return started;
}
