import { mkdtempSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fetched, run } from './fetch.ts';
import { type RunningServer, startServer } from './server.ts';

const VERSION = 'debian-12';

/** Prometheus and promtool, from Debian. */
export function fetchPrometheus(): Promise<string | undefined> {
  return fetched(`prometheus-${VERSION}`, async (folder) => {
    await run('sh', ['-c', 'cd "$0" && apt-get -q download prometheus', folder]);
    const packages = (await readdir(folder)).filter((name) => name.endsWith('.deb'));
    for (const name of packages) await run('dpkg-deb', ['-x', join(folder, name), folder]);
  });
}

/** Where promtool is. */
export const promtool = (files: string): string => join(files, 'usr', 'bin', 'promtool');

/** A Prometheus that asks one target every second, keeps exemplars, and evaluates a file of rules. */
export function startPrometheus(files: string, target: string, rules?: string): Promise<RunningServer> {
  const folder = mkdtempSync(join(tmpdir(), 'spanline-prometheus-'));
  const config = join(folder, 'prometheus.yml');
  const jobs = [{ job_name: 'app', static_configs: [{ targets: [target] }] }];
  const own = rules === undefined ? {} : { rule_files: [join(folder, 'rules.yml')] };
  if (rules !== undefined) writeFileSync(join(folder, 'rules.yml'), rules);
  writeFileSync(config, JSON.stringify({ global: { scrape_interval: '1s' }, scrape_configs: jobs, ...own }));
  return startServer({
    name: 'Prometheus',
    folder,
    command: [
      join(files, 'usr', 'bin', 'prometheus'),
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      '--web.listen-address=127.0.0.1:0',
      '--enable-feature=exemplar-storage',
    ],
    ready: /msg="Listening on" address=127\.0\.0\.1:(\d+)/,
  });
}
