/** Wire capture holds nothing back: a server that waits for its reader gets on as without it, in the same order. */

import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { connect, createServer as createServer2, type Http2ServerRequest } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { constants, createGzip } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { createTracer } from '@spanline/core';
import { memoryLog } from '@spanline/core/testing';
import { wire } from '../src/wire.ts';

const event = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`;
const text = (content: string): string => event({ model: 'gpt-4o', choices: [{ index: 0, delta: { content } }] });
/** Events, of which one comes in two parts. */
const PARTS = [
  text('It'),
  text(' is'),
  text(' cold').slice(0, 40),
  text(' cold').slice(40),
  text('.'),
  'data: [DONE]\n\n',
];
const BODY = JSON.stringify({ model: 'gpt-4o', stream: true, messages: [{ role: 'user', content: 'Hi' }] });
const PATH = '/v1/chat/completions';

/** What the server has sent and the application has read, in the order in which it happened. */
class Journal {
  readonly lines: string[] = [];
  #read = (): void => undefined;

  read(what: string): void {
    this.lines.push(`read ${what}`);
    this.#read();
  }

  /** Notes what was sent, and waits until it is read. */
  async sent(what: string): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#read = resolve;
      this.lines.push(`sent ${what}`);
    });
  }
}

type Answering = Pick<ServerResponse, 'writeHead' | 'write' | 'end'>;

/** Sends one part after the other, each once the one before has been read. */
async function answer(response: Answering, journal: Journal, zips: boolean): Promise<void> {
  const type = { 'content-type': 'text/event-stream' };
  const gzip = zips ? createGzip({ flush: constants.Z_SYNC_FLUSH }) : undefined;
  gzip?.on('data', (bytes: Uint8Array) => void response.write(bytes));
  gzip?.on('end', () => void response.end());
  response.writeHead(200, gzip === undefined ? type : { ...type, 'content-encoding': 'gzip' });
  // Sends the head.
  response.write('');
  await journal.sent('head');
  for (const [index, part] of PARTS.entries()) {
    (gzip ?? response).write(part);
    await journal.sent(`part ${index}`);
  }
  (gzip ?? response).end();
}

/** Reads an answer and notes each chunk as it comes. */
type Read = (port: number, path: string, journal: Journal) => Promise<void>;

async function readChunks(chunks: AsyncIterable<Uint8Array>, journal: Journal): Promise<void> {
  let [parts, got] = [0, ''];
  for await (const chunk of chunks) {
    got += Buffer.from(chunk).toString();
    if (got !== PARTS.slice(0, parts + 1).join('')) continue;
    journal.read(`part ${parts++}`);
  }
  journal.lines.push(`ended behind ${parts} parts`);
}

const byFetch: Read = async (port, path, journal) => {
  const { body } = await fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', body: BODY });
  journal.read('head');
  await readChunks(body as unknown as AsyncIterable<Uint8Array>, journal);
};

const byHttp: Read = async (port, path, journal) => {
  const sending = request({ host: '127.0.0.1', port, path, method: 'POST', agent: false });
  sending.end(BODY);
  const [response] = (await once(sending, 'response')) as [IncomingMessage];
  journal.read('head');
  await readChunks(response as AsyncIterable<Uint8Array>, journal);
};

const byHttp2: Read = async (port, path, journal) => {
  const session = connect(`http://127.0.0.1:${port}`);
  const stream = session.request({ ':method': 'POST', ':path': path });
  stream.end(BODY);
  await once(stream, 'response');
  journal.read('head');
  await readChunks(stream as AsyncIterable<Uint8Array>, journal);
  session.close();
};

/** The journals of two answers that are read at the same time. */
async function journals(read: Read, protocol: 'http' | 'h2', zips: boolean): Promise<string[][]> {
  const both = [new Journal(), new Journal()];
  const serve = (asked: IncomingMessage | Http2ServerRequest, response: Answering): void => {
    asked.resume();
    const journal = both[Number(asked.url?.split('?')[1])];
    if (journal !== undefined) void answer(response, journal, zips);
  };
  const server =
    protocol === 'h2'
      ? createServer2((asked, response) => serve(asked, response as unknown as Answering))
      : createServer((asked, response) => serve(asked, response));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  await Promise.all(both.map((journal, index) => read(port, `${PATH}?${index}`, journal)));
  server.close();
  return both.map(({ lines }) => lines);
}

describe.each([
  ['fetch', byFetch, 'http', false],
  ['fetch of a compressed answer', byFetch, 'http', true],
  ['node:http', byHttp, 'http', false],
  ['node:http2', byHttp2, 'h2', false],
] as const)('%s', (_, read, protocol, zips) => {
  it('reads each part before the next one is sent, with the wire as without it', async () => {
    const without = await journals(read, protocol, zips);
    const log = memoryLog();
    const tracer = createTracer({ logger: log.logger, statsIntervalSeconds: 0, capture: 'full' });
    const stop = wire({ tracer, patch: true });
    const within = await journals(read, protocol, zips);
    await expect.poll(() => tracer.stats().open).toBe(0);
    stop();
    const steps = ['head', ...PARTS.map((__, index) => `part ${index}`)];
    const inTurn = [...steps.flatMap((step) => [`sent ${step}`, `read ${step}`]), `ended behind ${PARTS.length} parts`];
    expect(without).toEqual([inTurn, inTurn]);
    expect(within).toEqual(without);
    expect(log.records()).toHaveLength(2);
    expect(JSON.stringify(log.records())).toContain('It is cold.');
  });
});
