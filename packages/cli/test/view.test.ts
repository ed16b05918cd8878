/** `spanline view` as a user runs it: the printed address, wrong usage, Ctrl-C. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it, onTestFinished } from 'vitest';
import { startCluster } from '../../query/test/cluster/server.ts';
import { ASK_LOG } from './support/ask-log.ts';
import { cli, folderWith, MAIN } from './support/cli.ts';

it.each(['SIGINT', 'SIGTERM'] as const)('prints an address that opens the page, and ends on %s', async (signal) => {
  const cwd = folderWith({ 'app.ndjson': ASK_LOG });
  const child = spawn(process.execPath, [MAIN, 'view', 'app.ndjson'], { cwd, stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [printed] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string];
  expect(printed).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]{24}\n$/);
  const entered = await fetch(printed.trim(), { redirect: 'manual' });
  const cookie = entered.headers.get('set-cookie')?.split(';', 1)[0] ?? '';
  const page = await fetch(new URL('/', printed), { headers: { cookie } });
  expect(await page.text()).toContain('<title>Spanline</title>');
  // An open page does not keep the command from ending.
  const live = await fetch(new URL('/api/v1/live', printed), { headers: { cookie } });
  expect(live.status).toBe(200);
  child.kill(signal);
  expect(await once(child, 'exit')).toEqual([0, null]);
});

it.each([
  [['--json'], /^\{"url":"(http:\/\/127\.0\.0\.1:(\d+)\/\?token=([\w-]{24}))","port":\2,"token":"\3"\}\n$/],
  [['--md', '--since', '1h'], /^\[Spanline\]\((http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]{24}#\/traces\?since=1h)\)\n$/],
  [
    ['status:error OR "a&b"', '-f', 'type:llm', '--from', '2026-11-23T09:00Z', '--to', '2026-11-24'],
    /^(http:.*#\/traces\?filter=%28status%3Aerror\+OR\+%22a%26b%22%29\+AND\+%28type%3Allm%29&from=2026-11-23T09%3A00Z&to=2026-11-24)\n$/,
  ],
])('prints an address that opens what was asked for: %j', async (args, form) => {
  const cwd = folderWith({ 'app.ndjson': ASK_LOG });
  const child = spawn(process.execPath, [MAIN, 'view', 'app.ndjson', ...args], {
    cwd,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [printed] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string];
  const [, url = ''] = form.exec(printed) ?? [];
  expect(printed).toMatch(form);
  expect((await fetch(url, { redirect: 'manual' })).status).toBe(303);
});

it('asks a cluster with the key of the environment', async () => {
  const { url, seen } = await startCluster(() => undefined);
  const env = { ...process.env, ES_API_KEY: 'reader:s3cr3t' };
  const child = spawn(process.execPath, [MAIN, 'view', url], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [printed] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string];
  const entered = await fetch(printed.trim(), { redirect: 'manual' });
  const cookie = entered.headers.get('set-cookie')?.split(';', 1)[0] ?? '';
  await fetch(new URL('/api/v1/traces', printed), { headers: { cookie } });
  const key = `ApiKey ${Buffer.from('reader:s3cr3t').toString('base64')}`;
  expect(new Set(seen.map(({ headers }) => headers.authorization))).toEqual(new Set([key]));
});

it.each([
  [['view', 'missing.ndjson'], 'there is no file missing.ndjson'],
  [['view', 'app.ndjson', 'status:'], 'status:'],
  [['view', 'app.ndjson', '--since', 'x'], '--since must be a time'],
  [['view', 'app.ndjson', '--json', '--md'], '--md must be absent beside --json'],
  [['view', '/proc/self/mem'], 'source must be readable (EIO), got "/proc/self/mem"'],
  [['view', '-'], 'the standard input can be read only once'],
  [['view'], 'no source: name a file'],
  [['view', 'app.ndjson', '--port', 'x'], '--port must be a number up to 65535'],
  [['view', 'app.ndjson', '--prot', '1'], 'did you mean "--port"'],
  [['view', 'app.ndjson', '--host', '203.0.113.1'], 'cannot listen on 203.0.113.1:0'],
])('%j is wrong usage', async (args, message) => {
  const { code, stdout, stderr } = await cli(args, { cwd: folderWith({ 'app.ndjson': ASK_LOG }) });
  expect([code, stdout]).toEqual([64, '']);
  expect(stderr).toContain(message);
});

it('explains itself', async () => {
  const { code, stdout } = await cli(['view', '--help']);
  expect(code).toBe(0);
  expect(stdout).toContain('--no-open');
});
