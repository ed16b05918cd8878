/** `spanline bisect`. */

import { describe, expect, it } from 'vitest';
import { traces } from '../../../query/test/support/bisected.ts';
import { lines, START } from '../../../query/test/support/logs.ts';
import { requests } from '../../../query/test/support/requests.ts';
import { cli, folderWith } from '../support/cli.ts';

const log = requests(160, 5, (random, number) => ({
  rerankMs: (number < 80 ? 100 : 900) + random() * 50,
  model: number < 80 ? 'gpt-4o' : 'gpt-4o-mini',
  promptVersion: '7',
})).map((record) => ({ ...record, 'service.version': '1.4' }));

const one = (text: string): string => text.replaceAll(/\s+/g, ' ');

describe('spanline bisect', () => {
  it('names the change that moved the latency', async () => {
    const cwd = folderWith({ 'app.ndjson': lines(...log) });
    const { code, stdout, stderr } = await cli(['bisect', 'app.ndjson'], { cwd });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(one(stdout)).toMatch(
      /^160 traces, 2026-11-23 09:00:00 to 11:39:00\. 1 of 5 figures moved .* model: gpt-4o → gpt-4o-mini The only setting/,
    );
    expect(stdout).toMatch(/p50 +1\.\d+ s +2\.\d+ s/);
    expect((await cli(['bisect', 'app.ndjson', '--gate'], { cwd })).code).toBe(1);
    expect((await cli(['bisect', 'app.ndjson', '--gate', '--only', 'cost_usd'], { cwd })).code).toBe(0);
    const { stdout: json } = await cli(['bisect', 'app.ndjson', '--json'], { cwd });
    expect(JSON.parse(json)).toMatchObject({
      traces: 160,
      moves: [{ figure: 'p50_ms', isWorse: true, settings: [{ setting: 'model', after: 'gpt-4o-mini', during: 0 }] }],
    });
  });

  it('blames no release for a level that passes, and does not fail the gate for it', async () => {
    const passing = requests(240, 5, (random, number) => ({
      rerankMs: (number >= 80 && number < 160 ? 900 : 100) + random() * 50,
      model: number < 80 ? 'gpt-4o' : 'gpt-4o-mini',
      promptVersion: '7',
    }));
    const cwd = folderWith({ 'app.ndjson': lines(...passing) });
    const args = ['bisect', 'app.ndjson', '--only', 'p50_ms', '--gate'];
    const { code, stdout } = await cli(args, { cwd, env: { COLUMNS: '200' } });
    expect(one(stdout)).toMatch(/The only setting .* goes back later, and model does not: it is not the cause alone\./);
    expect(one(stdout)).toContain('The figure was at this level before. A weekend, an incident');
    expect(code).toBe(0);
  });

  it.each([
    ['a Saturday', Date.UTC(2026, 10, 21), 0],
    ['a Friday', Date.UTC(2026, 10, 20), 1],
  ])('fails the gate on a Monday only if the log has a day of work before: it begins on %s', async (_, first, code) => {
    const at = (number: number): number => first + number * 3_600_000;
    const slow = traces(6 * 24, 31, (number, noise) => ({
      at: at(number) - START,
      ms: Math.exp(noise() * 0.2 + (at(number) < Date.UTC(2026, 10, 23) ? 6.4 : 7)),
    }));
    const cwd = folderWith({ 'app.ndjson': lines(...slow) });
    const answer = await cli(['bisect', 'app.ndjson', '--only', 'p50_ms', '--gate'], { cwd, env: { COLUMNS: '200' } });
    expect(answer.code).toBe(code);
    expect(one(answer.stdout).includes('the log has a weekend alone')).toBe(code === 0);
  });

  it('says that it found no change, and which settings changed', async () => {
    const cwd = folderWith({ 'app.ndjson': lines(...log.slice(0, log.length / 2)) });
    const none = await cli(['bisect', 'app.ndjson', '--settings'], { cwd });
    expect(none).toMatchObject({ code: 0, stderr: '' });
    expect(one(none.stdout)).toContain('No change found in p50, p95, errors, tokens, cost. No setting changed.');
  });

  it('takes filters of traces, and says what is wrong or too little', async () => {
    const cwd = folderWith({ 'app.ndjson': lines(...log) });
    const mini = await cli(['bisect', 'app.ndjson', 'model:gpt-4o-mini'], { cwd });
    expect(mini.stdout).toMatch(/^80 traces/);
    const few = await cli(['bisect', 'app.ndjson', '--to', '2026-11-23T09:20'], { cwd });
    expect(few.code).toBe(1);
    expect(one(few.stdout)).toMatch(/^2\d traces, .* A change-point test needs 30 traces with a figure\./);
    const wrong = await cli(['bisect', 'app.ndjson', '--only', 'latency'], { cwd });
    expect(wrong.code).toBe(64);
    expect(wrong.stderr).toContain('no figure "latency": p50_ms, p95_ms');
  });
});
