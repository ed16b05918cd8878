/** The viewer over a real OpenSearch shows the numbers of the file, and follows what is stored. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished, vi } from 'vitest';
import { metrics } from '@spanline/monitor';
import { open } from '@spanline/query';
import type { SpanRecord } from '@spanline/record';
import {
  type CompareAnswer,
  type GroupsAnswer,
  type PanelAnswer,
  PANELS,
  type StatsAnswer,
  type TraceAnswer,
  type TracesAnswer,
} from '@spanline/viewer';
import { openViewer, type OpenViewer } from '../../packages/viewer/test/support/client.ts';
import { borrowOpenSearch } from './support/opensearch.ts';
import { createSearchClient, type SearchClient } from './support/search-client.ts';
import type { RunningServer } from './support/server.ts';
import { setUp } from './support/ship.ts';
import { spansByChance } from './support/spans.ts';
import { storeBulk } from './support/store-bulk.ts';

const { opensearch } = inject('servers');
const STREAM = 'logs-spanline-default';
const FILTERS = ['', 'status:error', 'type:llm', '-step:rerank duration>1ms'];

const round = (value: unknown): unknown => (typeof value === 'number' ? Number(value.toPrecision(9)) : value);

/** A copy with numbers of nine digits: sums depend on the order of the spans. */
function rounded(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(rounded);
  if (typeof value !== 'object' || value === null) return round(value);
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, rounded(one)]));
}

const sortBy = <T>(rows: readonly T[], key: (row: T) => string): T[] =>
  rows.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));

