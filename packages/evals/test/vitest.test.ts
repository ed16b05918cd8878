import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { parseLine } from '@spanline/core';
import { dataset, datasetSchema, readBaseline } from '@spanline/evals';
import type { TracesAnswer } from '@spanline/viewer';
import { cli } from '../../cli/test/support/cli.ts';
import { openViewer } from '../../viewer/test/support/client.ts';

const FIXTURE = join(import.meta.dirname, 'fixtures/experiment');
const VITEST = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs');

let folder = '';
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'spanline-experiment-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Finished {
  readonly code: number;
  readonly output: string;
}

/** The arguments and the environment of an experiment as a user runs it, with the reporter of vitest-evals. */
function command(program: string, more: NodeJS.ProcessEnv) {
  const { VITEST: _, VITEST_MODE: __, VITEST_POOL_ID: ___, VITEST_WORKER_ID: ____, ...own } = process.env;
  const env: NodeJS.ProcessEnv = {
    ...own,
    NO_COLOR: '1',
    EXPERIMENT_PROGRAM: program,
    EXPERIMENT_LOG: join(folder, `${program}.ndjson`),
    EXPERIMENT_BASELINE: join(folder, 'evals/numbers.json'),
    ...more,
  };
  const args = [VITEST, 'run', '--root', FIXTURE, '--reporter', 'vitest-evals/reporter'];
  args.push('--reporter', 'json', `--outputFile.json=${join(folder, `${program}.json`)}`);
  return { args, env };
}

function experiment(program: string, more: NodeJS.ProcessEnv = {}): Promise<Finished> {
  const { args, env } = command(program, more);
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd: FIXTURE, env }, (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : error === null ? 0 : 1, output: stdout + stderr }),
    );
  });
}

