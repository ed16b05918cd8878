import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parseLine, validate } from '@spanline/core';
import { cli } from '../../../packages/cli/test/support/cli.ts';

const FOLDER = new URL('..', import.meta.url);
const ROOT = new URL('../..', FOLDER);

const VIEW = 'spanline view demo.ndjson';
/** The program that `npx spanline` runs. */
const SPANLINE = fileURLToPath(new URL('node_modules/.bin/spanline', ROOT));

/** The viewer runs until it is interrupted. */
async function viewsOnce(): Promise<void> {
  const child = spawn(SPANLINE, VIEW.split(' ').slice(1), { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [address] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string];
  expect((await fetch(address.trim(), { redirect: 'manual' })).status).toBe(303);
  child.kill('SIGINT');
  expect(await once(child, 'exit')).toEqual([0, null]);
}

/** The demo loads the compiled packages, as an application does. `pnpm demo` loads their sources. */
describe('the demo', () => {
  it('prints every trace, writes valid lines and exits with 0', async () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', 'src/demo.ts'], {
      cwd: FOLDER,
      encoding: 'utf8',
      env: { ...process.env, NO_COLOR: '1', OPENAI_API_KEY: '' },
    });
    expect([status, stderr]).toEqual([0, '']);
    for (const part of [
      'docs_assistant',
      'query Retriever',
      'invoke_agent docs_agent',
      'RateLimitError',
      'Provider Refuses: rate_limited is 1',
      'spanline_requests_total{route="/agent/ask",status="ok"} 1',
      'aborted',
      '◀ slowest',
    ]) {
      expect(stdout).toContain(part);
    }
    const lines = readFileSync(new URL('../../demo.ndjson', FOLDER), 'utf8').trim().split('\n');
    const records = lines.flatMap((line) => {
      const parsed = parseLine(line);
      return parsed?.kind === 'span' ? [parsed.record] : [];
    });
    expect(records.length).toBeGreaterThan(80);
    for (const record of records) expect(validate(record)).toEqual({ valid: true });
    expect(new Set(records.map((record) => record.span_id)).size).toBe(records.length);
    const commands = [...stdout.matchAll(/npx (spanline .*?)(?: {2,}|$)/gm)].map(([, command = '']) => command);
    expect(commands.length).toBeGreaterThan(5);
    expect(commands).toContain(VIEW);
    await viewsOnce();
    const doctor = ['doctor', 'demo.ndjson', '--app', fileURLToPath(FOLDER), '--json'];
    const health = JSON.parse(spawnSync(SPANLINE, doctor, { cwd: ROOT, encoding: 'utf8' }).stdout) as {
      findings: { name: string }[];
    };
    expect(health.findings.map(({ name }) => name)).toEqual(['no-channel']);
    for (const command of new Set(commands.filter((text) => text !== VIEW))) {
      const { code, stderr: complaints } = await cli(command.split(' ').slice(1), { cwd: fileURLToPath(ROOT) });
      expect({ command, code, complaints }).toEqual({ command, code: 0, complaints: '' });
    }
    const refused = records.filter((record) => record['http.response.status_code'] === 429);
    expect(refused.map((record) => record['span.status'])).toEqual(['error']);
  });

  it('opens its log in the viewer, which ends with it', async () => {
    const child = spawn(process.execPath, ['--import', 'tsx', 'src/demo.ts', '--view', '--no-open'], {
      cwd: FOLDER,
      env: { ...process.env, NO_COLOR: '1', OPENAI_API_KEY: '' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void child.kill('SIGTERM'));
    const ended = once(child, 'exit');
    let address: string | undefined;
    for await (const line of createInterface(child.stdout)) {
      address = /^http:\/\/127\.0\.0\.1:\d+\/\?token=.*/.exec(line)?.[0];
      if (address !== undefined) break;
    }
    expect((await fetch(address ?? '', { redirect: 'manual' })).status).toBe(303);
    child.kill('SIGTERM');
    await ended;
    await expect(fetch(address ?? '')).rejects.toThrow('fetch failed');
  });
});