describe.skipIf(opensearch === undefined)('the viewer over OpenSearch', () => {
  const spans = spansByChance();
  const folder = mkdtempSync(join(tmpdir(), 'spanline-viewer-cluster-'));
  const file = join(folder, 'app.ndjson');
  const lines = spans.map((span) => `${JSON.stringify(span)}\n`).join('');
  let server: RunningServer | undefined;
  let client: SearchClient;

  beforeAll(async () => {
    writeFileSync(file, lines);
    server = await borrowOpenSearch(opensearch as string);
    client = createSearchClient(server.url);
    await setUp(client, { profile: 'ecs', dataStream: STREAM });
    await storeBulk(client, STREAM, 'ecs', spans);
  });
  afterAll(async () => {
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const cluster = (): string => `${(server as RunningServer).url}/${STREAM}`;
  const both = async (): Promise<[OpenViewer, OpenViewer]> => [await openViewer(file), await openViewer(cluster())];

  /** The answer of a path, once all lines were read. */
  async function whole<Answer>(viewer: OpenViewer, path: string): Promise<Answer> {
    await expect.poll(async () => ((await viewer.ask(path)).json as TracesAnswer).state.isComplete).toBe(true);
    return (await viewer.ask(path)).json as Answer;
  }
  const filtered = (path: string, filter: string, more = ''): string =>
    `${path}?filter=${encodeURIComponent(filter)}${more}`;

  it.each(FILTERS)('lists the traces of the file, their sums and their groups, for %s', async (filter) => {
    const [own, other] = await both();
    const path = filtered('traces', filter, '&limit=500');
    const [expected, got] = await Promise.all([own, other].map((viewer) => whole<TracesAnswer>(viewer, path)));
    const rowsOf = ({ rows = [], ...rest }: Partial<TracesAnswer> = {}): unknown =>
      rounded({
        total: rest.total,
        histogram: rest.histogram,
        rows: sortBy(rows, ({ traceId }) => traceId).map((row) => ({ ...row, models: row.models.toSorted() })),
      });
    expect(rowsOf(got)).toEqual(rowsOf(expected));
    expect(got?.rows.length).toBeGreaterThan(1);
    for (const by of ['session', 'user', 'service']) {
      const groups = filtered('groups', filter, `&by=${by}&limit=500`);
      const [file, stored] = await Promise.all([own, other].map((viewer) => whole<GroupsAnswer>(viewer, groups)));
      const sorted = (answer: GroupsAnswer | undefined): unknown =>
        rounded([
          answer?.tracesWithout,
          // Of equal traces, either may be named as the slowest, and as the first of its user.
          sortBy(answer?.rows ?? [], ({ value }) => value).map(({ slowestTraceId: _, userId: _user, ...row }) => row),
        ]);
      expect(sorted(stored)).toEqual(sorted(file));
    }
  });

  it('shows the figures of stats and metrics, in panels too', async () => {
    const [own, other] = await both();
    type Figures = 'count' | 'errors' | 'inputTokens' | 'outputTokens' | 'costUsd' | 'by';
    type Exact = Pick<StatsAnswer['rows'][number], Figures>;
    const exact = ({ by, count, errors, inputTokens, outputTokens, costUsd }: Exact): object => ({
      by,
      count,
      errors,
      inputTokens,
      outputTokens,
      costUsd,
    });
    const stats = (await other.ask('stats?by=step')).json as StatsAnswer;
    const expected = await open(file).stats('*', { by: ['step'] });
    const names = expected.rows.map((row) =>
      exact({ ...row, by: row.by.map((value) => (value === undefined ? null : String(value))) }),
    );
    const sorted = (rows: readonly object[]): unknown => rounded(sortBy(rows, (row) => JSON.stringify(row)));
    expect(sorted(stats.rows.map(exact))).toEqual(sorted(names));
    const { values } = await metrics(lines.split('\n'));
    const sum = (key: 'count' | 'costUsd'): number => stats.rows.reduce((total, row) => total + row[key], 0);
    expect(round(sum('costUsd'))).toBe(round(values.cost_usd));
    expect(sum('count')).toBe(spans.length);
    let compared = 0;
    for (const panel of PANELS) {
      // Quantiles of a cluster are estimates.
      if (panel.unit === 'ms') continue;
      const [one, two] = await Promise.all(
        [own, other].map(async (viewer) => (await viewer.ask(`panels/${panel.id}`)).json as PanelAnswer),
      );
      const series = (answer: PanelAnswer | undefined): unknown =>
        rounded(sortBy(answer?.series ?? [], ({ name, total }) => `${total} ${name}`).map(({ total }) => total));
      expect(series(two), panel.id).toEqual(series(one));
      compared += two?.series.length ?? 0;
    }
    expect(compared).toBeGreaterThan(10);
  });

  it('shows a trace, and compares two sides, as the file does', async () => {
    const [own, other] = await both();
    const id = spans[0]?.trace_id ?? '';
    const trace = async (viewer: OpenViewer): Promise<unknown> => {
      const answer = (await viewer.ask(`trace/${id}`)).json as TraceAnswer;
      const { spans: rows, costUsd, inputTokens, outputTokens, errors } = answer;
      const shown = sortBy(rows, ({ spanId }) => spanId).map(({ parent, isCritical: _, ...row }) => ({
        ...row,
        parentId: parent === undefined ? undefined : rows[parent]?.spanId,
      }));
      return rounded({ costUsd, inputTokens, outputTokens, errors, shown });
    };
    expect(await trace(other)).toEqual(await trace(own));
    const sides = async (viewer: OpenViewer): Promise<unknown> => {
      const answer = (await viewer.ask('compare?a=status:error&b=status:ok')).json as CompareAnswer;
      const counts = answer.steps.map(({ step, before, after }) => ({ step, before, after }));
      return { before: answer.before, after: answer.after, counts: sortBy(counts, ({ step = '' }) => step) };
    };
    expect(await sides(other)).toEqual(await sides(own));
  });

  it('follows what is stored, each line once, also a line that comes late', async () => {
    await setUp(client, { profile: 'ecs', dataStream: 'logs-spanline-live' });
    const at = (ms: number): string => new Date(Date.now() - ms).toISOString();
    const span = (trace: number, n: number, agoMs: number): SpanRecord => ({
      ...(JSON.parse(JSON.stringify(spans[0])) as SpanRecord),
      '@timestamp': at(agoMs),
      'event.start': at(agoMs + 5),
      duration_ms: 5,
      'event.id': `live-${trace}-${n}`,
      trace_id: trace.toString(16).padStart(32, '0'),
      span_id: (trace * 100 + n).toString(16).padStart(16, '0'),
      'span.name': `step ${trace}`,
    });
    let stored = 0;
    async function store(...records: readonly SpanRecord[]): Promise<void> {
      await storeBulk(client, 'logs-spanline-live', 'ecs', records, stored);
      stored += records.length;
    }
    await store(span(1, 1, 20_000));
    const viewer = await openViewer(`${(server as RunningServer).url}/logs-spanline-live`);
    const page = get({
      host: '127.0.0.1',
      port: viewer.port,
      path: '/api/v1/live',
      headers: { cookie: viewer.cookie },
    });
    page.on('error', () => {});
    page.on('response', (response) => response.resume());
    onTestFinished(() => void page.destroy());
    const rows = async (): Promise<Record<string, number>> => {
      const { rows: found } = (await viewer.ask('traces')).json as TracesAnswer;
      return Object.fromEntries(found.map(({ traceId, spans: count }) => [Number.parseInt(traceId, 16), count]));
    };
    await expect.poll(rows).toEqual({ 1: 1 });
    await store(span(1, 2, 100), span(2, 1, 50));
    await expect.poll(rows).toEqual({ 1: 2, 2: 1 });
    await store(span(2, 2, 5000), span(3, 1, 0));
    await expect.poll(rows).toEqual({ 1: 2, 2: 2, 3: 1 });
    // A line that is later than that is found when the list is read anew, a minute after it was begun.
    await store(span(4, 1, 30_000), span(5, 1, 0));
    await expect.poll(rows).toEqual({ 1: 2, 2: 2, 3: 1, 5: 1 });
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 61_000 });
    onTestFinished(() => void vi.useRealTimers());
    await expect.poll(rows).toEqual({ 1: 2, 2: 2, 3: 1, 4: 1, 5: 1 });
  });
});
