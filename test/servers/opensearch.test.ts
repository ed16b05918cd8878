import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { elasticsearch, type SinkSpec } from '@spanline/ship';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fetchOpenSearch, startOpenSearch } from './support/opensearch.ts';
import { EVERY_MS, type Line, LONG_REQUESTS, NEEDLES, REQUESTS, START, writeProgram } from './support/program.ts';
import { createSearchClient, type SearchClient } from './support/search-client.ts';
import type { RunningServer } from './support/server.ts';
import { requestsFor, setUp, ship, type Shipped } from './support/ship.ts';

const files = await fetchOpenSearch();

const PROFILES = [
  { profile: 'ecs', stream: 'logs-spanline-default', trace: 'trace.id', text: 'spanline.text', whole: 'chat' },
  { profile: 'otel', stream: 'llm-otel', trace: 'trace_id', text: 'gen_ai.input.messages', whole: 'huge' },
] as const;

interface Buckets<Value> {
  readonly by: { readonly buckets: readonly ({ readonly key: string; readonly doc_count: number } & Value)[] };
}

const isSpan = (line: Line): boolean => line['event.name'] === 'span.end';
const ids = (lines: readonly Line[]): unknown[] => lines.map((line) => line['event.id'] ?? line['attempt']).toSorted();

/** The values between which a percentile of a sample lies. */
function around(values: readonly number[], quantile: number): [number, number] {
  const sorted = values.toSorted((first, second) => first - second);
  const at = quantile * (sorted.length - 1);
  return [sorted[Math.floor(at) - 1] ?? 0, sorted[Math.ceil(at) + 1] ?? Number.POSITIVE_INFINITY];
}

function grouped(lines: readonly Line[], key: string, value: string): Map<string, number[]> {
  const groups = new Map<string, number[]>();
  for (const line of lines) {
    const [name, number] = [line[key], line[value]];
    if (typeof name === 'string' && typeof number === 'number') groups.set(name, [...(groups.get(name) ?? []), number]);
  }
  return groups;
}

