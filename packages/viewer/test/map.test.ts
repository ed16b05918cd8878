/** Texts as points, by words and by an endpoint that may be hostile. */

import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json as readJson } from 'node:stream/consumers';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { type MapAnswer, startViewer } from '@spanline/viewer';
import { labelPlaces } from '../page/map/label-places.ts';
import { send } from './support/client.ts';
import { type Fields, logWith, spanLine, traceId } from './support/lines.ts';

const message = (role: string, content: unknown): object => ({ role, parts: [{ type: 'text', content }] });
const call = (n: number, question: string, fields: Fields = {}): string =>
  spanLine(
    { trace: n, span: n, fromMs: n },
    {
      'span.type': 'llm',
      'gen_ai.input.messages': JSON.stringify([message('system', 'Help.'), message('user', question)]),
      'gen_ai.output.messages': JSON.stringify([message('assistant', `About ${question}`)]),
      ...fields,
    },
  );
const score = (n: number, value: number): string =>
  spanLine(
    { trace: n, span: 1000 + n },
    {
      'event.name': 'gen_ai.evaluation.result',
      'gen_ai.evaluation.name': 'tone',
      'gen_ai.evaluation.score.value': value,
    },
  );

const REFUNDS = Array.from({ length: 12 }, (_, n) => `refund my invoice number ${n} please`);
const LOGS = Array.from({ length: 12 }, (_, n) => `rotate the disk logs on server ${n}`);
const TALK = [...REFUNDS, ...LOGS].map((question, n) => call(n + 1, question));

let cache: string;
beforeEach(() => {
  const folder = mkdtempSync(join(tmpdir(), 'spanline-map-'));
  cache = folder;
  vi.stubEnv('XDG_CACHE_HOME', folder);
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
});

type Options = Omit<Parameters<typeof startViewer>[0], 'source'>;

async function openMap(lines: readonly string[], options: Options = {}) {
  const viewer = await startViewer({ source: logWith(lines), ...options });
  onTestFinished(() => viewer.close());
  const url = new URL(viewer.url);
  const entered = await send(viewer.port, url.pathname + url.search);
  const cookie = String(entered.headers['set-cookie']).split(';', 1)[0] ?? '';
  return (query = 'of=queries') => send(viewer.port, `/api/v1/map?${query}`, { cookie });
}

const read = async (ask: Awaited<ReturnType<typeof openMap>>, query?: string): Promise<MapAnswer> =>
  (await ask(query)).json as MapAnswer;

