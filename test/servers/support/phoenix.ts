import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fetched, run } from './fetch.ts';
import { type RunningServer, startServer } from './server.ts';

const VERSION = '20.26.1';

/** A virtual environment with Arize Phoenix, from PyPI. */
export function fetchPhoenix(): Promise<string | undefined> {
  return fetched(`phoenix-${VERSION}`, async (folder) => {
    await run('python3', ['-m', 'venv', folder]);
    await run(join(folder, 'bin', 'pip'), ['install', '--quiet', `arize-phoenix==${VERSION}`]);
  });
}

/** An empty Phoenix with a database of its own; it asks nobody on the internet. */
export function startPhoenix(files: string): Promise<RunningServer> {
  const folder = mkdtempSync(join(tmpdir(), 'spanline-phoenix-'));
  return startServer({
    name: 'Phoenix',
    folder,
    command: [join(files, 'bin', 'phoenix'), 'serve', '--no-internet', '--no-ui'],
    env: {
      PHOENIX_WORKING_DIR: folder,
      PHOENIX_HOST: '127.0.0.1',
      PHOENIX_PORT: '0',
      PHOENIX_GRPC_PORT: '0',
      PHOENIX_TELEMETRY_ENABLED: 'false',
    },
    ready: /Uvicorn running on http:\/\/127\.0\.0\.1:(\d+)/,
  });
}
