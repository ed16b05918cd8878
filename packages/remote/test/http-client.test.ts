import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { brotliCompressSync, deflateSync, gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createHttpClient, describeHttpError, type HttpClientOptions, type HttpRequest } from '@spanline/remote';

async function startServer(serve: RequestListener): Promise<URL> {
  const server = createServer(serve).listen(0, '127.0.0.1');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, 'listening');
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
}

function send(
  options: HttpClientOptions,
  request: Omit<HttpRequest, 'headers'>,
  signal = new AbortController().signal,
) {
  const client = createHttpClient(options);
  onTestFinished(() => client.close());
  return client.send({ headers: { authorization: 'Bearer hunter2' }, ...request }, signal);
}

const reasonOf = (sent: Promise<unknown>): Promise<string> => sent.then(() => 'sent', describeHttpError);

describe('the HTTP client', () => {
  it.each([true, false])('sends a body, compressed or not: %s', async (gzip) => {
    const url = await startServer((request, response) => {
      void buffer(request).then((body) => response.end(gzip ? gunzipSync(body) : body));
    });
    const { status, body } = await send({ timeoutMs: 60_000, gzip }, { method: 'POST', url, body: Buffer.from('ä') });
    expect({ status, body: body.toString() }).toEqual({ status: 200, body: 'ä' });
  });

  it.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
  ])('reads an answer that a proxy has compressed: %s', async (encoding, compress) => {
    const url = await startServer((_, response) => {
      response.writeHead(200, { 'content-encoding': encoding }).end(compress('{"ä":1}'));
    });
    const { body } = await send({ timeoutMs: 60_000 }, { method: 'GET', url });
    expect(body.toString()).toBe('{"ä":1}');
  });

  it.each([
    ['Z_DATA_ERROR', Buffer.from('no gzip')],
    ['ERR_BUFFER_TOO_LARGE', gzipSync(Buffer.alloc(40_000_000))],
  ])('describes an answer that cannot be unpacked: %s', async (reason, body) => {
    const url = await startServer((_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(body);
    });
    expect(await reasonOf(send({ timeoutMs: 60_000 }, { method: 'GET', url }))).toBe(reason);
  });

  it('follows no redirect', async () => {
    let requests = 0;
    const url = await startServer((_, response) => {
      requests++;
      response.writeHead(307, { location: '/elsewhere' }).end();
    });
    expect(await send({ timeoutMs: 60_000 }, { method: 'GET', url })).toMatchObject({ status: 307 });
    expect(requests).toBe(1);
  });

  it.each<[reason: string, timeoutMs: number, serve: RequestListener]>([
    ['no response in time', 20, () => {}],
    ['no response in time', 200, (_, response) => void response.writeHead(200).write('half')],
    ['ECONNRESET', 60_000, ({ socket }) => void socket.resetAndDestroy()],
    ['the response is too long', 60_000, (_, response) => void response.end(Buffer.alloc(34_000_000))],
  ])('describes a failure: %s', async (reason, timeoutMs, serve) => {
    const url = await startServer(serve);
    const sent = send({ timeoutMs }, { method: 'GET', url });
    expect(await reasonOf(sent)).toBe(reason);
    await expect(sent).rejects.toThrow(/^(?!.*hunter2)/s);
  });

  it('ends a request whose signal aborts, also before it is sent', async () => {
    const url = await startServer(() => {});
    expect(await reasonOf(send({ timeoutMs: 60_000 }, { method: 'GET', url }, AbortSignal.abort()))).toBe(
      'no response in time',
    );
  });
});
