/** `spanline check` and `spanline alerts`. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { lines, span } from '../../../query/test/support/logs.ts';
import { requests } from '../../../query/test/support/requests.ts';
import { cli, folderWith, type Outcome } from '../support/cli.ts';

/** Three hours of requests, in the second of which the reranker is slow. */
const log = lines(
  ...requests(180, 21, (random, number) => ({
    rerankMs: (number >= 60 && number < 120 ? 9000 : 100) + random() * 20,
    costUsd: 0.01,
  })),
);

const RULES = JSON.stringify([
  { name: 'Slow Rerank', expect: 'p95(rerank) < 2s', minSamples: 5 },
  { name: 'Errors', metric: 'error_rate', threshold: 0.01, comparison: 'gt' },
]);

function run(args: string[], files: Record<string, string> = {}): Promise<Outcome> {
  return cli(args, { cwd: folderWith({ 'app.ndjson': log, 'rules.json': RULES, ...files }) });
}

describe('spanline check', () => {
  it('exits with 0 when all requirements hold', async () => {
    const { code, stdout, stderr } = await run(['check', 'p95(search) < 2s and cost/request < 0.02', 'app.ndjson']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(
      /p95\(search\) < 2s +\d+(?:\.\d+)?ms +180 +✓ met\ncost\/request < \$0\.02 +\$0\.01 +180 +✓ met/,
    );
    expect(stdout).toContain('All 2 hold.');
  });

  it('exits with 1 when one is broken, or has no data', async () => {
    const broken = await run(['check', 'p95(rerank) < 2s and error_rate < 1%', 'app.ndjson', '--json']);
    expect(broken.code).toBe(1);
    expect(JSON.parse(broken.stdout)).toMatchObject({
      isMet: false,
      requirements: [
        { step: 'rerank', verdict: 'broken', samples: 180 },
        { value: 0, verdict: 'met' },
      ],
    });
    const typo = await run(['check', 'p95(rernak) < 2s', 'app.ndjson']);
    expect(typo).toMatchObject({ code: 1, stdout: expect.stringContaining('Did you mean "rerank"?') as string });
    const far = await run(['check', 'p95(zzz) < 2s', 'app.ndjson']);
    expect(far).toMatchObject({ code: 1, stdout: expect.stringContaining('The log has no step "zzz".') as string });
    const score = await run(['check', 'eror_rate < 1%', 'app.ndjson']);
    expect(score.stdout).toContain('The log has no metric "eror_rate". Did you mean "error_rate"?');
  });

  it('does not pass, and exits with 2, when the log is cut, damaged, or cannot be read', async () => {
    const cwd = folderWith({ 'app.ndjson': log, 'rules.json': RULES });
    writeFileSync(join(cwd, 'app.ndjson.1.gz'), gzipSync(log).subarray(0, 5000));
    for (const [command = '', what = ''] of [
      ['check', 'p95(search) < 2s'],
      ['alerts', 'check'],
    ]) {
      const args = what === 'check' ? ['error_rate < 1%', '.'] : ['.'];
      const { code, stdout, stderr } = await cli([command, what, ...args], { cwd });
      expect(code).toBe(2);
      expect(stdout).toContain('No verdict: not all of the log was read.');
      expect(stderr).toMatch(/not all of .*app\.ndjson\.1\.gz was read/);
    }
    const { stdout } = await cli(['check', 'error_rate < 1%', '.', '--json'], { cwd });
    expect(JSON.parse(stdout)).toMatchObject({ isMet: false, isWhole: false });
  });

  it('reads the quantiles that stats prints', async () => {
    const few = lines(
      ...[13, 1, 553, 7, 41, 20, 2, 494].map((ms, index) => span(index, { ms, 'span.name': 'rerank' })),
    );
    const files = { 'few.ndjson': few };
    const { stdout } = await run(['check', 'p95(rerank) < 2s', 'few.ndjson', '--json'], files);
    const { requirements } = JSON.parse(stdout) as { requirements: { value: number }[] };
    const { rows } = JSON.parse((await run(['stats', 'few.ndjson', '--json'], files)).stdout) as {
      rows: { p95Ms: number }[];
    };
    expect(requirements[0]?.value).toBe(rows[0]?.p95Ms);
    expect(requirements[0]?.value).toBeCloseTo(532.35, 9);
  });

  it('looks at the lines that pass a filter and a range of time', async () => {
    const early = ['--to', '2026-11-23T09:58:00Z'];
    expect((await run(['check', 'p95(rerank) < 2s', 'app.ndjson', ...early])).code).toBe(0);
    const none = await run(['check', 'p95(rerank) < 2s', 'app.ndjson', 'step:search']);
    expect(none).toMatchObject({ code: 1, stdout: expect.stringContaining('no data') as string });
  });

  it.each([
    [['check', 'p95(rerank) < 2 and cost < 1', 'app.ndjson'], /p95 takes a value such as 2s or 350ms\n.*\n +\^/],
    [
      ['check', 'latency_p59_ms < 2s', 'app.ndjson'],
      /there is no metric "latency_p59_ms"; did you mean "latency_p50_ms"/,
    ],
    [['check', 'app.ndjson'], /expression must be given/],
    [['alerts', 'backtest', 'missing.json', 'app.ndjson'], /there is no file missing\.json/],
    [['alerts', 'check', 'broken.json', 'app.ndjson'], /broken\.json cannot be read/],
    [['alerts', 'check', 'wrong.json', 'app.ndjson'], /rules\[0\] "x"\.metric must be/],
    [['alerts', 'check', 'object.json', 'app.ndjson'], /must have an array of rules/],
    [['alerts', 'check', '--json', 'app.ndjson'], /rules must be given/],
    [['alerts', 'test', 'rules.json'], /backtest, check, render, diff or apply is expected/],
  ])('refuses %j', async (args, message) => {
    const files = {
      'broken.json': '[',
      'object.json': '{}',
      'wrong.json': '[{"name":"x","metric":"latency","threshold":1,"comparison":"gt"}]',
    };
    const { code, stdout, stderr } = await run(args, files);
    expect({ code, stdout }).toEqual({ code: 64, stdout: '' });
    expect(stderr).toMatch(message);
  });
});

describe('spanline alerts', () => {
  it('backtest says when each rule would have fired', async () => {
    const { code, stdout } = await run(['alerts', 'backtest', 'rules.json', 'app.ndjson']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/Slow Rerank +1 +\d+ +2\nErrors +0 +0 +0\n/);
    expect(stdout).toMatch(
      /2026-11-23 10:\d\d:\d\d {2}Slow Rerank: latency_p95_ms of rerank is \d,\d\d\d \(limit ≥ 2,000/,
    );
  });

  it('backtest says where a rule never had enough samples', async () => {
    const few = lines(span(1, { 'span.name': 'rerank' }), span(2, { at: 1000 }));
    const { stdout } = await run(['alerts', 'backtest', 'rules.json', 'few.ndjson'], { 'few.ndjson': few });
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain(
      'Slow Rerank: too few samples. It needs 5 in a window (minSamples); no window has one.',
    );
    const { stdout: json } = await run(['alerts', 'backtest', 'rules.json', 'few.ndjson', '--json'], {
      'few.ndjson': few,
    });
    expect(JSON.parse(json)).toMatchObject([{ minSamples: 5, mostSamples: 0 }, { mostSamples: 2 }]);
    expect((await run(['alerts', 'backtest', 'rules.json', 'app.ndjson'])).stdout).not.toContain(
      'Slow Rerank: too few',
    );
  });

  it('backtest names a step that the log does not have', async () => {
    const args = ['alerts', 'backtest', 'p95(rernk) < 2s', 'app.ndjson'];
    const { code, stdout } = await run(args);
    expect(code).toBe(0);
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain('the log has no step "rernk". Did you mean "rerank"?');
    const { stdout: json } = await run([...args, '--json']);
    expect(JSON.parse(json)).toMatchObject([{ unknownStep: 'rernk', suggestion: 'rerank' }]);
    expect(JSON.parse((await run(['alerts', 'backtest', 'rules.json', 'app.ndjson', '--json'])).stdout)).toEqual(
      expect.not.arrayContaining([expect.objectContaining({ unknownStep: expect.anything() as unknown })]),
    );
  });

  it.each([
    [['alerts', 'check', 'app.ndjson', 'p95(search) < 2s']],
    [['alerts', 'check', '--json', '--since', '2026-11-20', 'p95(search) < 2s', 'app.ndjson']],
    [['alerts', 'check', './', 'rules.json', 'step:search']],
  ])('takes the rules before and behind the source: %j', async (args) => {
    const { stdout } = await run(args);
    expect(stdout).toMatch(/met|no_data|no data/);
  });

  it('check compares a log with rules once', async () => {
    const { code, stdout } = await run(['alerts', 'check', 'rules.json', 'app.ndjson']);
    expect(code).toBe(1);
    expect(stdout).toMatch(/Slow Rerank +p95\(rerank\) < 2s +8\.9\d*s +180 +✗ broken/);
    expect(stdout).toMatch(/Errors +error_rate <= 1% +0% +180 +✓ met/);
  });

  it('takes rules from a module, an expression, and the default rules', async () => {
    const module = `export const rules = ${RULES};`;
    const files = { 'rules.mjs': module };
    for (const rules of ['rules.mjs', 'p95(rerank) < 2s']) {
      expect((await run(['alerts', 'check', rules, 'app.ndjson'], files)).code, rules).toBe(1);
    }
    const { stdout } = await run(['alerts', 'backtest', 'default', 'app.ndjson', '--json']);
    expect((JSON.parse(stdout) as { name: string }[]).map(({ name }) => name)).toContain('High Latency');
    expect((await run(['alerts', '--help'])).code).toBe(0);
  });
});
