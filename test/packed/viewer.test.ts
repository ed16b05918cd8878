/** The viewer from its tarball, in an empty folder. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, expect, it, onTestFinished } from 'vitest';
import { spanLine } from '../../packages/viewer/test/support/lines.ts';
import { createProject, packedTarballs, removeFolders } from './workspace.ts';

afterAll(removeFolders);

it('spanline view shows a log', async () => {
  const log = `${spanLine({ trace: 1, span: 1 }, { 'span.name': 'GET /ask' })}\n`;
  const project = createProject(packedTarballs(), ['cli'], [], { 'app.ndjson': log });
  const program = join(project, 'node_modules', '.bin', 'spanline');
  const child = spawn(program, ['view', 'app.ndjson'], { cwd: project, stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [address] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string];
  const entered = await fetch(address.trim(), { redirect: 'manual' });
  const cookie = entered.headers.get('set-cookie')?.split(';', 1)[0] ?? '';
  const read = async (path: string) => (await fetch(new URL(path, address), { headers: { cookie } })).text();
  expect(await read('/')).toContain('viewer.js');
  expect((await read('/viewer.js')).length).toBeGreaterThan(10_000);
  expect((await read('/viewer.css')).length).toBeGreaterThan(1000);
  await expect.poll(() => read('/api/v1/traces')).toContain('GET /ask');
  child.kill('SIGINT');
  expect(await once(child, 'exit')).toEqual([0, null]);
});
