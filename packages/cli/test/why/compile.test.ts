import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cli } from '../support/cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'spanline-compile-'));
const rules = join(folder, 'rules.json');
writeFileSync(
  rules,
  JSON.stringify([
    { name: 'Slow', metric: 'latency_p95_ms', threshold: 2000, comparison: 'gt', noData: 'ok' },
    { name: 'Unusual', metric: 'total_tokens', threshold: 6, comparison: 'gt', relativeTo: 'deviation' },
  ]),
);

describe('spanline alerts render', () => {
  it('prints the default rules for Prometheus, and says what is lost', async () => {
    const { code, stdout, stderr } = await cli(['alerts', 'render', 'prometheus', 'default', '--set', 'rag-api']);
    expect(code).toBe(0);
    expect(stdout.match(/- alert:/g)).toHaveLength(6);
    expect(stdout).toContain('spanline_set: "rag-api"');
    expect(stderr).toContain('loss    High Latency: scrapes, histogram-buckets');
  });

  it('renders nothing when a rule cannot be said, unless it may leave it out', async () => {
    const strict = await cli(['alerts', 'render', 'prometheus', rules]);
    expect([strict.code, strict.stdout]).toEqual([1, '']);
    expect(strict.stderr).toMatch(/^refused Unusual: .*learned by the monitor/m);
    const partial = await cli(['alerts', 'render', 'prometheus', rules, '--partial']);
    expect([partial.code, partial.stdout.match(/- alert: .*/g)]).toEqual([0, ['- alert: "Slow"']]);
  });

  it('explains every engine', async () => {
    const { code, stdout } = await cli(['alerts', 'render', 'all', rules, '--explain', '--json']);
    expect(code).toBe(0);
    expect((JSON.parse(stdout) as Record<string, unknown>)['prometheus']).toEqual([
      { rule: 'Slow', losses: ['scrapes', 'histogram-buckets'] },
      { rule: 'Unusual', refused: expect.stringContaining('deviation') as string },
    ]);
  });

  it.each([
    [['alerts', 'render'], 'alerts render must be followed by one of'],
    [['alerts', 'render', 'all', rules], 'alerts render must be followed by one of'],
    [['alerts', 'render', 'prometheus'], 'rules must be given'],
    [['alerts', 'render', 'prometheus', rules, 'app.log'], 'one engine and one file of rules'],
    [['alerts', 'render', 'prometheus', rules, '--set', 'a b'], '--set must be'],
  ])('refuses %j', async (args, message) => {
    const { code, stderr } = await cli(args);
    expect([code, stderr]).toEqual([64, expect.stringContaining(message)]);
  });
});
