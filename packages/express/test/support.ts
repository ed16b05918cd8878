import { once } from 'node:events';
import { createServer, request, type IncomingHttpHeaders, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import express5, { type Express } from 'express';
import express4 from 'express4';
import { expect } from 'vitest';
import { createTracer, type TracerOptions } from '@spanline/core';
import { type MemoryLog, memoryLog } from '@spanline/core/testing';

/** Both majors, with the same tests. */
export const MAJORS: [string, typeof express5][] = [
  ['Express 4', express4],
  ['Express 5', express5],
];

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

/** A server on a loopback port with a tracer that writes into memory. */
export class Harness {
  readonly log: MemoryLog = memoryLog();
  readonly tracer;
  readonly app: Express;
  readonly server: Server;

  constructor(
    express: typeof express5,
    options: TracerOptions = {},
    serve: (app: Express) => Server = (app) => createServer(app),
  ) {
    this.tracer = createTracer({
      logger: this.log.logger,
      statsIntervalSeconds: 0,
      service: { name: 'test' },
      ...options,
    });
    this.app = express();
    this.app.set('env', 'test');
    this.server = serve(this.app);
    // A busy machine may leave a connection idle for long.
    this.server.keepAliveTimeout = 300_000;
  }

  async listen(): Promise<this> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return this;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  send(method: string, path: string, headers: Record<string, string | string[]> = {}, body = ''): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const outgoing = request(
        { port: this.port, host: '127.0.0.1', method, path, headers, agent: false },
        (incoming) => {
          let text = '';
          incoming.setEncoding('utf8');
          incoming.on('data', (chunk: string) => (text += chunk));
          incoming.on('end', () =>
            resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: text }),
          );
          incoming.on('error', reject);
        },
      );
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  }

  /** Sends raw bytes and hangs up when `until` appears in the answer, or at once. */
  async hangUp(raw: string | Buffer, until?: string): Promise<void> {
    const socket = connect(this.port, '127.0.0.1');
    socket.on('error', () => {});
    await once(socket, 'connect');
    socket.write(raw);
    if (until !== undefined) {
      let text = '';
      for await (const chunk of socket) {
        text += String(chunk);
        if (text.includes(until)) break;
      }
    }
    socket.destroy();
  }

  /** Sends raw bytes and gives everything that comes back until the server closes the connection. */
  async exchange(raw: string): Promise<string> {
    const socket = connect(this.port, '127.0.0.1');
    socket.on('error', () => {});
    socket.write(raw);
    let text = '';
    for await (const chunk of socket) text += String(chunk);
    return text;
  }

  /** The records of spans, when there are at least as many. */
  async records(count: number): Promise<ReturnType<MemoryLog['records']>> {
    await expect.poll(() => this.log.records().length, { interval: 1 }).toBeGreaterThanOrEqual(count);
    return this.log.records();
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}
