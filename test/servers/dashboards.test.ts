import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, View } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import {
  grafanaDashboard,
  type Metric,
  type MetricName,
  METRICS,
  PANELS,
  type Panel,
  panelRows,
  panelSearch,
  type PanelRow,
  vegaChart,
} from '@spanline/dashboards';
import type { StatsRow } from '@spanline/query';
import { opensearch } from '@spanline/ship';
import type { PanelAnswer } from '@spanline/viewer';
import { cli } from '../../packages/cli/test/support/cli.ts';
import { evaluate } from '../../packages/dashboards/test/support/evaluate.ts';
import { openViewer } from '../../packages/viewer/test/support/client.ts';
import { dashboardLog, type Line } from './support/dashboard-log.ts';
import { type GrafanaPanel, panelValues } from './support/grafana.ts';
import { borrowOpenSearch3 } from './support/opensearch.ts';
import { createSearchClient, type SearchClient } from './support/search-client.ts';
import type { RunningServer } from './support/server.ts';
import { setUp, ship } from './support/ship.ts';

const files = inject('servers').opensearch3;
interface ChartData {
  readonly url: { readonly index: string; readonly body: object };
  readonly format: object;
}

/** Values by the field that they are split by. Sums of fractions depend on the order of the lines. */
type Figures = readonly (readonly [string, number | undefined])[];
const figures = (rows: Figures): Figures =>
  rows.map(([name, value]) => [name, Number(value?.toPrecision(9))] as const).toSorted(([a], [b]) => (a < b ? -1 : 1));

const STREAMS = { ecs: 'logs-spanline-default', otel: 'llm-otel' } as const;

