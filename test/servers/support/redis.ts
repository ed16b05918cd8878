/** Redis from Debian, and the alert store of docs/alerts.md on it. */

import { mkdtempSync, readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fetched, run } from './fetch.ts';
import { type RunningServer, startServer } from './server.ts';

const VERSION = 'debian-12';
const PACKAGES = ['redis-server', 'redis-tools', 'libatomic1', 'libjemalloc2', 'liblzf1'];
const PAGE = new URL('../../../docs/alerts.md', import.meta.url);

/** Redis and its libraries, from Debian. */
export function fetchRedis(): Promise<string | undefined> {
  return fetched(`redis-${VERSION}`, async (folder) => {
    await run('sh', ['-c', 'cd "$0" && apt-get -q download "$@"', folder, ...PACKAGES]);
    const packages = (await readdir(folder)).filter((name) => name.endsWith('.deb'));
    for (const name of packages) await run('dpkg-deb', ['-x', join(folder, name), folder]);
  });
}

/** Starts Redis on a port. It writes each change to a file in `data` before it answers. */
export function startRedis(files: string, port: number, data: string): Promise<RunningServer> {
  const persistence = ['--dir', data, '--appendonly', 'yes', '--appendfsync', 'always'];
  const place = ['--bind', '127.0.0.1', '--port', String(port)];
  return startServer({
    name: 'Redis',
    folder: mkdtempSync(join(tmpdir(), 'spanline-redis-')),
    command: [join(files, 'usr', 'bin', 'redis-server'), ...place, ...persistence],
    env: { LD_LIBRARY_PATH: join(files, 'usr', 'lib', 'x86_64-linux-gnu') },
    ready: /port=(\d+)\.[^]*Ready to accept connections/,
  });
}

/** The program of docs/alerts.md with a store on Redis, without its use at the end. */
export function documentedStore(): string {
  const programs = [...readFileSync(PAGE, 'utf8').matchAll(/^```ts\n([^]*?)^```$/gm)].map(
    ([, program = '']) => program,
  );
  const program = programs.find((text) => text.includes('function redisAlertStore'));
  if (program === undefined) throw new Error('docs/alerts.md has no redisAlertStore');
  return program.slice(0, program.indexOf('declare const'));
}