describe('a map by words', () => {
  it('puts texts of one subject near each other, and names groups by their words', async () => {
    const fetched = vi.spyOn(globalThis, 'fetch');
    const ask = await openMap([...TALK, score(1, 0.5)]);
    const map = await read(ask);
    expect(map).toMatchObject({ of: 'queries', by: 'words', more: 0 });
    expect(map.points.map(({ text }) => text)).toEqual([...REFUNDS, ...LOGS]);
    expect(map.points[0]).toMatchObject({ traceId: traceId(1), score: 0.5 });
    expect(map.points[1]).not.toHaveProperty('score');
    const ofRefunds = new Set(map.points.slice(0, 12).map(({ cluster }) => cluster));
    const ofLogs = new Set(map.points.slice(12).map(({ cluster }) => cluster));
    expect([...ofRefunds].filter((cluster) => ofLogs.has(cluster))).toEqual([]);
    for (const cluster of ofRefunds) expect(map.clusters[cluster]?.label).toMatch(/refund|invoice|please|number|my/);
    expect(map.clusters.reduce((sum, { count }) => sum + count, 0)).toBe(24);
    for (const { x, y } of map.points) expect([x >= 0, x <= 1, y >= 0, y <= 1]).not.toContain(false);
    expect(await read(ask)).toEqual(map);
    expect((await read(ask, 'of=answers&filter=trace:' + traceId(13))).points[0]?.text).toBe(`About ${LOGS[0]}`);
    expect(fetched).not.toHaveBeenCalled();
    expect(readdirSync(cache)).toEqual([]);
  });

  it('names no group by words that any text has, nor by half of a quotation', async () => {
    const texts = ["How does one use the 'mixin'?", "Which of these are for my 'transport'?"];
    const ask = await openMap(Array.from({ length: 24 }, (_, n) => call(n + 1, texts[n % 2] ?? '')));
    const words = (await read(ask)).clusters.flatMap(({ label }) => label.split(', '));
    expect(new Set(words)).toEqual(new Set(['mixin', 'transport']));
  });

  it('has no points where there is no text', async () => {
    const empty = { points: [], clusters: [], more: 0 };
    expect(await read(await openMap([]))).toMatchObject(empty);
    expect(await read(await openMap([spanLine({ trace: 1, span: 1 })]), 'of=documents')).toMatchObject(empty);
  });

  it('takes hostile content as text', async () => {
    const odd = ['constructor', '__proto__ toString', '💥'.repeat(3000), '\u0000\u202E', '<img src=x>', ' '];
    const lines = odd.map((text, n) => call(n + 1, text));
    const broken = ['{', 'null', '[null,1,{"role":"user","parts":3}]', '[{"role":"user","parts":[{"type":"text"}]}]'];
    const more = broken.map((text, n) => call(100 + n, '', { 'gen_ai.input.messages': text }));
    const { points, clusters } = await read(await openMap([...lines, ...more]));
    expect(points.map(({ text }) => text)).toEqual(odd.slice(0, 5).map((text) => text.slice(0, 200)));
    expect(points.every(({ cluster }) => clusters[cluster] !== undefined)).toBe(true);
  });

  it('has the newest 10,000 texts, and says how many there are', async () => {
    const documents = JSON.stringify(Array.from({ length: 100 }, (_, n) => ({ content: `page ${n} of the manual` })));
    const lines = Array.from({ length: 103 }, (_, n) =>
      spanLine({ trace: n + 1, span: n + 1 }, { 'gen_ai.retrieval.documents': documents }),
    );
    const { points, more } = await read(await openMap(lines), 'of=documents');
    expect([points.length, more, points[0]?.traceId]).toEqual([10_000, 300, traceId(4)]);
  });

  it('knows queries, answers and documents', async () => {
    expect((await (await openMap(TALK))('of=secrets')).status).toBe(400);
  });
});

interface Endpoint {
  readonly url: string;
  readonly requests: { readonly input: readonly string[]; readonly authorization: string | undefined }[];
}

type Answer = (input: readonly string[], response: ServerResponse) => void;