describe.skipIf(files === undefined)('panels on OpenSearch 3', () => {
  let server: RunningServer | undefined;
  let client: SearchClient;
  const lines = dashboardLog();

  beforeAll(async () => {
    server = await borrowOpenSearch3(files as string);
    const { url, folder } = server;
    client = createSearchClient(url);
    const file = join(folder, 'app.log');
    writeFileSync(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    for (const profile of ['ecs', 'otel'] as const) {
      await setUp(client, { profile, dataStream: STREAMS[profile] });
      const to = [opensearch({ url, profile, index: STREAMS[profile] })];
      const { stats } = await ship({ dir: join(folder, profile), files: [file], to });
      expect(stats['opensearch']).toMatchObject({ stored: lines.length, rejected: 0 });
      await client.refresh(STREAMS[profile]);
    }
  });
  afterAll(() => server?.stop());

  const rowsOf = async (panel: Panel, profile: 'ecs' | 'otel'): Promise<PanelRow[]> => {
    const body = panelSearch(panel, { profile, from: '2026-11-23T00:00:00Z', to: '2026-11-24T00:00:00Z' });
    return panelRows(panel, await client.send('POST', `${STREAMS[profile]}/_search`, body));
  };
  const belongs = (line: Line, panel: Panel, row: PanelRow): boolean => {
    const hour = String(line['@timestamp']).slice(0, panel.every === 'day' ? 10 : 13);
    return (
      (panel.by === undefined || line[panel.by] === row.key) && (row.time === undefined || row.time.startsWith(hour))
    );
  };

  it('a metric has one figure in stats, in the viewer, and in the search of its panel', async () => {
    const file = join((server as RunningServer).folder, 'app.log');
    const viewer = await openViewer(file);
    const searched = async (id: string, name: MetricName): Promise<Figures> => {
      const rows = await rowsOf(PANELS.find((panel) => panel.id === id) as Panel, 'ecs');
      return figures(rows.map(({ key = '', values }) => [key, values[name]]));
    };
    const shown = async (id: string): Promise<Figures> => {
      const { series } = (await viewer.ask(`panels/${id}`)).json as PanelAnswer;
      return figures(series.map(({ name, total }) => [name, total]));
    };
    const asked = async (filter: string, by: string, read: (row: StatsRow) => number): Promise<Figures> => {
      const { stdout } = await cli(['stats', file, filter, '--by', by, '--json']);
      const { rows } = JSON.parse(stdout) as { rows: StatsRow[] };
      return figures(rows.map((row) => [String(row.by[0]), read(row)]));
    };
    const cost = await asked('exists:cost', 'model', ({ costUsd }) => costUsd);
    const tokens = await asked('type:llm', 'user', ({ inputTokens, outputTokens }) => inputTokens + outputTokens);
    const failed = await asked('type:tool', 'tool', ({ errorRate }) => errorRate);
    expect([cost.length, tokens.length, failed.length]).toEqual([2, 5, 2]);
    expect(await shown('model-cost-cost-usd')).toEqual(cost);
    expect(await searched('model-cost', 'cost_usd')).toEqual(cost);
    expect(await shown('user-cost-total-tokens')).toEqual(tokens);
    expect(await searched('user-cost', 'total_tokens')).toEqual(tokens);
    expect(await shown('tools-tool-error-rate')).toEqual(failed);
    expect(await searched('tools', 'tool_error_rate')).toEqual(failed);
  });

  describe.each(['ecs', 'otel'] as const)('in the profile %s', (profile) => {
    it.each(PANELS)('$id has rows, and the numbers of the log', async (panel) => {
      const rows = await rowsOf(panel, profile);
      expect(rows.length).toBeGreaterThan(0);
      for (const row of rows) {
        const own = lines.filter((line) => belongs(line, panel, row));
        for (const name of panel.metrics) {
          const metric = METRICS[name];
          const expected = evaluate(metric, own);
          const found = row.values[name];
          expect([panel.id, name, found === undefined]).toEqual([panel.id, name, expected === undefined]);
          if (metric.of.some(({ kind }) => kind === 'quantile')) continue;
          expect(found ?? 0).toBeCloseTo(expected ?? 0, 6);
        }
      }
      const isShown = panel.metrics.filter((name) => rows.some(({ values }) => (values[name] ?? 0) !== 0));
      expect(isShown).toEqual(panel.metrics);
    });

    it.each(PANELS)('$id has the numbers of the log in Grafana', async (panel) => {
      const time = { from: '2026-11-23T00:00:00Z', to: '2026-11-23T23:59:59Z', interval: '1h' };
      const { panels } = grafanaDashboard({ profile }).body as unknown as { panels: GrafanaPanel[] };
      const own = panels[PANELS.indexOf(panel)] as GrafanaPanel;
      const shown = [...(await panelValues(client, STREAMS[profile], own, time)).values()];
      expect(shown.length).toBe(panel.metrics.length * (panel.isCompared === true ? 2 : 1));
      expect(shown.map(({ size }) => size > 0)).toEqual(shown.map(() => true));
      if (panel.isCompared === true) {
        const expected = evaluate(METRICS[panel.metrics[0] as 'tokens_per_request'], lines) ?? 0;
        expect([...(shown[1]?.values() ?? [])]).toEqual(
          [...(shown[1]?.keys() ?? [])].map(() => expect.closeTo(expected, 6)),
        );
      }
      for (const [place, name] of panel.metrics.entries()) {
        const metric: Metric = METRICS[name];
        for (const [bucket, value] of shown[place] ?? []) {
          const [key, start] =
            panel.kind === 'time' && panel.by === undefined ? [undefined, bucket] : bucket.split(' 2026');
          const hour = start === undefined ? undefined : panel.by === undefined ? start : `2026${start}`;
          const row = {
            values: {},
            ...(key === undefined ? {} : { key }),
            ...(hour === undefined ? {} : { time: hour.slice(0, panel.every === 'day' ? 10 : 13) }),
          };
          const expected = evaluate(
            metric,
            lines.filter((line) => belongs(line, panel, row)),
          );
          if (metric.of.some(({ kind }) => kind === 'quantile')) continue;
          expect([panel.id, name, bucket, value]).toEqual([panel.id, name, bucket, expect.closeTo(expected ?? 0, 6)]);
        }
      }
    });

    it.each(PANELS)('$id is drawn by Vega from the answer', async (panel) => {
      const index = STREAMS[profile];
      const { data, ...chart } = vegaChart(panel, { index, profile }) as unknown as { data: ChartData };
      // Kibana and OpenSearch Dashboards add the time of the page, and give Vega the answer.
      const answer = await client.send('POST', `${data.url.index}/_search`, data.url.body);
      const spec = { ...chart, data: { values: answer, format: data.format } } as unknown as TopLevelSpec;
      const view = new View(parse(compile(spec).spec), { renderer: 'none' });
      const svg = await view.toSVG();
      // Only the first column has names: a row is the same in each.
      const scaleOf = (place: number) => view.scale(`concat_${place}_y`) as { domain: () => string[] };
      const orders = panel.kind === 'top' ? panel.metrics.map((_, place) => scaleOf(place).domain()) : [];
      expect([panel.id, orders]).toEqual([panel.id, orders.map(() => orders[0])]);
      const marks = svg.match(/aria-roledescription="(?:line mark|point|bar)"/g) ?? [];
      expect([panel.id, marks.length > 0]).toEqual([panel.id, true]);
      expect(svg).not.toMatch(/NaN|undefined/);
    });
  });
});
