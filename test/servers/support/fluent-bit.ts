import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { type Config, documented, list, object } from '../../support/agents/documented.ts';
import { type RunningServer, startServer } from './server.ts';

/** Whether the machine has Fluent Bit; no registry of packages does. */
export const hasFluentBit = (): boolean => spawnSync('fluent-bit', ['--version']).status === 0;

/** Starts Fluent Bit with its documented configuration on the lines of a file, towards a server of the loopback. */
export function startFluentBit(text: string, url: string, index: string): Promise<RunningServer> {
  const folder = mkdtempSync(join(tmpdir(), 'spanline-fluent-bit-'));
  writeFileSync(join(folder, 'app.log'), text);
  const config = documented('fluent-bit.yaml');
  const pipeline = object(config['pipeline']);
  const { hostname: host, port } = new URL(url);
  const input: Config = { ...list(pipeline['inputs'])[0], path: join(folder, 'app.log'), db: join(folder, 'tail.db') };
  const output: Config = { ...list(pipeline['outputs'])[0], host, port: Number(port), tls: 'off', index };
  const changed = {
    ...config,
    service: { ...object(config['service']), 'storage.path': join(folder, 'storage') },
    pipeline: { ...pipeline, inputs: [input], outputs: [output] },
  };
  writeFileSync(join(folder, 'fluent-bit.yaml'), stringify(changed));
  return startServer({
    name: 'Fluent Bit',
    folder,
    command: ['fluent-bit', '-c', join(folder, 'fluent-bit.yaml')],
    env: { SEARCH_USER: '', SEARCH_PASSWORD: '' },
    ready: /inotify_fs_add\(\): inode=(\d+)/,
  });
}
