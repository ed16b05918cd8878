/** The application sees and sends the same with and without the wire, whatever a server does. */

import { once } from 'node:events';
import { request } from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTracer, validate } from '@spanline/core';
import { memoryLog } from '@spanline/core/testing';
import { wire } from '../src/wire.ts';

const ANSWER = JSON.stringify({ model: 'gpt-4o', choices: [], usage: { prompt_tokens: 3, completion_tokens: 1 } });
const KEY = 'Bearer sk-secret-of-this-test';

const head = (...lines: readonly string[]): string => ['HTTP/1.1 200 OK', ...lines, '', ''].join('\r\n');
const JSON_TYPE = 'content-type: application/json';
const CHUNKED = 'transfer-encoding: chunked';
const chunk = (body: string): string => `${Buffer.byteLength(body).toString(16)}\r\n${body}\r\n`;
const whole = (body: string, ...lines: readonly string[]): string =>
  `${head(JSON_TYPE, `content-length: ${Buffer.byteLength(body)}`, ...lines)}${body}`;

/** Bytes that a server answers with, by the path. `end` closes the connection behind them. */
const REPLIES: Readonly<Record<string, { readonly bytes: string | Buffer; readonly end?: true }>> = {
  well: { bytes: whole(ANSWER, 'x-request-id: req_1', 'set-cookie: session=secret-of-this-test') },
  'a length that is too long': { bytes: `${head(JSON_TYPE, 'content-length: 9999')}${ANSWER}`, end: true },
  'a length that is too short': { bytes: `${head(JSON_TYPE, 'content-length: 5')}${ANSWER}`, end: true },
  'a broken chunk': { bytes: `${head(JSON_TYPE, CHUNKED)}${chunk(ANSWER)}ZZ\r\n`, end: true },
  'a cut chunk': { bytes: `${head(JSON_TYPE, CHUNKED)}${chunk(ANSWER)}`, end: true },
  trailers: { bytes: `${head(JSON_TYPE, CHUNKED, 'trailer: x-sum')}${chunk(ANSWER)}0\r\nx-sum: 1\r\n\r\n` },
  'no JSON': { bytes: whole('{"model": "gpt-4o", ') },
  'an empty body': { bytes: whole('') },
  'gzip that is none': { bytes: whole(ANSWER, 'content-encoding: gzip'), end: true },
  'gzip that is cut': {
    bytes: Buffer.concat([
      Buffer.from(head(JSON_TYPE, CHUNKED, 'content-encoding: gzip')),
      Buffer.from('a\r\n'),
      gzipSync(ANSWER).subarray(0, 10),
      Buffer.from('\r\n0\r\n\r\n'),
    ]),
  },
  'an encoding that nobody knows': { bytes: whole(ANSWER, 'content-encoding: secret') },
  'a redirect': { bytes: 'HTTP/1.1 307 Go\r\nlocation: /well/v1/chat/completions\r\ncontent-length: 0\r\n\r\n' },
  'early hints': { bytes: `HTTP/1.1 103 Early\r\nlink: </a>\r\n\r\n${whole(ANSWER)}` },
  'no HTTP': { bytes: 'SSH-2.0-OpenSSH\r\n', end: true },
  'nothing at all': { bytes: '', end: true },
  'events that are none': {
    bytes: `${head('content-type: text/event-stream', CHUNKED)}${chunk('data: {"a":\n\ndata: [DONE]\n\n')}0\r\n\r\n`,
  },
};

let server: Server;
let url: string;
let connections = 0;
let received: string[] = [];

function serve(socket: Socket): void {
  connections++;
  let got = '';
  socket.on('error', () => undefined);
  socket.on('data', (bytes) => {
    got += bytes.toString();
    if (!got.endsWith('}')) return;
    received.push(got.replaceAll(/^(?:host|connection|user-agent):.*\r\n/gim, ''));
    const name = decodeURIComponent(/^POST \/([^/]*)/.exec(got)?.[1] ?? '');
    got = '';
    const reply = REPLIES[name];
    socket.write(reply?.bytes ?? '');
    if (reply?.end === true) socket.end();
  });
}

