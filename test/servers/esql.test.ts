import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { kibanaDashboard, type Metric, METRICS, PANELS, type Panel } from '@spanline/dashboards';
import { profileKey } from '@spanline/record';
import { elasticsearch } from '@spanline/ship';
import { evaluate } from '../../packages/dashboards/test/support/evaluate.ts';
import { queriesOf } from '../support/query-blocks.ts';
import { dashboardLog } from './support/dashboard-log.ts';
import { plainMappings } from './support/elasticsearch.ts';
import { borrowEsql } from './support/esql.ts';
import { createSearchClient, type SearchClient } from './support/search-client.ts';
import type { RunningServer } from './support/server.ts';
import { ship } from './support/ship.ts';

const { elasticsearch: files, esql: modules } = inject('servers');
const PROFILES = ['ecs', 'otel'] as const;
const FROM = '2026-11-23T00:00:00.000Z';
const TO = '2026-11-24T00:00:00.000Z';

type Value = string | number | null;
type Row = Readonly<Record<string, Value>>;

interface Layer {
  readonly data_source: { readonly query: string };
  readonly x: { readonly column: string };
  readonly y: readonly { readonly column: string }[];
  readonly breakdown_by?: { readonly column: string };
}
interface Config {
  readonly layers?: readonly Layer[];
  readonly data_source?: { readonly query: string };
  readonly rows?: readonly { readonly column: string }[];
  readonly metrics?: readonly { readonly column: string }[];
}

describe.skipIf(modules === undefined)('ES|QL on Elasticsearch', () => {
  const lines = dashboardLog();
  let server: RunningServer | undefined;
  let client: SearchClient;

  beforeAll(async () => {
    server = await borrowEsql(files as string);
    const { url, folder } = server;
    client = createSearchClient(url);
    const file = join(folder, 'app.log');
    writeFileSync(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    for (const profile of PROFILES) {
      const index = `logs-${profile}`;
      await client.send('PUT', index, { mappings: plainMappings(profile) });
      const { stats } = await ship({
        dir: join(folder, profile),
        files: [file],
        to: [elasticsearch({ url, profile, index })],
      });
      expect(stats['elasticsearch']).toMatchObject({ stored: lines.length, rejected: 0 });
      await client.refresh(index);
    }
  });
  afterAll(() => server?.stop());

  /** Kibana fills in the parameters that a query has, and adds the time of the page as a filter. */
  async function ask(query: string): Promise<Row[]> {
    const times = { _tstart: FROM, _tend: TO };
    const params = Object.entries(times).filter(([name]) => query.includes(`?${name}`));
    const answer = await client.send('POST', '_query', {
      query,
      params: params.map(([name, value]) => ({ [name]: value })),
      filter: { range: { '@timestamp': { gte: FROM, lte: TO } } },
    });
    const { columns, values } = answer as { columns: { name: string }[]; values: Value[][] };
    return values.map((row) => Object.fromEntries(columns.map(({ name }, place) => [name, row[place] ?? null])));
  }

  describe.each(PROFILES)('in the profile %s', (profile) => {
    const { panels } = kibanaDashboard({ profile, index: `logs-${profile}` }).body as unknown as {
      panels: { config: Config }[];
    };

    function expectNumbers(panel: Panel, rows: readonly Row[], starts: readonly number[]): void {
      const by = panel.by;
      for (const row of rows) {
        const time = row['time'];
        const start = typeof time === 'string' ? Date.parse(time) : undefined;
        const end = starts.find((other) => start !== undefined && other > start) ?? Infinity;
        const own = lines.filter((line) => {
          const at = Date.parse(String(line['@timestamp']));
          const belongs = start === undefined || (at >= start && at < end);
          return belongs && (by === undefined || line[by] === row[profileKey(by, profile)]);
        });
        for (const name of panel.metrics) {
          const metric: Metric = METRICS[name];
          const expected = evaluate(metric, own) ?? null;
          const found = row[metric.title];
          expect([panel.id, name, found === null]).toEqual([panel.id, name, expected === null]);
          if (expected === null || metric.of.some(({ kind }) => kind === 'quantile')) continue;
          expect([panel.id, name, found]).toEqual([panel.id, name, expect.closeTo(expected, 6)]);
        }
      }
      const shown = panel.metrics.filter((name) => rows.some((row) => (row[METRICS[name].title] ?? 0) !== 0));
      expect(shown).toEqual(panel.metrics);
    }

    it.each(PANELS)('$id has rows, its columns, and the numbers of the log', async (panel) => {
      const { config } = panels[PANELS.indexOf(panel)] as { config: Config };
      const [own, usual] = config.layers ?? [];
      const rows = await ask((own ?? config).data_source?.query ?? '');
      expect(rows.length).toBeGreaterThan(0);
      const named = [own?.x, ...(own?.y ?? []), own?.breakdown_by, ...(config.rows ?? []), ...(config.metrics ?? [])];
      const columns = named.flatMap((one) => (one === undefined ? [] : [one.column]));
      expect(columns.toSorted()).toEqual(Object.keys(rows[0] ?? {}).toSorted());
      const starts = [...new Set(rows.map(({ time }) => Date.parse(String(time))))].toSorted((a, b) => a - b);
      // The width of a bucket is that of the time of the page in 50 parts, rounded up: half an hour.
      const ends = panel.every === 'day' ? starts : starts.map((start) => start + 1_800_000);
      expectNumbers(
        panel,
        rows,
        [...starts, ...ends].toSorted((a, b) => a - b),
      );
      expect(usual === undefined).toBe(panel.isCompared !== true);
      if (usual === undefined) return;
      const expected = expect.closeTo(evaluate(METRICS.tokens_per_request, lines) ?? 0, 6) as number;
      expect(await ask(usual.data_source.query)).toEqual(
        [FROM, TO].map((time) => ({ time, [usual.y[0]?.column ?? '']: expected })),
      );
    });

    it('lists the slowest requests', async () => {
      const { config } = panels.at(-1) as { config: Config };
      const rows = await ask(config.data_source?.query ?? '');
      const slowest = lines
        .filter((line) => line['spanline.rollup.spans'] !== undefined)
        .map((line) => Number(line['duration_ms']))
        .toSorted((first, second) => second - first);
      expect(rows.map((row) => row['duration_ms'])).toEqual(slowest.slice(0, rows.length));
      expect(rows).toHaveLength(50);
    });
  });

  it.each(queriesOf('esql'))('question %s has an answer', async (_, query) => {
    const rows = await ask(query.replace('logs-*', 'logs-ecs'));
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.every((row) => Object.values(row).some((value) => value !== null))).toBe(true);
  });
});
