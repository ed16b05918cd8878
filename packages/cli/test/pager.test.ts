/** Ctrl-C while a pager shows an answer: it is the pager's, and the command waits for it. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { ASK_LOG } from './support/ask-log.ts';
import { folderWith, MAIN } from './support/cli.ts';

const AT_TERMINAL = 'data:text/javascript,process.stdout.isTTY=true';
/** A pager that says when it runs, and takes Ctrl-C as less does. It leaves when a file is there. */
const PAGER = `
import { existsSync, writeFileSync } from 'node:fs';
process.on('SIGINT', () => {});
process.on('SIGTERM', () => { writeFileSync('ended', ''); process.exit(); });
writeFileSync('runs', '');
setInterval(() => { if (existsSync('leave')) process.exit(); }, 10);
`;
/** After this time, a second Ctrl-C ends a command that does not end by itself. */
const TWICE_MS = 500;

async function paged(): Promise<{ cwd: string; child: ReturnType<typeof spawn>; closed: Promise<unknown[]> }> {
  const cwd = folderWith({ 'app.ndjson': ASK_LOG, 'pager.mjs': PAGER });
  const child = spawn(process.execPath, ['--import', AT_TERMINAL, MAIN, 'ls', 'app.ndjson'], {
    cwd,
    env: { PATH: process.env['PATH'], PAGER: `exec "${process.execPath}" pager.mjs` },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => writeFileSync(join(cwd, 'leave'), ''));
  const closed = once(child, 'close');
  await expect.poll(() => existsSync(join(cwd, 'runs')), { timeout: 60_000 }).toBe(true);
  return { cwd, child, closed };
}

it('leaves Ctrl-C to the pager, however often', async () => {
  const { cwd, child, closed } = await paged();
  child.kill('SIGINT');
  const begin = performance.now();
  await expect.poll(() => performance.now() - begin > TWICE_MS).toBe(true);
  child.kill('SIGINT');
  writeFileSync(join(cwd, 'leave'), '');
  expect(await closed).toEqual([0, null]);
});

it('ends the pager with the command', async () => {
  const { cwd, child, closed } = await paged();
  child.kill('SIGTERM');
  expect(await closed).toEqual([0, null]);
  expect(existsSync(join(cwd, 'ended'))).toBe(true);
});
