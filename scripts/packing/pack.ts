import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findPnpm } from './pnpm.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

interface Manifest {
  readonly name: string;
  readonly version: string;
}

/** Packs each built package once, as it would be published. @returns the tarballs, by the names of the packages' folders */
export function packPackages(destination: string): Map<string, string> {
  const args = ['-r', '--filter', './packages/*', 'pack', '--pack-destination', destination];
  execFileSync(findPnpm(), args, {
    cwd: ROOT,
    env: { ...process.env, NODE_OPTIONS: '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return new Map(
    readdirSync(join(ROOT, 'packages')).map((folder) => {
      const manifest = readFileSync(join(ROOT, 'packages', folder, 'package.json'), 'utf8');
      const { name, version } = JSON.parse(manifest) as Manifest;
      return [folder, join(destination, `${name.replace('@', '').replace('/', '-')}-${version}.tgz`)];
    }),
  );
}