describe.skipIf(files === undefined)('OpenSearch', () => {
  const dir = mkdtempSync(join(tmpdir(), 'spanline-servers-'));
  const spooled = join(dir, 'spool');
  const again = join(dir, 'again');
  let server: RunningServer | undefined;
  let client: SearchClient;
  let sinks: SinkSpec[];
  let lines: Line[];
  let shipped: Shipped;

  beforeAll(async () => {
    server = await startOpenSearch(files as string);
    const { url } = server;
    client = createSearchClient(url);
    for (const { profile, stream } of PROFILES) await setUp(client, { profile, dataStream: stream });
    sinks = PROFILES.map(({ profile, stream }) => elasticsearch({ name: profile, url, index: stream, profile }));
    lines = await writeProgram(spooled);
    cpSync(spooled, again, { recursive: true });
    shipped = await ship({ dir: spooled, to: sinks });
    for (const { stream } of PROFILES) await client.refresh(stream);
  });
  afterAll(async () => {
    await server?.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  it('takes the set-up a second time, and says that the data streams exist', async () => {
    for (const { method, path, body } of requestsFor({ dataStream: PROFILES[0].stream })) {
      const answer = client.send(method, path, body);
      if (path.startsWith('_data_stream/')) await expect(answer).rejects.toThrow('resource_already_exists_exception');
      else await expect(answer).resolves.toMatchObject({ acknowledged: true });
    }
  });

  describe.each(PROFILES)('in the profile $profile', ({ profile, stream, trace, text, whole }) => {
    const find = async (query: Record<string, unknown>): Promise<Line[]> =>
      (await client.find(stream, query)).map(({ _source }) => _source);
    const request = async (query: Record<string, unknown>): Promise<unknown[]> => [
      ...new Set((await find(query)).map((document) => document['http.request.id'])),
    ];

    it('stores every line once, and refuses none', async () => {
      expect(shipped.stats[profile]).toMatchObject({ stored: lines.length, rejected: 0, skipped: 0, lagBytes: 0 });
      expect(ids(await find({ match_all: {} }))).toEqual(ids(lines));
    });

    it('stores no line a second time when all of them are sent again', async () => {
      const second = await ship({ dir: again, to: sinks.filter(({ name }) => name === profile) });
      expect(second.stats[profile]).toMatchObject({ stored: lines.length, rejected: 0 });
      await client.refresh(stream);
      expect(await client.count(stream)).toBe(lines.length);
    });

    it('finds a request, a trace, a session, a user and a label, with all their lines', async () => {
      const sample = lines.find((line) => line['http.request.id'] === 'req-10' && isSpan(line)) as Line;
      const keys = { 'http.request.id': 'http.request.id', [trace]: 'trace_id', 'session.id': 'session.id' };
      for (const [field, key] of Object.entries({ ...keys, 'user.id': 'user.id', 'labels.plan': 'labels.plan' })) {
        const expected = lines.filter((line) => line[key] === sample[key]);
        expect(expected.length, field).toBeGreaterThan(4);
        expect(ids(await find({ term: { [field]: sample[key] } })), field).toEqual(ids(expected));
      }
      expect(sample['user.id']).toMatch(/^[0-9a-f]{32}$/);
    });

    it('finds what ended in a span of time', async () => {
      const [from, to] = [START + 100 * EVERY_MS, START + 120 * EVERY_MS];
      const expected = lines.filter(
        ({ '@timestamp': time }) => Date.parse(String(time)) >= from && Date.parse(String(time)) < to,
      );
      expect(expected.length).toBeGreaterThanOrEqual(80);
      const range = { gte: new Date(from).toISOString(), lt: new Date(to).toISOString() };
      expect(ids(await find({ range: { '@timestamp': range } }))).toEqual(ids(expected));
    });

    it.each(['long', whole] as const)('finds the last word of a prompt: %s', async (which) => {
      expect(await request({ match: { [text]: NEEDLES[which] } })).toEqual([LONG_REQUESTS[which]]);
      expect(await request({ match: { [text]: `end${REQUESTS - 1}` } })).toEqual([`req-${REQUESTS - 1}`]);
    });

    it('takes the 95th percentile of the duration by name of the span', async () => {
      const aggs = { p95: { percentiles: { field: 'duration_ms', percents: [95], keyed: false } } };
      const { by } = await client.aggregate<Buckets<{ p95: { values: [{ value: number }] } }>>(stream, {
        aggs: { by: { terms: { field: 'span.name', size: 50 }, aggs } },
      });
      const written = grouped(lines.filter(isSpan), 'span.name', 'duration_ms');
      expect(by.buckets.map(({ key }) => key).toSorted()).toEqual([...written.keys()].toSorted());
      for (const { key, doc_count: count, p95 } of by.buckets) {
        const values = written.get(key) as number[];
        const [low, high] = around(values, 0.95);
        expect(count, key).toBe(values.length);
        expect(p95.values[0].value, key).toBeGreaterThanOrEqual(low);
        expect(p95.values[0].value, key).toBeLessThanOrEqual(high);
      }
    });

    it('sums the cost by model', async () => {
      const { by } = await client.aggregate<Buckets<{ cost: { value: number } }>>(stream, {
        aggs: {
          by: { terms: { field: 'gen_ai.request.model' }, aggs: { cost: { sum: { field: 'spanline.cost.usd' } } } },
        },
      });
      const written = grouped(lines, 'gen_ai.request.model', 'spanline.cost.usd');
      expect(by.buckets).toHaveLength(written.size);
      for (const { key, cost } of by.buckets) {
        const sum = (written.get(key) as number[]).reduce((total, value) => total + value, 0);
        expect(sum).toBeGreaterThan(0);
        expect(cost.value, key).toBeCloseTo(sum, 9);
      }
    });

    it('tells failed calls', async () => {
      const failed = lines.filter((line) => line['span.status'] === 'error');
      expect(ids(await find({ term: { 'span.status': 'error' } }))).toEqual(ids(failed));
      expect(await client.count(stream, { match: { 'error.message': 'overloaded' } })).toBe(failed.length);
    });
  });
});