beforeAll(async () => {
  server = createServer(serve);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());

const BODY = JSON.stringify({ model: 'gpt-4o', messages: [{ role: 'user', content: 'Hi' }] });
const HEADERS = { authorization: KEY, 'content-type': 'application/json' };
const path = (name: string): string => `/${encodeURIComponent(name)}/v1/chat/completions`;

const failure = (error: unknown): unknown => {
  const { name, message, cause } = error as Error;
  return { name, message, code: (cause as { code?: unknown } | undefined)?.code };
};

async function byFetch(name: string): Promise<unknown> {
  try {
    const response = await fetch(`${url}${path(name)}`, { method: 'POST', headers: HEADERS, body: BODY });
    const { status, redirected, headers } = response;
    return { status, redirected, headers: [...headers], body: await response.text().catch(failure) };
  } catch (error) {
    return failure(error);
  }
}

async function byHttp(name: string): Promise<unknown> {
  const sending = request(`${url}${path(name)}`, { method: 'POST', headers: HEADERS, agent: false });
  // An answer may fail behind its head.
  sending.on('error', () => undefined);
  try {
    const answered = once(sending, 'response');
    sending.end(BODY);
    const [response] = (await answered) as [import('node:http').IncomingMessage];
    const body = await text(response).catch(failure);
    const { statusCode, rawHeaders, trailers, complete } = response;
    return { statusCode, rawHeaders, trailers, complete, body };
  } catch (error) {
    return failure(error);
  }
}

/** All that the application and the server see. */
async function seen(ask: (name: string) => Promise<unknown>, name: string): Promise<unknown> {
  [connections, received] = [0, []];
  const results = [await ask(name), await ask('well'), await ask('well')];
  return { results, connections, received };
}

describe.each([
  ['fetch', byFetch],
  ['node:http', byHttp],
])('%s', (_, ask) => {
  it.each(Object.keys(REPLIES))('has the same answers, requests and sockets: %s', async (name) => {
    await seen(ask, 'well');
    const without = await seen(ask, name);
    const log = memoryLog();
    const tracer = createTracer({ logger: log.logger, statsIntervalSeconds: 0, capture: 'full' });
    const stop = wire({ tracer, patch: true });
    const within = await seen(ask, name);
    await expect.poll(() => tracer.stats().open).toBe(0);
    stop();
    expect(within).toEqual(without);
    const records = log.records();
    expect(records.length).toBeGreaterThanOrEqual(3);
    expect(JSON.stringify(records)).not.toContain('secret-of-this-test');
    for (const record of records) expect(validate(record)).toEqual({ valid: true });
    expect(tracer.stats().internalErrors).toBe(0);
  });
});

it('leaves a connection alone that becomes another protocol', async () => {
  const upgrading = createServer((socket) => {
    socket.once('data', () => {
      socket.write('HTTP/1.1 101 Switching\r\nupgrade: echo\r\nconnection: upgrade\r\n\r\n');
      socket.on('data', (bytes) => void socket.end(bytes));
    });
  });
  await once(upgrading.listen(0, '127.0.0.1'), 'listening');
  const log = memoryLog();
  const tracer = createTracer({ logger: log.logger, statsIntervalSeconds: 0 });
  const stop = wire({ tracer, patch: true });
  const { port } = upgrading.address() as AddressInfo;
  const sending = request({
    port,
    host: '127.0.0.1',
    path: path('well'),
    method: 'POST',
    headers: { connection: 'upgrade', upgrade: 'echo' },
  });
  sending.end(BODY);
  const [, socket] = (await once(sending, 'upgrade')) as [unknown, Socket];
  socket.write('ping');
  expect(await text(socket)).toBe('ping');
  stop();
  upgrading.close();
  expect(log.records()).toEqual([]);
  expect(tracer.stats().internalErrors).toBe(0);
});
