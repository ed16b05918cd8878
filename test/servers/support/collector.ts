import { execFile } from 'node:child_process';
import { copyFileSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../../support/free-port.ts';
import { fetched } from './fetch.ts';
import { type RunningServer, startServer } from './server.ts';

const VERSION = 'v0.165.0';
const MODULES = ['otelcol', 'receiver/otlpreceiver', 'exporter/debugexporter', 'exporter/otlphttpexporter'];
const SOURCE = new URL('collector/main.go', import.meta.url);
/** Without C and optimisation, the compiler takes less than half of its time. */
const QUICK = ['-mod=mod', '-gcflags=all=-N -l', '-ldflags=-s -w'];

/** An OpenTelemetry collector, built from its Go modules. Go keeps compiled packages in a cache of its own. */
export function fetchCollector(): Promise<string | undefined> {
  return fetched(`collector-${VERSION}`, async (folder) => {
    const env = { ...process.env, CGO_ENABLED: '0' };
    const go = (...args: string[]): Promise<unknown> =>
      promisify(execFile)('go', args, { cwd: folder, env, timeout: 600_000 });
    copyFileSync(SOURCE, join(folder, 'main.go'));
    await go('mod', 'init', 'otelcol');
    await go('get', ...MODULES.map((module) => `go.opentelemetry.io/collector/${module}@${VERSION}`));
    await go('build', ...QUICK, '-o', 'otelcol', '.');
  });
}

/** A collector that prints what it gets, and sends it to `to` as OTLP/JSON. */
export async function startCollector(files: string, to: string): Promise<RunningServer> {
  const folder = mkdtempSync(join(tmpdir(), 'spanline-collector-'));
  const port = await freePort();
  const config = join(folder, 'config.yaml');
  const settings = {
    receivers: { otlp: { protocols: { http: { endpoint: `127.0.0.1:${port}` } } } },
    exporters: {
      debug: { verbosity: 'detailed' },
      otlp_http: { endpoint: to, encoding: 'json', compression: 'none' },
    },
    service: {
      telemetry: { metrics: { level: 'none' } },
      pipelines: { traces: { receivers: ['otlp'], exporters: ['debug', 'otlp_http'] } },
    },
  };
  // JSON is YAML.
  writeFileSync(config, JSON.stringify(settings));
  return startServer({
    name: 'the OpenTelemetry collector',
    folder,
    command: [join(files, 'otelcol'), `--config=file:${config}`],
    ready: /Starting HTTP server[^\n]*127\.0\.0\.1:(\d+)[^]*Everything is ready/,
  });
}
