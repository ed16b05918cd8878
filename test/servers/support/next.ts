/** Next from npm, and a production build of a small application. */

import { cpSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setup as compilePackages } from '../../support/build.ts';
import { fetched, run } from './fetch.ts';
import { type RunningServer, startServer } from './server.ts';

const VERSION = '16.4.6';
const REACT = '19.3.1';
const WORKSPACE = fileURLToPath(new URL('../../..', import.meta.url));
const APP = fileURLToPath(new URL('next-app', import.meta.url));
/** The packages that the application imports. What they need, they find in the workspace. */
const PACKAGES = ['core', 'next'];
const LINES = 'lines.ndjson';

/** Next with its compiler, and React, from npm. */
export function fetchNext(): Promise<string | undefined> {
  return fetched(`next-${VERSION}`, async (folder) => {
    writeFileSync(join(folder, 'package.json'), '{"private":true}');
    const packages = [`next@${VERSION}`, `react@${REACT}`, `react-dom@${REACT}`];
    await run('npm', ['install', '--prefix', folder, '--no-audit', '--no-fund', '--save-exact', ...packages]);
  });
}

/** A production build that is served. */
export interface NextServer extends RunningServer {
  /** The file of its log. */
  readonly lines: string;
}

/** Builds the application below `files`, where it finds Next, and starts it. @throws an error with what the build says */
export async function startNext(files: string): Promise<NextServer> {
  compilePackages();
  const folder = mkdtempSync(join(files, 'app-'));
  cpSync(APP, folder, { recursive: true });
  mkdirSync(join(folder, 'node_modules/@spanline'), { recursive: true });
  for (const name of PACKAGES)
    symlinkSync(join(WORKSPACE, 'packages', name), join(folder, 'node_modules/@spanline', name));
  const lines = join(folder, LINES);
  const env = { WORKSPACE, LINES: lines, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' };
  const next = join(files, 'node_modules/next/dist/bin/next');
  await run('env', [
    ...Object.entries(env).map(([name, value]) => `${name}=${value}`),
    process.execPath,
    next,
    'build',
    folder,
  ]);
  const command = [process.execPath, next, 'start', folder, '--port', '0', '--hostname', '127.0.0.1'];
  const server = await startServer({ name: 'Next', folder, command, env, ready: /127\.0\.0\.1:(\d+)[^]*Ready in/ });
  return { ...server, lines };
}