async function startEndpoint(answer: Answer): Promise<Endpoint> {
  const requests: { input: readonly string[]; authorization: string | undefined }[] = [];
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { input } = (await readJson(request)) as { input: readonly string[] };
    requests.push({ input, authorization: request.headers.authorization });
    answer(input, response);
  };
  const server = createServer((request, response) => void serve(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/embeddings`, requests };
}

const vectorOf = (text: string): number[] => (text.includes('refund') ? [1, 0.1, 0] : [0, 0.2, 1]);
const answerWith = (response: ServerResponse, body: unknown): void =>
  void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
const good: Answer = (input, response) =>
  answerWith(response, { data: input.map((text, index) => ({ index, embedding: vectorOf(text) })).toReversed() });

describe('a map by an endpoint', () => {
  it('asks for each text once, and keeps the vectors in a file of the user alone', async () => {
    const { url, requests } = await startEndpoint(good);
    const embed = { url, model: 'small', apiKey: 'key-123' };
    const ask = await openMap([...TALK, call(50, REFUNDS[0] ?? '')], { embed });
    expect(requests).toEqual([]);
    const map = await read(ask);
    expect(map.by).toBe('endpoint');
    expect(new Set(map.points.filter(({ text }) => text.includes('refund')).map(({ x }) => x)).size).toBe(1);
    expect(requests.flatMap(({ input }) => input)).toEqual([...REFUNDS, ...LOGS]);
    expect(requests[0]?.authorization).toBe('Bearer key-123');
    expect(await read(ask)).toEqual(map);
    expect(await read(await openMap(TALK, { embed }))).toMatchObject({ by: 'endpoint' });
    expect(requests).toHaveLength(1);
    const folder = join(cache, 'spanline-vectors');
    const [file = '', ...others] = readdirSync(folder);
    expect(others).toEqual([]);
    expect([statSync(folder).mode & 0o777, statSync(join(folder, file)).mode & 0o777]).toEqual([0o700, 0o600]);
    expect(readFileSync(join(folder, file), 'latin1')).not.toMatch(/refund|key-123|127\.0\.0\.1/);
    await read(await openMap(TALK, { embed: { ...embed, model: 'other' } }));
    expect(requests).toHaveLength(2);
  });

  it('asks for many texts in several requests', async () => {
    const { url, requests } = await startEndpoint(good);
    await read(
      await openMap(
        Array.from({ length: 150 }, (_, n) => call(n + 1, `text ${n}`)),
        { embed: { url, model: 'm' } },
      ),
    );
    expect(requests.map(({ input }) => input.length)).toEqual([64, 64, 22]);
  });

  const item = (embedding: unknown, index: unknown = 0): object => ({ index, embedding });
  it.each<[string, Answer]>([
    ['a fault', (_, response) => void response.writeHead(500).end('key-123')],
    ['no JSON', (_, response) => void response.end('<html>key-123')],
    ['no data', (_, response) => answerWith(response, null)],
    ['no vector', (_, response) => answerWith(response, { data: [] })],
    ['one vector of two', (_, response) => answerWith(response, { data: [item([1])] })],
    ['an empty vector', (_, response) => answerWith(response, { data: [item([]), item([], 1)] })],
    ['texts in a vector', (_, response) => answerWith(response, { data: [item(['1']), item(['2'], 1)] })],
    ['huge numbers', (_, response) => answerWith(response, { data: [item([1e300]), item([1], 1)] })],
    ['two lengths', (_, response) => answerWith(response, { data: [item([1]), item([1, 2], 1)] })],
    ['places outside', (_, response) => answerWith(response, { data: [item([1], -1), item([1], 7), item([1], '0')] })],
    ['an object of indexes', (_, response) => answerWith(response, { data: { __proto__: null, length: 2 } })],
    ['a longer answer than it may', (_, response) => void response.end(Buffer.alloc(34_000_000, ' '))],
    ['a closed connection', (_, response) => void response.destroy()],
  ])('fails in words that show neither key nor address when the answer is %s', async (_name, answer) => {
    const { url, requests } = await startEndpoint(answer);
    const ask = await openMap(TALK.slice(0, 2), { embed: { url, model: 'm', apiKey: 'key-123' } });
    const { status, body } = await ask();
    expect(status).toBe(500);
    expect(body).toMatch(/the embedding endpoint/);
    expect(body).not.toMatch(/key-123|127\.0\.0\.1/);
    expect(requests).toHaveLength(1);
    expect(readdirSync(cache)).toEqual([]);
  });

  it('does not follow a redirect', async () => {
    const other = await startEndpoint(good);
    const { url } = await startEndpoint((_, response) => void response.writeHead(307, { location: other.url }).end());
    expect((await (await openMap(TALK, { embed: { url, model: 'm' } }))()).status).toBe(500);
    expect(other.requests).toEqual([]);
  });

  it.each([{ url: 'file:///etc/passwd', model: 'm' }, { url: 'http://x/' }, { model: 'm' }, 'http://x/'])(
    'refuses %o as an endpoint at the start',
    async (embed) => {
      const options = { source: logWith(TALK), embed } as unknown as Parameters<typeof startViewer>[0];
      await expect(startViewer(options)).rejects.toThrow(expect.objectContaining({ code: 'ERR_INVALID_OPTION' }));
    },
  );
});

it('names groups within the picture and not over each other, the largest first', () => {
  const group = (label: string, count: number, x: number, y: number) => ({ label, count, x, y });
  const groups = [
    group('small', 2, 0.5, 0.5),
    group('large and in the middle', 9, 0.5, 0.5),
    group('at the left edge', 3, 0, 0.2),
    group('at the right edge', 3, 1, 1),
    group('', 20, 0.2, 0.8),
  ];
  const placed = labelPlaces(groups, [400, 300]);
  expect(placed.map(({ label }) => label)).toEqual([
    'large and in the middle',
    'at the left edge',
    'at the right edge',
  ]);
  for (const { left, top, label } of placed) {
    expect(left - label.length * 3).toBeGreaterThan(0);
    expect(left + label.length * 3).toBeLessThan(400);
    expect(top).toBeGreaterThan(0);
    expect(top).toBeLessThan(300);
  }
  expect(labelPlaces(groups, [0, 0]).length).toBeGreaterThan(0);
});
