import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, inject, it } from 'vitest';
import { type PrometheusAlert, prometheusRuleFile, prometheusRules } from '@spanline/dashboards';
import { type AlertRule, CATALOG, DEFAULT_RULES, type ResolvedRule, resolveRules } from '@spanline/monitor/offline';
import { type Line, naiveLevels, type NaiveLevel } from '../../packages/dashboards/test/support/naive-rules.ts';
import { lineAt, log, ruleOf, START } from '../../packages/dashboards/test/support/rules-and-logs.ts';
import { runs } from '../support/effort.ts';
import { promtool } from './support/prometheus.ts';
import { type PromtoolFile, seriesOfLog } from './support/promtool-cases.ts';

const files = inject('servers').prometheus;

const EVERY_MS = 15_000;
/** Silence before each log, in which windows fill and every series has begun. */
const QUIET_MS = 300_000;
const STEPS = 80;

function alertsOf(rules: readonly AlertRule[]): PrometheusAlert[] {
  return prometheusRules(rules).flatMap((result) => {
    if (result.kind === 'refused') throw new Error(result.reason);
    return result.bodies;
  });
}

/** Every series that rules of tests read begins before the first reading. */
const BEGINNING: readonly Line[] = ['http', 'llm', 'tool'].map((type, index) =>
  lineAt(10_000 + index, START - QUIET_MS - 1, { type, isFailed: false, tokens: 1, usd: 0.01 }),
);

const TIMES = Array.from({ length: STEPS + 1 }, (_, index) => START - QUIET_MS + index * EVERY_MS);

/** The state of a rule at each reading, as a Prometheus has it: windows end with the reading. */
function expectedLevels(rule: ResolvedRule, lines: readonly Line[]): NaiveLevel[] {
  const windowMs = rule.windowMinutes * 60_000;
  const moments = TIMES.map((at) => ({ at, from: at - windowMs, to: at, isWhole: true }));
  return naiveLevels(rule, lines, moments, true);
}

async function caseOf(ruleFile: string, rule: AlertRule, lines: readonly Line[]): Promise<PromtoolFile> {
  const [resolved] = resolveRules([rule]);
  if (resolved === undefined) throw new Error('no rule');
  const [alert] = alertsOf([rule]);
  if (alert === undefined) throw new Error('no alert');
  const levels = expectedLevels(resolved, lines);
  const firing = [{ exp_labels: alert.labels, exp_annotations: alert.annotations }];
  return {
    rule_files: [ruleFile],
    evaluation_interval: '15s',
    tests: [
      {
        interval: '15s',
        input_series: await seriesOfLog([...BEGINNING, ...lines], TIMES),
        alert_rule_test: levels.map((level, index) => ({
          eval_time: `${index * 15}s`,
          alertname: rule.name,
          exp_alerts: level === 'OK' ? [] : firing,
        })),
      },
    ],
  };
}

describe.skipIf(files === undefined)('rules of Prometheus', () => {
  const folder = mkdtempSync(join(tmpdir(), 'spanline-rules-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  const run = (...args: string[]): [number | null, string] => {
    const { status, stdout, stderr } = spawnSync(promtool(files ?? ''), args, { encoding: 'utf8' });
    return [status, `${stdout}${stderr}`];
  };

  it('are accepted, whatever their texts are', () => {
    const rules: AlertRule[] = [...DEFAULT_RULES, CATALOG.promptInjection, CATALOG.rateLimit, CATALOG.dailySpend(5)];
    const hostile = 'a "b"\\\n{{ .Labels }} é\u2028\u0007 # {c="d"}';
    rules.push({ ...CATALOG.stepLatency, name: hostile, baseline: 300, notifyChannel: hostile, noData: 'no_data' });
    rules.push({
      name: 'step',
      metric: 'latency_p95_ms',
      step: hostile,
      threshold: 1,
      comparison: 'gt',
      noData: 'alert',
    });
    const file = join(folder, 'all.yml');
    writeFileSync(file, prometheusRuleFile(alertsOf(rules)));
    const [status, text] = run('check', 'rules', file);
    expect([status, text]).toEqual([0, expect.stringContaining(`${alertsOf(rules).length} rules found`)]);
  });

  it('fire and recover as a naive reading of the log says', async () => {
    const cases = fc.sample(fc.tuple(ruleOf({ hasWarnings: false, hasLowCounts: true }), log), {
      numRuns: runs(20, 400),
      ...(process.env['CI'] === undefined ? {} : { seed: 20_261_123 }),
    });
    const tests: string[] = [];
    let firing = 0;
    for (const [index, [rule, lines]] of cases.entries()) {
      const ruleFile = join(folder, `rules-${index}.yml`);
      writeFileSync(ruleFile, prometheusRuleFile(alertsOf([rule])));
      const file = await caseOf(ruleFile, rule, lines);
      firing += file.tests.flatMap((one) =>
        one.alert_rule_test.filter(({ exp_alerts: alerts }) => alerts.length > 0),
      ).length;
      const test = join(folder, `test-${index}.yml`);
      writeFileSync(test, JSON.stringify(file));
      tests.push(test);
    }
    expect(firing).toBeGreaterThan(0);
    expect(run('test', 'rules', ...tests)).toEqual([0, expect.not.stringContaining('FAILED')]);
  });
});
