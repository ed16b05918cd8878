/** Requests over HTTP/2, whose streams end in other ways than connections. */

import { once } from 'node:events';
import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants, createServer } from 'node:http2';
import type { AddressInfo, Server } from 'node:net';
import { Readable } from 'node:stream';
import { serve } from '@hono/node-server';
import Fastify from 'fastify';
import { Hono } from 'hono';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTracer, type SpanRecord, type Tracer } from '@spanline/core';
import { type MemoryLog, memoryLog } from '@spanline/core/testing';
import { spanlineFastify } from '@spanline/fastify';
import { clientSignal, spanlineHono } from '@spanline/hono';

const EVENTS = 'text/event-stream';

async function* events(count: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < count; at++) {
    yield new TextEncoder().encode(`data: ${at}\n\n`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

interface Running {
  readonly port: number;
  stop(): Promise<void>;
}

type Start = (tracer: Tracer, signals: AbortSignal[]) => Promise<Running>;

const startFastify: Start = async (tracer, signals) => {
  const app = Fastify({ http2: true });
  await app.register(spanlineFastify, { tracer });
  app.get('/items/:id', async () => 'an item');
  app.get('/events', async (_, reply) => reply.type(EVENTS).send(Readable.from(events(3))));
  app.get('/endless', async (request, reply) => {
    signals.push(request.clientSignal);
    return reply.type(EVENTS).send(Readable.from(events(Infinity)));
  });
  app.get('/broken', async (_, reply) => {
    reply.hijack();
    reply.raw.write('a piece');
    reply.raw.stream.destroy(new RangeError('broke'));
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  return { port: (app.server.address() as AddressInfo).port, stop: () => app.close() };
};

const startHono: Start = async (tracer, signals) => {
  const app = new Hono<{ Bindings: { outgoing: { stream: { destroy(error: Error): void } } } }>();
  app.use(spanlineHono({ tracer }));
  app.get('/items/:id', (c) => c.text('an item'));
  app.get('/events', (c) => c.body(ReadableStream.from(events(3)), 200, { 'content-type': EVENTS }));
  app.get('/endless', (c) => {
    signals.push(clientSignal(c));
    return c.body(ReadableStream.from(events(Infinity)), 200, { 'content-type': EVENTS });
  });
  app.get('/broken', (c) => {
    c.env.outgoing.stream.destroy(new RangeError('broke'));
    return c.text('x');
  });
  const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1', createServer }) as Server;
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async stop() {
      server.close();
      await once(server, 'close');
    },
  };
};

describe.each([
  ['Fastify', startFastify],
  ['Hono', startHono],
])('over HTTP/2, %s', (_, start) => {
  let log: MemoryLog;
  let tracer: Tracer;
  let running: Running;
  let session: ClientHttp2Session;
  let signals: AbortSignal[];

  beforeEach(async () => {
    log = memoryLog();
    tracer = createTracer({ logger: log.logger, statsIntervalSeconds: 0 });
    signals = [];
    running = await start(tracer, signals);
    session = connect(`http://127.0.0.1:${running.port}`).on('error', () => undefined);
  });
  afterEach(async () => {
    session.destroy();
    await running.stop();
  });

  const request = (path: string): ClientHttp2Stream => session.request({ ':path': path }).on('error', () => undefined);

  async function settled(): Promise<SpanRecord[]> {
    await expect.poll(() => log.records().length).toBe(1);
    expect(tracer.stats()).toMatchObject({ open: 0, internalErrors: 0 });
    return log.records();
  }

  it('has the lines of whole responses', async () => {
    await once(request('/items/7').resume(), 'close');
    expect(await settled()).toMatchObject([
      { 'span.name': 'GET /items/:id', 'span.status': 'ok', 'network.protocol.version': '2.0' },
    ]);
    expect(log.records()[0]).not.toHaveProperty(['spanline.http.streaming']);
    log.clear();
    await once(request('/events').resume(), 'close');
    expect(await settled()).toMatchObject([
      { 'span.status': 'ok', 'spanline.http.streaming': true, 'http.response.body.size': 27 },
    ]);
  });

  it.each(['stream', 'session'])('is aborted if the client leaves with its %s, and the signal fires', async (what) => {
    const stream = request('/endless');
    await once(stream, 'data');
    if (what === 'stream') stream.close(constants.NGHTTP2_CANCEL);
    else session.destroy();
    expect(await settled()).toMatchObject([{ 'span.status': 'aborted', 'spanline.http.aborted': true }]);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  });

  it('is failed if this end destroys the stream', async () => {
    request('/broken').resume();
    expect(await settled()).toMatchObject([{ 'span.status': 'error', 'error.type': 'RangeError' }]);
  });
});
