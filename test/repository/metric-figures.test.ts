import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Metric, type MetricName, METRICS } from '@spanline/dashboards';
import { type Panel, type PanelAnswer, PANELS } from '@spanline/viewer';
import { cli } from '../../packages/cli/test/support/cli.ts';
import { evaluate } from '../../packages/dashboards/test/support/evaluate.ts';
import { openViewer } from '../../packages/viewer/test/support/client.ts';
import { busyService, type Line } from '../support/busy-service.ts';

/** Quantiles are estimates: the engines choose between two neighbours in their own ways. */
function expectSame(where: string, found: number | undefined, metric: Metric, own: readonly Line[]): void {
  const expected = evaluate(metric, own) ?? 0;
  const tolerance = metric.of.some(({ kind }) => kind === 'quantile') ? 0.1 : 1e-9;
  expect([where, found]).toEqual([where, expect.any(Number)]);
  expect([where, Math.abs((found ?? 0) - expected) <= Math.abs(expected) * tolerance + 1e-9, found, expected]).toEqual([
    where,
    true,
    found,
    expected,
  ]);
}

const folder = mkdtempSync(join(tmpdir(), 'spanline-figures-'));
const file = join(folder, 'app.ndjson');
let lines: readonly Line[] = [];

beforeAll(async () => {
  lines = await busyService(Date.UTC(2026, 10, 23, 9));
  writeFileSync(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The lines of a series of a panel of the viewer. */
const linesOf = ({ split }: Panel, name: string): readonly Line[] =>
  split === undefined ? lines : lines.filter((line) => (line[split] ?? '') === name);

describe('a metric has one figure', () => {
  const known = PANELS.filter(({ metrics }) => metrics.length > 0);

  it.each(known)('in the panel $id of the viewer', async (panel) => {
    const viewer = await openViewer(file);
    const { series } = (await viewer.ask(`panels/${panel.id}`)).json as PanelAnswer;
    expect([panel.id, series.length > 0]).toEqual([panel.id, true]);
    for (const [place, { name, total }] of series.entries()) {
      const metric = panel.metrics[panel.split === undefined ? place : 0] as MetricName;
      expectSame(`${panel.id} ${metric} ${name}`, total, METRICS[metric], linesOf(panel, name));
    }
  });

  it('in spanline stats', async () => {
    const rowsBy = async (by: string) => {
      const { stdout } = await cli(['stats', file, '--by', by, '--json']);
      return (JSON.parse(stdout) as { rows: (Record<string, number> & { by: string[] })[] }).rows;
    };
    for (const row of await rowsBy('step')) {
      const own = lines.filter((line) => line['span.name'] === row.by[0]);
      const of = (name: MetricName, value: number | undefined): void =>
        expectSame(`step ${row.by[0] ?? ''} ${name}`, value, METRICS[name], own);
      of('spans', row['count']);
      of('cost_usd', row['costUsd']);
      of('total_tokens', (row['inputTokens'] ?? 0) + (row['outputTokens'] ?? 0));
      of('step_p50_ms', row['p50Ms']);
      of('step_p95_ms', row['p95Ms']);
      of('step_p99_ms', row['p99Ms']);
    }
    for (const row of await rowsBy('model')) {
      if (row.by[0] === null) continue;
      const own = lines.filter((line) => line['gen_ai.request.model'] === row.by[0]);
      expectSame('model llm_calls', row['count'], METRICS.llm_calls, own);
      expectSame('model llm_error_rate', row['errorRate'], METRICS.llm_error_rate, own);
      expectSame('model ttft', row['ttftP95Ms'], METRICS.time_to_first_token_p95_ms, own);
    }
  });
});
