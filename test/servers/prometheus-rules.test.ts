import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { prometheusRuleFile, prometheusRules } from '@spanline/dashboards';
import type { AlertRule } from '@spanline/monitor/offline';
import { startPrometheus } from './support/prometheus.ts';
import { type RunningServer, startServer } from './support/server.ts';

const files = inject('servers').prometheus;
const APP = fileURLToPath(new URL('support/metrics-app.ts', import.meta.url));

const RULE: AlertRule = {
  name: 'Errors',
  metric: 'error_rate',
  threshold: 0.5,
  comparison: 'gt',
  severity: 'critical',
  warningThreshold: 0.2,
  recoveryThreshold: 0.1,
  recoverAfterMinutes: 0.05,
  minSamples: 5,
  windowMinutes: 5,
};

function ruleFile(): string {
  const alerts = prometheusRules([RULE]).flatMap((result) => (result.kind === 'compiled' ? result.bodies : []));
  return prometheusRuleFile(alerts).replace('interval: 15s', 'interval: 1s');
}

describe.skipIf(files === undefined)('rules in a Prometheus that runs', () => {
  let app: RunningServer | undefined;
  let prometheus: RunningServer | undefined;

  beforeAll(async () => {
    app = await startServer({
      name: 'application',
      folder: mkdtempSync(join(tmpdir(), 'spanline-metrics-')),
      command: [process.execPath, '--conditions=@spanline/source', '--import', import.meta.resolve('tsx'), APP],
      ready: /serving on (\d+)/,
    });
    await requests('failed=1&good=1');
    prometheus = await startPrometheus(files as string, new URL(app.url).host, ruleFile());
  });
  afterAll(async () => {
    await prometheus?.stop();
    await app?.stop();
  });

  async function requests(counts: string): Promise<void> {
    await fetch(`${app?.url}/?${counts}`, { method: 'POST' });
  }

  /** Severities of the alerts that fire. */
  async function firing(): Promise<string[]> {
    const response = await fetch(`${prometheus?.url}/api/v1/alerts`);
    const { data } = (await response.json()) as {
      data: { alerts: { labels: Record<string, string>; state: string }[] };
    };
    const on = data.alerts.filter(({ state }) => state === 'firing');
    return on.map(({ labels }) => `${labels['alertname']} ${labels['severity']} ${labels['channel']}`).toSorted();
  }

  const until = (expected: readonly string[]): Promise<void> =>
    vi.waitFor(async () => expect(await firing()).toEqual(expected), { timeout: 120_000, interval: 500 });

  const upTo = (total: number): Promise<void> =>
    vi.waitFor(
      async () => {
        const query = new URLSearchParams({ query: 'sum(spanline_requests_total)' }).toString();
        const response = await fetch(`${prometheus?.url}/api/v1/query?${query}`);
        const { data } = (await response.json()) as { data: { result: { value: [number, string] }[] } };
        expect(Number(data.result[0]?.value[1])).toBe(total);
      },
      { timeout: 120_000, interval: 500 },
    );

  it('fire, and resolve beyond the recovery threshold', async () => {
    await upTo(2);
    expect(await firing()).toEqual([]);
    await requests('failed=40&good=10');
    await until(['Errors critical slack', 'Errors warning slack']);
    // A third of all failed: the alert is lowered to a warning.
    await requests('good=70');
    await until(['Errors warning slack']);
    // A value between the thresholds of recovery and of the warning keeps the warning.
    await requests('good=150');
    await upTo(272);
    expect(await firing()).toEqual(['Errors warning slack']);
    await requests('good=800');
    await until([]);
  });
});
