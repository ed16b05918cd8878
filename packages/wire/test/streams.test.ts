/** Answers that come in pieces: what is recorded of them, whenever the recording ends. */

import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { Tracer } from '@spanline/core';
import type { MemoryLog } from '@spanline/core/testing';
import { onlyRecord } from '../../../test/support/records.ts';
import { events, json, type Wire } from '../../../test/support/wire/server.ts';
import { decodingOf } from '../src/exchange/decoding.ts';
import { type Recording, useRecording } from './support/recording.ts';

let server: Wire;
let log: MemoryLog;
let tracer: Tracer;
let restart: Recording['restart'];
let stop: Recording['stop'];

useRecording(
  (started) => {
    ({ server, log, tracer, restart, stop } = started);
  },
  { capture: 'full' },
);

const BODY = JSON.stringify({ model: 'gpt-4o', stream: true, messages: [{ role: 'user', content: 'Hi' }] });
const piece = (content: string): object => ({ model: 'gpt-4o', choices: [{ index: 0, delta: { content } }] });
const USAGE = { choices: [], usage: { prompt_tokens: 10, completion_tokens: 2 } };

/** Asks, and gets the chunks of the answer as the client has them. */
type Ask = () => Promise<AsyncIterator<Uint8Array>>;

const byFetch: Ask = async () => {
  const { body } = await fetch(`${server.url}/v1/chat/completions`, { method: 'POST', body: BODY });
  return (body as unknown as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
};

const byHttp: Ask = async () => {
  const sending = request(`${server.url}/v1/chat/completions`, { method: 'POST', agent: false });
  const answered = once(sending, 'response');
  sending.end(BODY);
  const [response] = (await answered) as [IncomingMessage];
  return response[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
};

/** Reads until the text has come. */
async function readUntil(chunks: AsyncIterator<Uint8Array>, text: string): Promise<void> {
  let all = '';
  while (!all.includes(text)) {
    const { value, done } = await chunks.next();
    if (done === true) throw new Error(`The answer ended without ${text}.`);
    all += Buffer.from(value).toString();
  }
}

const CLIENTS: readonly (readonly [string, Ask])[] = [
  ['fetch', byFetch],
  ['node:http', byHttp],
];

describe.each(CLIENTS)('a stream of %s', (_, ask) => {
  const open = async (): Promise<AsyncIterator<Uint8Array>> => {
    server.answer(() => ({ ...events([piece('Hel'), piece('lo')]), open: true }));
    const chunks = await ask();
    await readUntil(chunks, '"lo"');
    return chunks;
  };
  const told = {
    'span.status': 'unfinished',
    'spanline.stream.chunks': 2,
    'gen_ai.output.messages': [{ parts: [{ type: 'text', content: 'Hello' }] }],
    'gen_ai.response.time_to_first_chunk': expect.any(Number) as number,
  };

  it('has what has come when the wire is stopped, and nothing after', async () => {
    const chunks = await open();
    stop();
    expect(onlyRecord(log)).toMatchObject(told);
    await chunks.return?.();
  });

  it('has what has come when the tracer is shut down', async () => {
    const chunks = await open();
    await tracer.shutdown();
    expect(onlyRecord(log)).toMatchObject(told);
    await chunks.return?.();
  });

  it('goes on when the options of the wire change', async () => {
    server.answer(() => events([piece('Hel'), piece('lo'), USAGE]));
    const chunks = await ask();
    restart({ capture: 'metadata' });
    await readUntil(chunks, 'usage');
    while ((await chunks.next()).done !== true);
    await expect.poll(() => tracer.stats().open).toBe(0);
    expect(onlyRecord(log)).toMatchObject({ 'span.status': 'ok', 'gen_ai.usage.output_tokens': 2 });
  });

  it('is recorded as it came, whatever the application writes to its chunks', async () => {
    server.answer(() => events([piece('Hel'), piece('lo'), USAGE]));
    const chunks = await ask();
    for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) next.value.fill(0);
    await expect.poll(() => tracer.stats().open).toBe(0);
    expect(onlyRecord(log)).toMatchObject({
      'gen_ai.usage.output_tokens': 2,
      'gen_ai.output.messages': [{ parts: [{ content: 'Hello' }] }],
    });
  });

  it('is read to its end, however long it is', async () => {
    const long = 'é'.repeat(10_000);
    server.answer(() => events([...Array.from({ length: 15 }, () => piece(long)), piece('x'.repeat(200_000)), USAGE]));
    const chunks = await ask();
    while ((await chunks.next()).done !== true);
    await expect.poll(() => tracer.stats().open).toBe(0);
    expect(onlyRecord(log)).toMatchObject({
      'spanline.stream.chunks': 17,
      'gen_ai.usage.output_tokens': 2,
      'spanline.content.output_bytes': expect.any(Number) as number,
    });
  });
});

/** A frame of zstd with one block that is not compressed. */
function zstdFrame(text: string): Buffer {
  const body = Buffer.from(text);
  const [size, block] = [Buffer.alloc(4), Buffer.alloc(4)];
  size.writeUInt32LE(body.length);
  block.writeUInt32LE((body.length << 3) | 1);
  return Buffer.concat([Buffer.from('28b52ffda0', 'hex'), size, block.subarray(0, 3), body]);
}

it('reads an answer in zstd where Node can, and says so where it cannot', async () => {
  const answer = { model: 'gpt-4o', choices: [], usage: { prompt_tokens: 10, completion_tokens: 2 } };
  const chunks = [zstdFrame(JSON.stringify(answer))];
  server.answer(() => ({ type: 'application/json', headers: { 'content-encoding': 'zstd' }, chunks }));
  const read = await byHttp();
  while ((await read.next()).done !== true);
  await expect.poll(() => tracer.stats().open).toBe(0);
  const canRead = 'createZstdDecompress' in (await import('node:zlib'));
  expect(onlyRecord(log)['gen_ai.usage.output_tokens']).toBe(canRead ? 2 : undefined);
  expect(onlyRecord(log)['spanline.usage.issue']).toBe(canRead ? undefined : 'incomplete');
});

it('keeps what came before the bytes that are no gzip', async () => {
  // Zlib hands on 16 KiB at a time, whatever follows them.
  const zipped = gzipSync(events([piece('Hello'), piece('x'.repeat(40_000)), USAGE]).chunks.join(''));
  const chunks = [zipped.fill(0, zipped.length - 8)];
  server.answer(() => ({ type: 'text/event-stream', headers: { 'content-encoding': 'gzip' }, chunks }));
  const read = await byHttp();
  while ((await read.next()).done !== true);
  await expect.poll(() => tracer.stats().open).toBe(0);
  const { 'gen_ai.output.messages': messages, 'spanline.usage.issue': issue } = onlyRecord(log);
  expect(JSON.stringify(messages)).toContain('Hello');
  expect(issue).toBe('incomplete');
});

it('keeps requests apart that share a connection', async () => {
  let asked = 0;
  server.answer(() => json({ model: 'gpt-4o', choices: [], usage: { prompt_tokens: ++asked, completion_tokens: 1 } }));
  for (let turn = 0; turn < 3; turn++) {
    const chunks = await byFetch();
    while ((await chunks.next()).done !== true);
  }
  await expect.poll(() => tracer.stats().open).toBe(0);
  expect(log.records().map((record) => record['gen_ai.usage.input_tokens'])).toEqual([1, 2, 3]);
});

it('lets go of the decoder of an answer that ends early', async () => {
  const zipped = gzipSync('data: {"choices":[]}\n\n');
  const read: Uint8Array[] = [];
  let isEnded = false;
  const sink = { bytes: (piece: Uint8Array): void => void read.push(piece), end: (): void => expect.unreachable() };
  const decoding = decodingOf('gzip', sink, () => expect.unreachable());
  decoding?.bytes(zipped.subarray(0, 12));
  decoding?.close();
  decoding?.bytes(zipped.subarray(12));
  decoding?.end(() => {
    isEnded = true;
  });
  expect(isEnded).toBe(true);
  // The part that zlib had begun is dropped.
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
  expect(read).toEqual([]);
});
