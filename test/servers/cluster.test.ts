import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { open, parseFilter, type Query, type StatsRow, toTest } from '@spanline/query';
import type { SpanRecord } from '@spanline/record';
import { filterText } from '../../packages/query/test/support/arbitrary.ts';
import { plainMappings, borrowElasticsearch } from './support/elasticsearch.ts';
import { startOpenSearchCluster } from './support/opensearch.ts';
import { createSearchClient, type SearchClient } from './support/search-client.ts';
import type { RunningServer } from './support/server.ts';
import { setUp } from './support/ship.ts';
import { spansByChance } from './support/spans.ts';
import { storeBulk } from './support/store-bulk.ts';

const { opensearch, elasticsearch } = inject('servers');

const NOW = Date.UTC(2026, 10, 24);
const FILTERS = 150;
const GROUPS = ['step', 'model', 'type,status', 'label.tenant', 'tag', 'tokens', 'spanline.retrieval.empty'];
/** What docs/query.md says: places of a sorted list by which an estimate may be off. */
const RANK_TOLERANCE = 0.005;

const id = (span: SpanRecord): string => span.span_id ?? '';

/** Content as values: the order of names in an object does not matter. */
const parsed = ({ 'gen_ai.input.messages': content, ...span }: Partial<SpanRecord>): object => ({
  ...span,
  content: JSON.parse(content ?? 'null') as unknown,
});

async function ids(spans: AsyncIterable<SpanRecord>): Promise<string[]> {
  const found: string[] = [];
  for await (const span of spans) found.push(id(span));
  return found.toSorted();
}

/** The values around a quantile. */
function around(values: readonly number[], share: number): [number, number] {
  const sorted = values.toSorted((a, b) => a - b);
  const last = sorted.length - 1;
  const low = Math.floor((share - RANK_TOLERANCE) * last) - 1;
  const high = Math.ceil((share + RANK_TOLERANCE) * last) + 1;
  return [sorted[Math.max(0, low)] ?? 0, sorted[Math.min(last, high)] ?? 0];
}

const rowKey = ({ by }: StatsRow): string => JSON.stringify(by.map((value) => value ?? null));

function exactFigures({
  p50Ms: _50,
  p95Ms: _95,
  p99Ms: _99,
  ttftP50Ms: _t50,
  ttftP95Ms: _t95,
  selfMs: _self,
  selfShare: _share,
  ...row
}: StatsRow): object {
  const round = (value: number): number => Number(value.toPrecision(9));
  return { ...row, totalMs: round(row.totalMs), costUsd: round(row.costUsd) };
}

/** Figures of a cluster are those of the file; quantiles may be off by a few places. */
async function expectSameStats(file: Query, cluster: Query, spans: readonly SpanRecord[], text: string, by: string[]) {
  const filter = parseFilter(text, { now: NOW });
  const [expected, got] = await Promise.all([file.stats(filter, { by }), cluster.stats(filter, { by })]);
  const sorted = (rows: readonly StatsRow[]): StatsRow[] => rows.toSorted((a, b) => (rowKey(a) < rowKey(b) ? -1 : 1));
  expect(sorted(got.rows).map(exactFigures)).toEqual(sorted(expected.rows).map(exactFigures));
  for (const row of got.rows) expect([row.selfMs, row.selfShare]).toEqual([undefined, undefined]);
  if (by.length > 1 || by[0] !== 'step') return got.rows.length;
  const passes = toTest(filter);
  for (const row of got.rows) {
    const durations = spans.flatMap((span) =>
      passes(span) && (span['span.name'] ?? null) === (row.by[0] ?? null) ? (span.duration_ms ?? []) : [],
    );
    if (durations.length === 0) {
      expect(row.p50Ms).toBe(undefined);
      continue;
    }
    for (const [share, value] of [
      [0.5, row.p50Ms],
      [0.95, row.p95Ms],
      [0.99, row.p99Ms],
    ] as const) {
      const [low, high] = around(durations, share);
      expect(value, `${share} of ${rowKey(row)}`).toBeGreaterThanOrEqual(low - Math.abs(low) * 1e-9);
      expect(value, `${share} of ${rowKey(row)}`).toBeLessThanOrEqual(high + Math.abs(high) * 1e-9);
    }
  }
  return got.rows.length;
}

const PROFILES = [
  { profile: 'ecs', stream: 'logs-spanline-default' },
  { profile: 'otel', stream: 'llm-otel' },
] as const;

