/** `spanline doctor` as a user runs it. */

import { expect, it } from 'vitest';
import { cli, folderWith } from '../support/cli.ts';
import { FAULTS } from './faults.ts';
import { serviceLog } from './service.ts';

it('says what it looked at when nothing is wrong, and exits with 0', async () => {
  const cwd = folderWith({ 'app.ndjson': await serviceLog() });
  const { code, stdout, stderr } = await cli(['doctor', 'app.ndjson'], { cwd });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/^lines {2}7, of 4 spans\n\nNothing is wrong\n/);
  expect(stdout).toContain('numeric-level');
});

it('exits with 1 for an error, and names its place', async () => {
  const cwd = folderWith({ 'app.ndjson': (await FAULTS['content-in-metadata']?.()) ?? '' });
  const { code, stdout } = await cli(['doctor', 'app.ndjson'], { cwd });
  expect(code).toBe(1);
  expect(stdout).toContain('error: content-in-metadata\n');
  expect(stdout.replaceAll(/\s+/g, ' ')).toMatch(
    /See docs\/privacy\.md#modes\. First at app\.ndjson:\d, trace [0-9a-f]{32}/,
  );
});

it('exits with 0 for warnings alone', async () => {
  const cwd = folderWith({ 'app.ndjson': (await FAULTS['unknown-prices']?.()) ?? '' });
  expect((await cli(['doctor', 'app.ndjson'], { cwd })).code).toBe(0);
});

it('looks at the lines of a range of time, and at those without a time', async () => {
  const fault = (await FAULTS['content-in-metadata']?.()) ?? '';
  const old = fault.replaceAll(/"@timestamp":"\d{4}/g, '"@timestamp":"2020');
  const cwd = folderWith({ 'old.ndjson': old, 'none.ndjson': fault.replaceAll(/"@timestamp":"[^"]*",/g, '') });
  const found = async (...args: string[]): Promise<[number | null, boolean]> => {
    const { code, stdout } = await cli(['doctor', ...args], { cwd });
    return [code, stdout.includes('error: content-in-metadata')];
  };
  expect(await found('old.ndjson')).toEqual([1, true]);
  expect(await found('old.ndjson', '--since', '7d')).toEqual([0, false]);
  expect(await found('old.ndjson', '--from', '2020', '--to', '2020')).toEqual([1, true]);
  expect(await found('none.ndjson', '--since', '7d')).toEqual([1, true]);
  const { code, stderr } = await cli(['doctor', 'old.ndjson', '--since', 'soon'], { cwd });
  expect({ code, stderr }).toEqual({ code: 64, stderr: expect.stringContaining('--since must be a time') as string });
});

it('looks at the application of the working folder, without a source', async () => {
  const cwd = folderWith({ 'package.json': '{"dependencies":{"express":"5"}}' });
  const { code, stdout } = await cli(['doctor'], { cwd });
  expect(code).toBe(1);
  expect(stdout).toMatch(/^uses {13}Express\ninstrumentation {2}missing\ndashboards {7}missing\nalerts {11}missing\n/);
});

it('answers programs with the same names', async () => {
  const cwd = folderWith({ 'package.json': '{}', 'app.ndjson': (await FAULTS['numeric-level']?.()) ?? '' });
  const { stdout } = await cli(['doctor', '--json'], { cwd, env: { SPANLINE_SOURCE: 'app.ndjson' } });
  const { app, log, findings, checks } = JSON.parse(stdout) as Record<string, Record<string, unknown>[]>;
  expect(app).toEqual({
    folder: expect.any(String) as string,
    frameworks: [],
    instrumentation: ['@spanline/core'],
    dashboards: [],
    alerts: [],
  });
  expect(log).toEqual({ lines: 7, spans: 4, alerts: 0, otherLines: 0 });
  expect(findings?.map(({ name }) => name)).toEqual(['no-dashboards', 'no-alerts', 'numeric-level']);
  expect(Object.keys(findings?.at(-1) ?? {}).toSorted()).toEqual([
    'count',
    'example',
    'fix',
    'name',
    'page',
    'severity',
    'text',
  ]);
  expect(checks).toEqual(expect.arrayContaining(['copies', 'numeric-level']));
});

it('reads several files and the standard input', async () => {
  const log = await serviceLog();
  const cwd = folderWith({ 'a.ndjson': log, 'b.ndjson': log });
  expect((await cli(['doctor', 'a.ndjson', 'b.ndjson'], { cwd })).stdout).toContain('repeated-lines\n');
  expect((await cli(['doctor', '-'], { cwd, stdin: log })).stdout).toContain('Nothing is wrong\n');
});

it('prints nothing of a log that could move a cursor', async () => {
  const cwd = folderWith({ 'app.ndjson': await serviceLog({ model: 'evil\u001b[2J-7b' }) });
  const { stdout } = await cli(['doctor', 'app.ndjson', '--md'], { cwd });
  expect(stdout).toContain('7b');
  expect(stdout).not.toContain('\u001b');
});

it.each([
  ['a source that is none', ['nothing.ndjson']],
  ['a word', ['slow']],
  ['a folder without an application', ['--app', '.']],
  ['an unknown flag', ['--since', '1h']],
  ['neither a source nor an application', []],
  ['a cluster', ['http://127.0.0.1:1/logs']],
])('refuses %s', async (_, args) => {
  const { code, stderr } = await cli(['doctor', ...args], { cwd: folderWith({}) });
  expect(code).toBe(64);
  expect(stderr).toMatch(/^spanline doctor: ERR_/);
});