describe('evaluate() in vitest', () => {
  it('fails without a baseline, writes one, and passes against it', async () => {
    const without = await experiment('good');
    expect(without.output).toContain('SPANLINE_EVALS_UPDATE=1 writes it');
    expect(without.code).toBe(1);
    expect((await experiment('good', { SPANLINE_EVALS_UPDATE: '1' })).code).toBe(0);
    const baseline = readBaseline(join(folder, 'evals/numbers.json'));
    expect(baseline).toMatchObject({
      experiment: 'numbers',
      models: ['gpt-4o-mini'],
      judges: { exact: { source: 'code', models: [] } },
    });
    expect(baseline?.scores['exact']?.['n0']).toEqual([1, 1]);
    const again = await experiment('good');
    expect(again.output).toMatch(/n3 #2/);
    expect(again.code).toBe(0);
    const report = JSON.parse(readFileSync(join(folder, 'good.json'), 'utf8')) as {
      testResults: { assertionResults: { title: string; meta: { eval?: { scores: object[] }; harness?: object } }[] }[];
    };
    const result = report.testResults[0]?.assertionResults.find(({ title }) => title === 'n1 #1');
    expect(result?.meta.eval?.scores).toMatchObject([
      { name: 'exact', score: 1 },
      { name: 'length', score: 7 },
    ]);
    expect(result?.meta.harness).toMatchObject({
      name: 'numbers',
      run: { output: 'It is 1', usage: { model: 'gpt-4o-mini' }, artifacts: { item: 'n1', repetition: 1 } },
    });
  });

  it('leaves spans and scores in the log', () => {
    const records = readFileSync(join(folder, 'good.ndjson'), 'utf8').trim().split('\n');
    const parsed = records.slice(-16 * 4).flatMap((line) => parseLine(line) ?? []);
    const runs = parsed.filter(({ record }) => record['span.name'] === 'experiment numbers');
    expect(runs).toHaveLength(16);
    expect(runs[0]?.record).toMatchObject({
      'labels.experiment': 'numbers',
      'labels.item': 'n0',
      'spanline.output': '"It is 0"',
    });
    const scores = parsed.filter(({ kind }) => kind === 'score');
    expect(scores).toHaveLength(32);
    expect(scores[0]?.record.trace_id).toBe(runs[0]?.record.trace_id);
  });

  it('fails if the answers are worse, and says by how much', async () => {
    const { code, output } = await experiment('bad');
    expect(output).toContain('worse than the baseline');
    expect(output).toMatch(/exact 1\.000 → 0\.000, -1\.000 \(-1\.000 to -1\.000\), p 0\.0\d+, 8 items: worse/);
    expect(code).toBe(1);
  });

  it('leaves lines of which spanline diff tells the change of the score', async () => {
    const { code, stdout, stderr } = await cli(['diff', 'good.ndjson', 'bad.ndjson'], { cwd: folder });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/experiment numbers +exact +1 +0 +−1 +−1 to −1/);
  });

  it('leaves lines that the viewer shows, each run with its scores', async () => {
    const { ask } = await openViewer(join(folder, 'bad.ndjson'));
    const { rows } = (await ask('traces?filter=label.item%3An5')).json as TracesAnswer;
    expect(rows).toHaveLength(2);
    expect(rows[0]).toMatchObject({
      name: 'experiment numbers',
      models: ['gpt-4o-mini'],
      scores: [
        { name: 'exact', value: 0 },
        { name: 'length', value: 4 },
      ],
    });
  });

  it('leaves lines that spanline export makes a dataset of, by its schema', async () => {
    const args = ['export', 'dataset', 'good.ndjson', '--spans', 'root', '--unique', '--out', 'out.ndjson'];
    expect(await cli(args, { cwd: folder })).toMatchObject({ code: 0, stderr: '' });
    const isItem = new Ajv2020().compile(datasetSchema);
    const { items } = await dataset.read(join(folder, 'out.ndjson'));
    expect(items).toHaveLength(8);
    for (const item of items) expect(isItem(item), JSON.stringify(isItem.errors)).toBe(true);
  });

  it('refuses to compare with another model', async () => {
    const { code, output } = await experiment('other-model');
    expect(output).toContain('the models are gpt-4o, were gpt-4o-mini');
    expect(code).toBe(1);
  });

  it('fails if a run fails, with the error of the program', async () => {
    const { code, output } = await experiment('broken');
    expect(output).toContain('no answer');
    expect(output).toContain('2 of 16 runs failed');
    expect(code).toBe(1);
  });

  it.skipIf(process.platform === 'win32')('Ctrl-C in the middle leaves the baseline as it was', async () => {
    const before = readFileSync(join(folder, 'evals/numbers.json'), 'utf8');
    const { args, env } = command('waits', { SPANLINE_EVALS_UPDATE: '1' });
    // A terminal sends the signal to all processes of the run.
    const run = spawn(process.execPath, args, { cwd: FIXTURE, env, stdio: 'ignore', detached: true });
    const ended = once(run, 'exit');
    const interrupt = (): boolean => process.kill(-(run.pid as number), 'SIGINT');
    onTestFinished(() => {
      if (run.exitCode === null && run.signalCode === null) process.kill(-(run.pid as number), 'SIGKILL');
    });
    await expect.poll(() => existsSync(join(folder, 'waits.ndjson.waits'))).toBe(true);
    interrupt();
    const [code, signal] = (await ended) as [number | null, NodeJS.Signals | null];
    expect([code === 0, signal === 'SIGKILL']).toEqual([false, false]);
    expect(readdirSync(join(folder, 'evals'))).toEqual(['numbers.json']);
    expect(readFileSync(join(folder, 'evals/numbers.json'), 'utf8')).toBe(before);
    // The runs that were complete are in the log.
    const lines = readFileSync(join(folder, 'waits.ndjson'), 'utf8').trim().split('\n');
    const ids = lines.map((line) => parseLine(line)?.record['labels.item']).filter((id) => id !== undefined);
    expect(ids).toContain('n4');
    expect(ids).not.toContain('n5');
  });
});
