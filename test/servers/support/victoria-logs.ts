import { execFile } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { fetched } from './fetch.ts';
import { type RunningServer, startServer } from './server.ts';

const VERSION = 'v1.52.1';
const MODULE = 'github.com/VictoriaMetrics/VictoriaLogs/app/victoria-logs';

/** Without C and optimisation, the compiler takes less than half of its time. */
const QUICK = ['-gcflags=all=-N -l', '-ldflags=-s -w'];

/** VictoriaLogs, built from its Go module. Go keeps compiled packages in a cache of its own. */
export function fetchVictoriaLogs(): Promise<string | undefined> {
  return fetched(`victoria-logs-${VERSION}`, async (folder) => {
    const env = { ...process.env, GOBIN: folder, CGO_ENABLED: '0' };
    await promisify(execFile)('go', ['install', ...QUICK, `${MODULE}@${VERSION}`], { env, timeout: 600_000 });
  });
}

/** An empty VictoriaLogs. */
export function startVictoriaLogs(files: string): Promise<RunningServer> {
  const folder = mkdtempSync(join(tmpdir(), 'spanline-victoria-logs-'));
  const flags = [`-storageDataPath=${join(folder, 'data')}`, '-httpListenAddr=127.0.0.1:0', '-retentionPeriod=100y'];
  return startServer({
    name: 'VictoriaLogs',
    folder,
    command: [join(files, 'victoria-logs'), ...flags],
    ready: /started server at http:\/\/127\.0\.0\.1:(\d+)\//,
  });
}
