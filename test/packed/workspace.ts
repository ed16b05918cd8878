import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = new URL('../..', import.meta.url).pathname;

/** Runs a command to its end; its output is part of the error when it fails. */
export function run(command: string, args: readonly string[], cwd: string, env: Record<string, string> = {}): string {
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: '', ...env },
  });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}:\n${stdout}\n${stderr}`);
  return stdout;
}

/** Builds the packages and packs each as it would be published. */
export function packAll(): Map<string, string> {
  const folder = mkdtempSync(join(tmpdir(), 'spanline-packed-'));
  run('npx', ['-y', 'pnpm@12', 'build'], ROOT);
  for (const name of readdirSync(join(ROOT, 'packages'))) {
    run('npx', ['-y', 'pnpm@12', 'pack', '--pack-destination', folder], join(ROOT, 'packages', name));
  }
  return new Map(readdirSync(folder).map((file) => [file.replace(/^spanline-(\w+)-.*$/, '$1'), join(folder, file)]));
}

/** An empty npm project with packages installed from their tarballs. */
export function createProject(
  tarballs: Map<string, string>,
  names: readonly string[],
  others: readonly string[],
  type: string,
): string {
  const folder = mkdtempSync(join(tmpdir(), 'spanline-project-'));
  mkdirSync(join(folder, 'test'));
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ name: 'newcomer', version: '1.0.0', private: true, type }),
  );
  const files = names.map((name) => tarballs.get(name) ?? name);
  run('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', ...files, ...others], folder);
  return folder;
}
