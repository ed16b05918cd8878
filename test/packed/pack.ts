import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { ROOT, run } from './run.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The tarball of each package, by the name of its folder. */
    tarballs: Record<string, string>;
  }
}

interface Manifest {
  name: string;
  version: string;
}

/** Packs each built package once, as it would be published. */
export default function setup({ provide }: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'spanline-packed-'));
  run('npx', ['-y', 'pnpm@12', '-r', '--filter', './packages/*', 'pack', '--pack-destination', folder], ROOT);
  const tarballs = readdirSync(join(ROOT, 'packages')).map((name) => {
    const manifest = readFileSync(join(ROOT, 'packages', name, 'package.json'), 'utf8');
    const { name: published, version } = JSON.parse(manifest) as Manifest;
    return [name, join(folder, `${published.replace('@', '').replace('/', '-')}-${version}.tgz`)];
  });
  provide('tarballs', Object.fromEntries(tarballs) as Record<string, string>);
  return () => rmSync(folder, { recursive: true, force: true });
}