describe.skipIf(opensearch === undefined)('a cluster of three nodes of OpenSearch', () => {
  const spans = spansByChance();
  let server: RunningServer | undefined;
  let client: SearchClient;
  let file: Query;
  const folder = mkdtempSync(join(tmpdir(), 'spanline-cluster-'));

  beforeAll(async () => {
    writeFileSync(join(folder, 'app.ndjson'), spans.map((span) => `${JSON.stringify(span)}\n`).join(''));
    file = open(join(folder, 'app.ndjson'));
    server = await startOpenSearchCluster(opensearch as string);
    client = createSearchClient(server.url);
    for (const { profile, stream } of PROFILES) {
      const settings = { index: { number_of_shards: 3, number_of_replicas: 1 } };
      await setUp(client, { profile, dataStream: stream }, settings);
      await storeBulk(client, stream, profile, spans);
    }
  });
  afterAll(async () => {
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const cluster = (stream: string, options: object = {}): Query =>
    open({ url: (server as RunningServer).url, index: stream, ...options });

  it('has three nodes, and copies of all shards', async () => {
    const health = await client.send('GET', '_cluster/health?wait_for_status=green&timeout=60s');
    expect(health).toMatchObject({ status: 'green', number_of_nodes: 3 });
  });

  describe.each(PROFILES)('in the profile $profile', ({ stream }) => {
    it('gives the spans that the file and memory give, for filters by chance', async () => {
      const found = cluster(stream);
      let count = 0;
      await fc.assert(
        fc.asyncProperty(filterText, async (text) => {
          const filter = parseFilter(text, { now: NOW });
          const passes = toTest(filter);
          const expected = spans.filter(passes).map(id).toSorted();
          count += expected.length;
          expect(await ids(found.spans(filter))).toEqual(expected);
          expect(await ids(file.spans(filter))).toEqual(expected);
        }),
        { numRuns: FILTERS },
      );
      expect(count).toBeGreaterThan(FILTERS);
      expect([...found.unreadFiles()]).toEqual([]);
    });

    it.each(GROUPS)('gives the figures of the file by %s', async (by) => {
      const found = cluster(stream);
      const groups = await Promise.all(
        ['*', 'status:error OR type:llm', '-step:rerank duration>1ms', '"the refund"'].map((text) =>
          expectSameStats(file, found, spans, text, by.split(',')),
        ),
      );
      expect(Math.max(...groups)).toBeGreaterThan(1);
      expect([...found.unreadFiles()]).toEqual([]);
    });

    it('gives whole spans, with the values that the line had', async () => {
      const byId = new Map(spans.map((span) => [id(span), span]));
      for await (const span of cluster(stream).spans()) expect(parsed(span)).toEqual(parsed(byId.get(id(span)) ?? {}));
    });

    it('lists the traces of the file', async () => {
      const rows = async (query: Query, text: string): Promise<object[]> => {
        const found = [];
        for await (const row of query.traces(text))
          found.push({ ...row, models: row.models.toSorted(), costUsd: row.costUsd.toFixed(6) });
        return found.toSorted((a, b) => (a.traceId < b.traceId ? -1 : 1));
      };
      for (const text of ['*', 'status:error', 'refund']) {
        const expected = await rows(file, text);
        expect(expected.length).toBeGreaterThan(1);
        expect(await rows(cluster(stream), text)).toEqual(expected);
      }
    });

    it.each(['trace', 'span', 'request', 'session', 'user'] as const)(
      'gives everything about the id of a %s',
      async (by) => {
        const key = {
          trace: 'trace_id',
          span: 'span_id',
          request: 'http.request.id',
          session: 'session.id',
          user: 'user.id',
        } as const;
        const value = spans.find((span) => span[key[by]] !== undefined)?.[key[by]] ?? '';
        const [expected, got] = await Promise.all([file.trace(value), cluster(stream).trace(value)]);
        expect(got?.by).toBe(by);
        expect(got?.traceIds.toSorted()).toEqual(expected?.traceIds.toSorted());
        expect(got?.spans.map(id).toSorted()).toEqual(expected?.spans.map(id).toSorted());
        expect(got?.isCut).toBe(false);
      },
    );

    it('reads no more lines and traces than it may, and says so', async () => {
      const few = cluster(stream, { maxLines: 10, maxTraces: 2 });
      expect(await ids(few.spans())).toHaveLength(10);
      expect([...few.unreadFiles().values()]).toEqual([expect.stringContaining('stopped after 10 lines')]);
      await expect(few.stats('"the refund"')).rejects.toThrow(
        /cannot answer this filter exactly, and \d+ spans are more than the 10/,
      );
      await expect(few.stats('*', { by: ['tag'] })).rejects.toThrow(/cannot group by tag/);
      const traces = [];
      for await (const row of cluster(stream, { maxTraces: 2 }).traces()) traces.push(row);
      expect(traces).toHaveLength(2);
    });
  });

  it('reads lines without an id page by page, each once', async () => {
    await client.send('PUT', 'plain', {
      mappings: {
        dynamic: false,
        properties: {
          '@timestamp': { type: 'date' },
          'spanline.schema': { type: 'keyword' },
          trace_id: { type: 'keyword' },
          level: { type: 'keyword' },
          'event.id': { type: 'keyword' },
        },
      },
      settings: { number_of_shards: 3 },
    });
    const lines = Array.from({ length: 1300 }, (_, n) => ({
      ...(n % 100 === 0 ? {} : { '@timestamp': '2026-11-23T09:00:00.000Z' }),
      ...(n % 3 === 0 ? { 'event.id': `e-${n % 500}` } : {}),
      message: `line ${n}`,
    }));
    await storeBulk(client, 'plain', 'otel', lines as SpanRecord[]);
    const seen: string[] = [];
    for await (const { record } of cluster('plain').records()) seen.push(record.message ?? '');
    const wanted = lines.map(({ message }) => message);
    const doubled = lines.filter((line) => 'event.id' in line).length;
    expect(seen.length).toBe(new Set(seen).size);
    expect(seen.filter((text) => !wanted.includes(text))).toEqual([]);
    expect(seen.length).toBeGreaterThanOrEqual(wanted.length - doubled);
  });

  it('refuses indices of two profiles, of none, and of another type', async () => {
    await expect(cluster('logs-spanline-default,llm-otel').stats()).rejects.toThrow(/two profiles/);
    await expect(cluster('nope-*').stats()).rejects.toThrow(/no index has the name nope-\*/);
    await client.send('PUT', 'dynamic/_doc/1?refresh=true', spans[0]);
    await expect(cluster('dynamic').stats()).rejects.toThrow(/no index of dynamic holds lines of Spanline/);
  });

  it('names shards that gave no answer', async () => {
    const settings = { number_of_shards: 2, number_of_replicas: 0 };
    const properties = {
      trace_id: { type: 'keyword' },
      level: { type: 'keyword' },
      'spanline.schema': { type: 'keyword' },
      'event.name': { type: 'keyword' },
      '@timestamp': { type: 'date' },
      'span.name': { type: 'text' },
    };
    await client.send('PUT', 'odd', { settings, mappings: { properties } });
    await expect(cluster('odd').stats()).rejects.toThrow(/span.name is mapped as text in odd/);
  });
});

describe.skipIf(elasticsearch === undefined)('Elasticsearch', () => {
  // This distribution has no language for scripts, and no analyzer of JSON.
  const spans = spansByChance().filter((span) => span['gen_ai.input.messages']?.includes('\\n') !== true);
  let server: RunningServer | undefined;
  const folder = mkdtempSync(join(tmpdir(), 'spanline-cluster-'));
  let file: Query;
  let cluster: Query;

  beforeAll(async () => {
    writeFileSync(join(folder, 'app.ndjson'), spans.map((span) => `${JSON.stringify(span)}\n`).join(''));
    file = open(join(folder, 'app.ndjson'));
    server = await borrowElasticsearch(elasticsearch as string);
    const client = createSearchClient(server.url);
    await client.send('PUT', 'spans', { mappings: plainMappings(), settings: { number_of_shards: 3 } });
    await storeBulk(client, 'spans', 'otel', spans);
    cluster = open(`${server.url}/spans`);
  });
  afterAll(async () => {
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('gives the spans of the file', async () => {
    const texts = ['*', 'type:llm', 'refund', '-status:ok', 'label.tenant:acme', 'duration>1ms', 'time>=2026-11-23'];
    for (const text of texts) expect(await ids(cluster.spans(text))).toEqual(await ids(file.spans(text)));
  });

  it.each(GROUPS)('gives the figures of the file by %s', async (by) => {
    expect(await expectSameStats(file, cluster, spans, '*', by.split(','))).toBeGreaterThan(1);
  });

  it('lists traces, and gives everything about one', async () => {
    const traces: string[] = [];
    for await (const row of cluster.traces('*')) traces.push(row.traceId);
    expect(traces.toSorted()).toEqual([...new Set(spans.map((span) => span.trace_id))].toSorted());
    const trace = await cluster.trace(traces[0] ?? '');
    expect(trace?.spans.map(id).toSorted()).toEqual(
      spans
        .filter((span) => span.trace_id === traces[0])
        .map(id)
        .toSorted(),
    );
  });
});
